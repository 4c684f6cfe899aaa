"""営業が1日に追える件数は？: the threshold that follows, from past weeks. It never moves by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from django.utils import timezone

from mikomi.core.engine.local import score_days
from mikomi.core.review.capacity import WeeksAt, newly_hot, threshold_for
from mikomi.core.scoring.model import Hot, Model
from mikomi.core.scoring.score import DayScores
from mikomi.core.words import Language
from mikomi.hub.handoff import worklist
from mikomi.hub.people import queries as people
from mikomi.hub.scores import queries as scores
from mikomi.hub.scores.drafting import change_draft
from mikomi.hub.scores.ground import Ground, ground
from mikomi.hub.scores.memory import remembered
from mikomi.hub.site.models import CapacityLook

if TYPE_CHECKING:
    from mikomi.hub.accounts.models import User

WEEKS = 8
WORKING_DAYS = 5
LEAST_SHARE = 0.6
"""No threshold below this share of the present one is proposed: who lies there is not hot."""
DATED = 20_000
"""Of so many leads at the most the attributes of each past week are read."""
MOST = 10_000
"""Contacts a day that can be asked for."""

type Part = Literal["fit", "engagement", "total"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a capacity asks for. `part`: which of the least values of `core.scoring.model.Hot` moves,
    `present` and `proposed` its values; `now` and `then`: companies that would have become hot in each of
    the past weeks, oldest first."""

    capacity: int
    part: Part
    present: float
    proposed: float
    now: tuple[int, ...]
    then: tuple[int, ...]

    @property
    def moves(self) -> bool:
        """Whether anything would change."""
        return self.present != self.proposed

    @property
    def spare(self) -> bool:
        """Whether even the lowest threshold that can be proposed leaves much of the capacity free."""
        return self.a_day_then < self.capacity / 2 and self.proposed < self.present

    @property
    def a_day_now(self) -> float:
        """Companies a working day on average, as it is."""
        return sum(self.now) / len(self.now) / WORKING_DAYS

    @property
    def a_day_then(self) -> float:
        """The same under the proposal."""
        return sum(self.then) / len(self.then) / WORKING_DAYS


def part_of(hot: Hot) -> Part | None:
    """Which least value a capacity moves: the total's, else the behaviour's, else the attributes'."""
    parts: tuple[Part, ...] = ("total", "engagement", "fit")
    return next((part for part in parts if getattr(hot, part) is not None), None)


def propose(capacity: int, *, now: bool = False) -> Proposal | None:
    """What `capacity` contacts a day ask for on today's facts; None before anything is published. Slow with
    many leads, and then remembered as `scores.memory.remembered` says; `now` computes it in any case."""
    held = scores.published()
    if held is None or part_of(held.model.hot) is None:
        return None
    model = held.model
    return remembered("capacity", (model,), lambda: _propose(model, capacity), now=now, also=str(capacity))


def _propose(model: Model, capacity: int) -> Proposal | None:
    part = part_of(model.hot)
    known = ground()
    if part is None or known.leads.is_empty():
        return None
    days = [known.day - timedelta(weeks=weeks) for weeks in range(WEEKS, -1, -1)]
    first, *later = _as_of(known, days)
    scored = score_days(model, first[1], known.source, days, later=later)
    kept = known.leads["number"].is_in(list(known.not_hot)).to_numpy()
    values = [np.asarray(getattr(day, part), dtype=np.float64) for day in scored]
    open_to = [_meets_rest(day, model.hot, part) & ~kept for day in scored]
    numbers = known.leads.select(pl.col("number").cast(pl.Int32))
    shared = people.company_numbers()
    codes = numbers.join(
        shared.select(pl.col("number").cast(pl.Int32), "company_id"),
        on="number",
        how="left",
        maintain_order="left",
    )
    companies = codes["company_id"].fill_null(-1).cast(pl.Int64).to_numpy()
    present = float(getattr(model.hot, part))
    as_is = newly_hot(values, open_to, companies, present)
    found = threshold_for(
        values, open_to, companies, float(capacity * WORKING_DAYS), least=present * LEAST_SHARE
    )
    return _told(capacity, part, as_is, found or as_is)


def _as_of(known: Ground, days: Sequence[date]) -> list[tuple[date, pl.DataFrame]]:
    """The leads with their attributes as of each day; of more than `DATED` as they are today."""
    if known.leads.height > DATED:
        return [(days[0], known.leads)]
    numbers = known.leads["number"].to_list()
    frames = [(day, people.attribute_frame(day, numbers)) for day in days]
    # Somebody may have gone meanwhile.
    same = all(frame["number"].to_list() == numbers for _day, frame in frames)
    return frames if same else [(days[0], known.leads)]


def _told(capacity: int, part: Part, as_is: WeeksAt, found: WeeksAt) -> Proposal:
    return Proposal(capacity, part, as_is.threshold, found.threshold, as_is.weeks, found.weeks)


def _meets_rest(day: DayScores, hot: Hot, part: Part):
    met = np.ones(len(day.total), dtype=np.bool_)
    for name in ("fit", "engagement", "total"):
        least = getattr(hot, name)
        if name != part and least is not None:
            met &= np.asarray(getattr(day, name)) >= least
    return met


def take_over(part: Part, threshold: float, user: User | None, language: Language) -> Model:
    """Writes the proposed value into the draft of the score; nothing is published by it."""
    return change_draft(
        lambda model: replace(model, hot=replace(model.hot, **{part: threshold})), user, language
    )


def look(now: bool = True) -> Proposal | None:
    """The night's look, for the capacity of the whole team: kept, so that it can be said."""
    capacity = worklist.capacity_of_all()
    told = propose(capacity, now=now) if capacity else None
    if told is None:
        CapacityLook.objects.filter(id=1).delete()
        return None
    CapacityLook.objects.update_or_create(
        id=1,
        defaults={
            "on": timezone.localdate(),
            "document": {
                "capacity": told.capacity,
                "part": told.part,
                "present": told.present,
                "proposed": told.proposed,
                "now": list(told.now),
                "then": list(told.then),
            },
        },
    )
    return told


def said() -> Proposal | None:
    """What the last look proposes, where it would move the published threshold and nobody passed it over."""
    row = CapacityLook.objects.filter(id=1).first()
    held = scores.published()
    if row is None or held is None:
        return None
    known = row.document
    told = Proposal(
        capacity=known["capacity"],
        part=known["part"],
        present=known["present"],
        proposed=known["proposed"],
        now=tuple(known["now"]),
        then=tuple(known["then"]),
    )
    stands = getattr(held.model.hot, told.part) == told.present
    return told if stands and told.moves and row.passed != told.proposed else None


def pass_over() -> None:
    """今は変えない: said again once another threshold is proposed."""
    row = CapacityLook.objects.filter(id=1).first()
    if row is not None:
        row.passed = row.document["proposed"]
        row.save(update_fields=["passed"])
