"""The way of one lead, or of a company's people, through the journey: day by day over a year, from facts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

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

DAYS = 365
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
    days = _year(on)
    return Way(kept, on, _stays(walker.stages(days)[:, 0], days), held)


def way_of_company(
    leads: Collection[int],
    kept: KeptMap,
    on: date,
    outcomes: Sequence[KnownOutcome],
    changed: Collection[date],
) -> tuple[Way, dict[int, int]]:
    """How far the furthest of these leads stood, day by day, and the code of each on `on`."""
    walkers = Walkers.of(kept, leads, outcomes, changed)
    days = _year(on)
    codes = walkers.stages(days)
    way = Way(kept, on, _stays(codes.max(axis=1), days))
    return way, dict(zip(walkers.numbers, codes[-1].tolist(), strict=True))


def computed_on(
    lead: int, kept: KeptMap, on: date, outcomes: Sequence[KnownOutcome], changed: Collection[date]
) -> str:
    """The key of the stage that the conditions alone put the lead in on `on`; empty: nowhere."""
    code = int(Walkers.of(kept, [lead], outcomes, changed).computed([on])[0, 0])
    return kept.map.keys()[code - 1] if code else ""


def _stays(codes: Codes, days: Sequence[date]) -> tuple[Stay, ...]:
    """The stays of one who stood so on `days`, each of which follows the one before."""
    begins = [0, *(np.flatnonzero(np.diff(codes.astype(np.int16))) + 1).tolist()]
    return tuple(
        Stay(int(codes[begin]), days[begin], end - begin, open_start=begin == 0)
        for begin, end in zip(begins, [*begins[1:], len(days)], strict=True)
    )


def _year(on: date) -> list[date]:
    return [on - timedelta(days=n) for n in reversed(range(DAYS))]
