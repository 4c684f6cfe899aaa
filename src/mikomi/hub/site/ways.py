"""The way of one lead, or of a company's people, through the journey: from facts, by the map in force.

Seen once a week over a year, and day by day where it changed in between.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.conditions.activity import Groups
from mikomi.core.conditions.who import used_fields
from mikomi.core.events import ActivitySource
from mikomi.core.membership.stages import stage_days
from mikomi.hub.activity import queries as activity
from mikomi.hub.activity.types import KnownOutcome
from mikomi.hub.journey import hands
from mikomi.hub.journey.types import KeptMap, SetByHand
from mikomi.hub.people import queries as people
from mikomi.hub.site.answering import content_groups

WEEKS = 52
SHOWN = 10
"""Of a map with more stages not all are shown on a page."""
MOST_FRAMES = 12
"""On so many days at most, the latest, attributes are read anew."""

type Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Stay:
    """So many days in one stage (`code`: 0 nowhere, else 1 + its place) from the local day `first` on.
    `open_start`: it began before what was looked at."""

    code: int
    first: date
    days: int
    open_start: bool


@dataclass(frozen=True, slots=True)
class Rung:
    """A stage of the map and what the way has to do with it: `days` there in all, in `times` stays, the last
    of them from `since` on. `now`: it is where the way stands; `ahead`: it lies behind that in the map."""

    key: str
    name: str
    days: int
    times: int
    since: date | None
    open_start: bool
    now: bool
    ahead: bool


@dataclass(frozen=True, slots=True)
class Way:
    """A year's way up to the local day `on`, oldest first. `by_hand`: what somebody said and held then."""

    kept: KeptMap
    on: date
    stays: tuple[Stay, ...]
    by_hand: SetByHand | None = None

    @property
    def code(self) -> int:
        """Where it stands on the last day: 0 nowhere, else 1 + the place of the stage."""
        return self.stays[-1].code

    @property
    def stage(self) -> str:
        """The name of that stage, empty for nowhere."""
        return self.kept.map.stages[self.code - 1].name if self.code else ""

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """Every stage of the map, in its order."""
        found = []
        for place, stage in enumerate(self.kept.map.stages, start=1):
            mine = [stay for stay in self.stays if stay.code == place]
            last = mine[-1] if mine else None
            found.append(
                Rung(
                    key=stage.key,
                    name=stage.name,
                    days=sum(stay.days for stay in mine),
                    times=len(mine),
                    since=last.first if last else None,
                    open_start=bool(last and last.open_start),
                    now=place == self.code,
                    ahead=place > self.code,
                )
            )
        return tuple(found)

    @property
    def shown(self) -> tuple[Rung, ...]:
        """The rungs to show: of a long map those that the way has to do with, and the next one."""
        if len(self.rungs) <= SHOWN:
            return self.rungs
        return tuple(
            rung for place, rung in enumerate(self.rungs) if rung.times or rung.now or place == self.code
        )

    @property
    def told(self) -> tuple[tuple[Stay, str], ...]:
        """The stays with the names of their stages (empty: nowhere), the latest first."""
        named = ("", *(stage.name for stage in self.kept.map.stages))
        return tuple((stay, named[stay.code]) for stay in reversed(self.stays))

    @property
    def bar(self) -> tuple[tuple[float, float, float], ...]:
        """The stays as a bar of 100 wide: where each begins, how wide it is, and how far in the map it lies
        (0 nowhere to 1 the last stage)."""
        whole, last = sum(stay.days for stay in self.stays), len(self.kept.map.stages)
        found, at = [], 0
        for stay in self.stays:
            found.append((100 * at / whole, 100 * stay.days / whole, stay.code / last))
            at += stay.days
        return tuple(found)


@dataclass(frozen=True)
class Walkers:
    """Leads (numbers, ascending) whose stages are asked for, and what is known of them: `outcomes`, and the
    local days `changed` on which their attributes said something new."""

    kept: KeptMap
    numbers: tuple[int, ...]
    groups: Groups
    source: ActivitySource
    outcomes: pl.DataFrame
    changed: tuple[date, ...]
    said: tuple[SetByHand, ...]

    @staticmethod
    def of(
        kept: KeptMap, numbers: Collection[int], outcomes: Sequence[KnownOutcome], changed: Collection[date]
    ) -> Walkers:
        """Reads what is needed. `changed` may name more days than matter."""
        asked = tuple(sorted(numbers))
        rows = [(outcome.lead, outcome.day, outcome.result) for outcome in outcomes]
        schema = {"lead": pl.Int32, "day": pl.Int32, "result": pl.String}
        return Walkers(
            kept,
            asked,
            content_groups(),
            activity.activity_source(list(asked)),
            pl.DataFrame(rows, schema=schema, orient="row"),
            tuple(sorted(set(changed))),
            tuple(hands.said_of(asked)),
        )

    def computed(self, days: Sequence[date]) -> Codes:
        """Where each stood on `days` (ascending) by the conditions alone: (days, leads)."""
        conditions = [stage.condition for stage in self.kept.map.stages]
        leads = pl.DataFrame({"number": np.array(self.numbers, dtype=np.int32)})
        later: list[tuple[date, pl.DataFrame]] = []
        if any(used_fields(who) for who in conditions if who is not None):
            inside = [day for day in self.changed if days[0] < day <= days[-1]][-MOST_FRAMES:]
            first, *later = (
                (day, leads.join(self._known(day), on="number", how="left", maintain_order="left"))
                for day in (days[0], *inside)
            )
            leads = first[1]
        return stage_days(
            conditions,
            self.groups,
            leads,
            self.source,
            days,
            outcomes=self.outcomes,
            later=later,
            threads=1,
        )

    def stages(self, days: Sequence[date]) -> Codes:
        """Where each stood, also where somebody had said so by hand: (days, leads)."""
        codes, keys = self.computed(days), self.kept.map.keys()
        for one in self.said:
            if one.stage in keys:
                held = np.array([one.held_on(day) for day in days], dtype=np.bool_)
                codes[held, self.numbers.index(one.lead)] = keys.index(one.stage) + 1
        return codes

    def _known(self, day: date) -> pl.DataFrame:
        return people.attribute_frame(day, list(self.numbers))


def way_of_lead(
    lead: int, kept: KeptMap, on: date, outcomes: Sequence[KnownOutcome], changed: Collection[date]
) -> Way:
    """The way of one lead (number) up to the local day `on`. `changed`: the days on which its attributes, or
    its company's, said something new."""
    walker = Walkers.of(kept, [lead], outcomes, changed)
    keys = kept.map.keys()
    held = next((one for one in walker.said if one.held_on(on) and one.stage in keys), None)
    return Way(kept, on, _stays(lambda days: walker.stages(days)[:, 0], on, walker.said), held)


def way_of_company(
    leads: Collection[int],
    kept: KeptMap,
    on: date,
    outcomes: Sequence[KnownOutcome],
    changed: Collection[date],
) -> tuple[Way, dict[int, int]]:
    """How far the furthest of these leads stood, day by day, and the code of each on `on`."""
    walkers = Walkers.of(kept, leads, outcomes, changed)
    way = Way(kept, on, _stays(lambda days: walkers.stages(days).max(axis=1), on, walkers.said))
    return way, dict(zip(walkers.numbers, walkers.stages([on])[0].tolist(), strict=True))


def computed_on(
    lead: int, kept: KeptMap, on: date, outcomes: Sequence[KnownOutcome], changed: Collection[date]
) -> str:
    """The key of the stage that the conditions alone put the lead in on `on`; empty: nowhere."""
    code = int(Walkers.of(kept, [lead], outcomes, changed).computed([on])[0, 0])
    return kept.map.keys()[code - 1] if code else ""


def _stays(
    stages: Callable[[Sequence[date]], Codes], on: date, said: Sequence[SetByHand]
) -> tuple[Stay, ...]:
    """A year up to `on`: once a week, where something was said by hand, and every day of the weeks in which
    the stage changed."""
    weekly = [on - timedelta(weeks=week) for week in range(WEEKS + 1)]
    by_hand = [day for one in said for day in (one.since, one.until) if day and weekly[-1] < day < on]
    days = sorted({*weekly, *by_hand})
    seen = dict(zip(days, stages(days).tolist(), strict=True))
    between = [
        before + timedelta(days=n)
        for before, after in pairwise(days)
        if seen[before] != seen[after]
        for n in range(1, (after - before).days)
    ]
    if between:
        seen |= dict(zip(between, stages(between).tolist(), strict=True))
    starts: list[tuple[date, int]] = []
    for day in sorted(seen):
        if not starts or starts[-1][1] != seen[day]:
            starts.append((day, seen[day]))
    ends = [*(day for day, _code in starts[1:]), on + timedelta(days=1)]
    return tuple(
        Stay(code, first, (end - first).days, open_start=first == days[0])
        for (first, code), end in zip(starts, ends, strict=True)
    )
