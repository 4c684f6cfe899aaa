"""Where every lead stood on past days, from facts: attributes as they were then, outcomes when they came."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from django.utils import timezone

from mikomi.core.conditions.activity import Groups
from mikomi.core.conditions.who import Who, used_fields
from mikomi.core.engine.folding import EPOCH, day_number
from mikomi.core.events import ActivitySource
from mikomi.core.membership.stages import stage_days
from mikomi.hub.activity import queries as activity
from mikomi.hub.journey.models import ByHand
from mikomi.hub.people import queries as people
from mikomi.hub.people.aged import changed_after

ROWS_AT_MOST = 5_000_000
"""Leads x days whose past attributes are read; where more changed, they are looked at on fewer days."""

type Stages = npt.NDArray[np.uint8]


def past_stages(
    conditions: Sequence[Who | None],
    groups: Groups,
    numbers: npt.NDArray[np.int64],
    source: ActivitySource,
    days: Sequence[date],
) -> Stages:
    """(days, leads): 0 nowhere, 1 and up the stage whose condition held on the day, the furthest first.

    `numbers`: the leads, ascending. Attributes are read once as of the last day, and again only of leads of
    whom a field that a condition asks for changed since the first day, as of the days on which any did.
    """
    fields = sorted({field for who in conditions if who is not None for field in used_fields(who)})
    leads = pl.DataFrame({"number": numbers.astype(np.int32)})
    outcomes = activity.outcome_days()
    if fields:
        known = people.attribute_frame(days[-1])
        leads = leads.join(known, on="number", how="left", maintain_order="left")
    matrix = stage_days(conditions, groups, leads, source, days, outcomes=outcomes)
    changed = changed_after(fields, days[0]).filter(pl.col("number").is_in(numbers)) if fields else None
    if changed is None or changed.is_empty():
        return matrix
    aged = changed["number"].unique().sort()
    frames = _frames(aged.to_list(), _days_of_change(changed["day"], days, len(aged)))
    matrix[:, np.searchsorted(numbers, frames[0][1]["number"].to_numpy())] = stage_days(
        conditions,
        groups,
        frames[0][1],
        activity.activity_source(aged.to_list()),
        days,
        outcomes=outcomes,
        later=frames[1:],
    )
    return matrix


def put_hands(
    matrix: Stages, keys: Sequence[str], numbers: npt.NDArray[np.int64], days: Sequence[date]
) -> None:
    """Writes into `matrix` (as `past_stages` gives it) what people said by hand, on the days on which it
    held.

    `keys`: the stages in their order. Stages that are not among them any more are passed over.
    """
    grid = [day_number(day) for day in days]
    rows = ByHand.objects.filter(stage__in=keys).order_by("pk").values_list("lead", "stage", "at", "ended_on")
    for lead, stage, at, ended in rows.iterator():
        place = int(np.searchsorted(numbers, lead))
        if place == len(numbers) or numbers[place] != lead:
            continue
        since = bisect_left(grid, day_number(timezone.localtime(at).date()))
        until = len(grid) if ended is None else bisect_left(grid, ended)
        matrix[since:until, place] = keys.index(stage) + 1


def _days_of_change(changed: pl.Series, days: Sequence[date], leads: int) -> list[date]:
    """The first day looked at, and those since on which values changed; fewer where many leads did."""
    grid = np.array([(day - EPOCH).days for day in days])
    seen = np.unique(np.searchsorted(grid, changed.to_numpy()))
    places = [0, *(int(place) for place in seen if 0 < place < len(days))]
    most = max(2, ROWS_AT_MOST // max(leads, 1))
    if len(places) > most:
        kept = np.unique(np.linspace(0, len(places) - 1, most).round().astype(int))
        places = [places[i] for i in kept]
    return [days[place] for place in places]


def _frames(leads: Sequence[int], days: Sequence[date]) -> list[tuple[date, pl.DataFrame]]:
    return [(day, people.attribute_frame(day, leads)) for day in days]
