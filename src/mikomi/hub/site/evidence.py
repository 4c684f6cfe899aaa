"""What lies behind the scores of the few leads of a page: curves, reasons, lines of the why table.

Folded anew for just these leads and the people of their companies, by the engine that scores all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.conditions.activity import ActivityCondition, matches
from mikomi.core.conditions.describe import activity_deed
from mikomi.core.conditions.sentence import DEFAULT_LABELS, Labels
from mikomi.core.engine.folding import day_number
from mikomi.core.engine.local import Explanation, explain, total_days
from mikomi.core.events import Activity, ActivitySource
from mikomi.core.scoring.model import (
    ColleaguesSignal,
    EngagementRule,
    Model,
    ReturnSignal,
    SurgeSignal,
)
from mikomi.core.scoring.why import Line
from mikomi.core.words import Words
from mikomi.hub.activity import queries as activity
from mikomi.hub.people import queries as people
from mikomi.hub.site.reasons import Before, Deed, Evidence, reason
from mikomi.hub.site.types import Row, Standing

WEEKS = 8
TOP_RULES = 4
LONG_AGO_DAYS = 540
_FIELDS = ("lead", "day", "touch", "n")


@dataclass(frozen=True, slots=True)
class Told:
    """What a list shows of one lead besides its row. `back`: 再検討, a comeback that still counts."""

    curve: tuple[float, ...]
    reason: Words
    back: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """What speaks for a lead: the evidence, and whether a comeback counts at present."""

    evidence: Evidence
    back: bool


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Some leads with everybody of their companies: attributes as of a day, and their activity."""

    on: date
    leads: pl.DataFrame
    source: ActivitySource


class Doings:
    """All activity of a neighbourhood; what a condition means is looked up in its touches once."""

    def __init__(self, source: ActivitySource, model: Model) -> None:
        self._touches = source.touches
        self._groups = model.group_contents
        self._acts = loaded(source)
        self._meets: dict[ActivityCondition, npt.NDArray[np.bool_]] = {}

    def days_of(self, number: int, when: ActivityCondition) -> tuple[int, ...]:
        """The days on which a lead did what `when` asks for, ascending, in days since 1970."""
        acts = self.of(number)
        if when not in self._meets:
            self._meets[when] = matches(when, self._touches, self._groups)
        return tuple(np.unique(acts.day[self._meets[when][acts.touch]]).tolist())

    def of(self, number: int) -> Activity:
        """The activity of one lead."""
        low, high = np.searchsorted(self._acts.lead, [number, number + 1])
        return Activity(*(getattr(self._acts, name)[low:high] for name in _FIELDS))


def neighbourhood(lead_ids: Sequence[int], model: Model, on: date) -> Neighbourhood:
    """What scoring `lead_ids` needs: their colleagues too, where the model looks at them."""
    numbers = set(lead_ids)
    if any(isinstance(signal, ColleaguesSignal) for signal in model.signals):
        numbers.update(people.colleague_ids(list(lead_ids)))
    asked = sorted(numbers)
    source = activity.activity_source(asked)
    return Neighbourhood(on, people.attribute_frame(on, asked), source)


def only(lead_ids: Sequence[int], on: date) -> Neighbourhood:
    """These leads without their colleagues."""
    return Neighbourhood(on, people.attribute_frame(on, lead_ids), activity.activity_source(list(lead_ids)))


def tell(rows: Sequence[Row], standing: Standing) -> dict[int, Told]:
    """Curve of eight weeks, reason and comeback of each row, by lead number."""
    if not rows:
        return {}
    numbers = [row.lead_id for row in rows]
    near = neighbourhood(numbers, standing.model, standing.on)
    days = [standing.on - timedelta(weeks=weeks) for weeks in range(WEEKS, -1, -1)]
    totals = total_days(standing.model, near.leads, near.source, days)
    place = {number: at for at, number in enumerate(near.leads["number"].to_list())}
    present = [number for number in numbers if number in place]
    return {
        number: Told(
            curve=tuple(totals[:, place[number]].tolist()), reason=reason(ground.evidence), back=ground.back
        )
        for number, ground in _grounds(near, present, standing).items()
    }


def grounds(
    lead_ids: Sequence[int], standing: Standing, labels: Labels = DEFAULT_LABELS
) -> dict[int, Ground]:
    """What speaks for each of a few leads at present, by number; those that are not there are left out."""
    if not lead_ids:
        return {}
    near = neighbourhood(lead_ids, standing.model, standing.on)
    there = set(near.leads["number"].to_list())
    return _grounds(near, [number for number in lead_ids if number in there], standing, labels)


def _grounds(
    near: Neighbourhood, numbers: Sequence[int], standing: Standing, labels: Labels = DEFAULT_LABELS
) -> dict[int, Ground]:
    told = explain(standing.model, near.leads, near.source, standing.on, numbers, threads=1)
    ends = latest_ends(numbers, standing.model.timezone)
    doings = Doings(near.source, standing.model)
    return {
        why.number: Ground(
            evidence_of(why, standing.model, standing.on, doings, ends.get(why.number), labels),
            came_back(why, standing.model),
        )
        for why in told
    }


def loaded(source: ActivitySource) -> Activity:
    """All activity of a small source as one."""
    parts = [piece.load() for piece in source.pieces]
    if not parts:
        nothing = np.zeros(0, dtype=np.int32)
        return Activity(nothing, nothing, nothing, nothing)
    return Activity(*(np.concatenate([getattr(part, name) for part in parts]) for name in _FIELDS))


def came_back(why: Explanation, model: Model) -> bool:
    """Whether a comeback earns points at present."""
    comebacks = {signal.id for signal in model.signals if isinstance(signal, ReturnSignal)}
    return any(line.id in comebacks and line.worth > 0 for line in why.lines)


def evidence_of(
    why: Explanation,
    model: Model,
    on: date,
    doings: Doings,
    end: tuple[str, date] | None,
    labels: Labels = DEFAULT_LABELS,
) -> Evidence:
    """What the lines of one lead say, and what its days add to them. `end`: how its last deal ended."""
    rules = {rule.id: rule for rule in model.rules}
    good = [line for line in why.lines if line.worth > 0]
    deeds: list[Deed] = []
    for line in [line for line in good if line.group != "fit"]:
        rule = rules[line.id]
        if isinstance(rule, EngagementRule):
            days = doings.days_of(why.number, rule.when)
            deeds.append(_deed(line, rule.when, days, labels))
        elif isinstance(rule, SurgeSignal):
            deeds.append(_deed(line, rule.when, (), labels, within=rule.within_days))
        if len(deeds) == TOP_RULES:
            break
    deeds = _without_doubles(deeds)
    people_count = max(
        (line.count or 0 for line in good if isinstance(rules[line.id], ColleaguesSignal)), default=0
    )
    return Evidence(
        on=on,
        before=_before(why, model, good, deeds, doings, end),
        deeds=tuple(deeds),
        colleagues=people_count,
        fit=tuple(line.label for line in good if line.group == "fit"),
    )


def _deed(
    line: Line, when: ActivityCondition, days: tuple[int, ...], labels: Labels, within: int | None = None
) -> Deed:
    assert line.last is not None
    last = day_number(line.last)
    streak = 0
    while last - streak in days:
        streak += 1
    return Deed(
        kind=when.kinds[0] if len(when.kinds) == 1 else None,
        thing=Words(activity_deed(when, "ja", labels).thing, activity_deed(when, "en", labels).thing)
        if when.kinds or when.contents or when.groups
        else Words("サイトや資料", "your pages"),
        count=line.count or 1,
        last=line.last,
        worth=line.worth,
        streak=max(streak, 1),
        within=within,
    )


def _without_doubles(deeds: list[Deed]) -> list[Deed]:
    """A surge says what its rule says, so of two deeds with one thing the worthier stays."""
    kept: dict[Words, Deed] = {}
    for deed in sorted(deeds, key=lambda deed: -deed.worth):
        kept.setdefault(deed.thing, deed)
    return list(kept.values())


def _before(
    why: Explanation,
    model: Model,
    good: list[Line],
    deeds: list[Deed],
    doings: Doings,
    end: tuple[str, date] | None,
) -> Before | None:
    if not deeds:
        return None
    latest = max(deed.last for deed in deeds)
    if end is not None and end[1] < latest and (latest - end[1]).days <= LONG_AGO_DAYS:
        return Before("won" if end[0] == "won" else "lost", (latest - end[1]).days)
    for signal in model.signals:
        if isinstance(signal, ReturnSignal) and any(line.id == signal.id for line in good):
            line = next(line for line in good if line.id == signal.id)
            days = doings.days_of(why.number, signal.quiet_when)
            quiet = longest_gap_before(days, day_number(line.last) if line.last else 0, signal.quiet_days)
            return Before("quiet", quiet) if quiet else None
    return None


def longest_gap_before(days: tuple[int, ...], fired: int, least: int) -> int:
    """The quiet time of the comeback that fired on day `fired`: the latest gap long enough."""
    until = [day for day in days if day <= fired]
    gaps = [b - a for a, b in pairwise(until) if b - a >= least]
    return gaps[-1] if gaps else 0


def latest_ends(numbers: Sequence[int], timezone: str) -> dict[int, tuple[str, date]]:
    """How the latest deal of each lead ended and when."""
    ends = activity.outcome_frame(list(numbers)).filter(pl.col("result").is_in(["won", "lost"]))
    local = pl.col("at").dt.convert_time_zone(timezone).dt.date()
    latest = ends.sort("at").group_by("number").agg(pl.col("result").last(), local.last().alias("day"))
    return {number: (result, day) for number, result, day in latest.iter_rows()}
