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
from mikomi.core.engine.folding import day_number
from mikomi.core.events import ActivitySource
from mikomi.core.membership.stages import stage_days
from mikomi.hub.activity import queries as activity
from mikomi.hub.journey.models import ByHand
from mikomi.hub.people import queries as people
from mikomi.hub.people.aged import changed_after

CELLS_AT_MOST = 50_000_000
"""Leads x days for which tests of attributes are kept; where more changed, new values count on fewer days."""

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
    whom a field that a condition asks for changed since the first day, each as of the days on which it did.
    """
    fields = sorted({field for who in conditions if who is not None for field in used_fields(who)})
    leads = pl.DataFrame({"number": numbers.astype(np.int32)})
    outcomes = activity.outcome_days()
    if fields:
        known = people.attribute_frame(days[-1], fields=fields)
        leads = leads.join(known, on="number", how="left", maintain_order="left")
    matrix = stage_days(conditions, groups, leads, source, days, outcomes=outcomes)
    changed = changed_after(fields, days[0]).filter(pl.col("number").is_in(numbers)) if fields else None
    if changed is None or changed.is_empty():
        return matrix
    aged = changed["number"].unique().sort()
    first = people.attribute_frame(days[0], aged.to_list(), fields=fields)
    matrix[:, np.searchsorted(numbers, first["number"].to_numpy())] = stage_days(
        conditions,
        groups,
        first,
        activity.activity_source(aged.to_list()),
        days,
        outcomes=outcomes,
        later=_later(changed, days, fields, len(aged)),
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


def _later(
    changed: pl.DataFrame, days: Sequence[date], fields: Sequence[str], aged: int
) -> list[tuple[date, pl.DataFrame]]:
    """The days on which something of a lead in `changed` (as `changed_after` gives it) is new, and what is
    known of those leads then; fewer days where very many changed, each with what is new since the one before.
    """
    grid = np.array([day_number(day) for day in days])
    places = np.searchsorted(grid, changed["day"].to_numpy())
    held = np.unique(places[(places > 0) & (places < len(days))])
    most = max(2, CELLS_AT_MOST // aged)
    if len(held) > most:
        held = held[np.unique(np.linspace(0, len(held) - 1, most).round().astype(int))]
    told = changed.with_columns(place=pl.Series(np.searchsorted(held, places), dtype=pl.Int64))
    new = told.filter(pl.Series(places > 0)).partition_by("place", as_dict=True)
    return [
        (
            days[place],
            people.attribute_frame(days[place], new[(k,)]["number"].unique().to_list(), fields=fields),
        )
        for k, place in enumerate(held.tolist())
    ]
