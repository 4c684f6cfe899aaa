"""A rule that is turned on: who meets it already, and handing these over too where somebody wants so."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.handoff import calendar, occasions, queries
from mikomi.hub.handoff.types import CAUSE_WORDS, Cause
from mikomi.hub.journey import standing as stages
from mikomi.hub.kit import temperature as levels
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.setwise import fetch
from mikomi.hub.segments import queries as segments
from mikomi.hub.segments.types import Priority

MOST = 100_000
"""Nobody means to hand over more than these in one go."""
TOO_MANY = Words(
    "人数が多すぎるので、今いる人はまとめて引き渡せません。条件を絞るか、これからの人だけにしてください",
    "these are too many to hand over at once; narrow it, or choose those from now on alone",
)


@dataclass(frozen=True, slots=True)
class TurnedOn:
    """What a change of the rules turns on: being hot, high priority, and which stages and segments."""

    hot: bool = False
    priority: bool = False
    stages: tuple[str, ...] = ()
    segments: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.hot or self.priority or self.stages or self.segments)


@dataclass(frozen=True, slots=True)
class Meeting:
    """Who meets one of them now, those in open hand-offs aside: lead numbers."""

    cause: Cause
    name: Words
    leads: list[int]
    detail: dict[str, str] = field(default_factory=dict)


def turned_on(
    before: calendar.TeamView, on: Collection[str], keys: Sequence[str], numbers: Sequence[int]
) -> TurnedOn:
    """What rules that hold `on`, with these stages and segments, turn on of what was off `before`."""
    old_keys = before.stages if before.rules[Cause.STAGE] else ()
    old_numbers = before.segments if before.rules[Cause.SEGMENT] else ()
    return TurnedOn(
        hot=Cause.HOT in on and not before.rules[Cause.HOT],
        priority=Cause.PRIORITY in on and not before.rules[Cause.PRIORITY],
        stages=tuple(key for key in keys if key not in old_keys) if Cause.STAGE in on else (),
        segments=tuple(one for one in numbers if one not in old_numbers) if Cause.SEGMENT in on else (),
    )


def meeting(what: TurnedOn) -> list[Meeting]:
    """Who meets what was turned on, for each of it; without those of whom nobody does."""
    held = queries.every_open_lead()
    names = stages.stage_names()
    found: list[Meeting] = []
    if what.hot:
        leads = fetch(
            "select s.lead_id from site_lead_score s join site_lead_cell c on c.id = s.cell"
            " where c.heat = %s",
            {"lead": pl.Int64},
            [levels.HOT],
        )["lead"].to_list()
        found.append(Meeting(Cause.HOT, CAUSE_WORDS[Cause.HOT], leads))
    for key in what.stages:
        name = names.get(key, key)
        leads = np.flatnonzero(stages.in_any([key])).tolist()
        found.append(Meeting(Cause.STAGE, Words(name, name), leads, {"stage": key}))
    asked = [(one, Cause.SEGMENT) for one in segments.segments() if one.number in what.segments]
    if what.priority:
        high = (one for one in segments.segments() if one.priority == Priority.HIGH)
        asked += [(one, Cause.PRIORITY) for one in high]
    for one, cause in asked:
        leads = segments.members(one.number).tolist()
        found.append(Meeting(cause, Words(one.name, one.name), leads, {"segment": one.name}))
    kept = (
        Meeting(one.cause, one.name, [lead for lead in one.leads if lead not in held], one.detail)
        for one in found
    )
    return [one for one in kept if one.leads]


def hand_over(found: Sequence[Meeting], on: date) -> int:
    """Has these handed over on the local day, in the background, in the caller's transaction; how many are
    noted. Cut off, it goes on with the rest. Raises `MikomiError` for more than `MOST`."""
    if len({lead for one in found for lead in one.leads}) > MOST:
        raise MikomiError(TOO_MANY)
    frame = pl.concat(
        pl.DataFrame({"lead": one.leads}, schema={"lead": pl.Int32}).with_columns(
            cause=pl.lit(one.cause.value),
            entry=pl.lit(f"now:{on.isoformat()}:{next(iter(one.detail.values()), '')}"[:120]),
            detail=pl.lit(json.dumps(one.detail | {"on": on.isoformat()}, ensure_ascii=False)),
        )
        for one in found
    )
    noted = occasions.note_occasions(frame, timezone.now())
    enqueue("site.hand_over_noted", once=True)
    return noted
