"""One change of a map at a time; each gives a new map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mikomi.core.journey.map import MOST_STAGES, JourneyMap, MapStage
from mikomi.core.words import MikomiError, Words


def change_stage(journey: JourneyMap, key: str, **values: Any) -> JourneyMap:
    """The map with some fields of a stage changed. Raises `KeyError` for a stage that is not there."""
    _place(journey, key)
    return replace(journey, stages=tuple(replace(s, **values) if s.key == key else s for s in journey.stages))


def add_stage(journey: JourneyMap, stage: MapStage, after: str | None = None) -> JourneyMap:
    """The map with one more stage, behind the stage `after` or at the end.

    Raises `MikomiError` where there are too many, `KeyError` for an `after` that is not there.
    """
    if len(journey.stages) >= MOST_STAGES:
        raise MikomiError(
            Words(
                f"段階は{MOST_STAGES}までです。先に1つ消すか、近いものを1つにまとめてください",
                f"there are {MOST_STAGES} stages already; remove one or make two of them one",
            )
        )
    at = len(journey.stages) if after is None else _place(journey, after) + 1
    return replace(journey, stages=(*journey.stages[:at], stage, *journey.stages[at:]))


def move_stage(journey: JourneyMap, key: str, step: int) -> JourneyMap:
    """The map with a stage `step` places further (below 0: back); at the ends it stays."""
    at = _place(journey, key)
    to = min(max(at + step, 0), len(journey.stages) - 1)
    stages = [s for s in journey.stages if s.key != key]
    stages.insert(to, journey.stages[at])
    return replace(journey, stages=tuple(stages))


def remove_stage(journey: JourneyMap, key: str) -> JourneyMap:
    """The map without a stage. Raises `MikomiError` for the last one."""
    _place(journey, key)
    if len(journey.stages) == 1:
        raise MikomiError(
            Words(
                "段階は1つ以上いります。名前を変えて使うか、先に別の段階を足してください",
                "a map needs at least one stage; rename it or add another one first",
            )
        )
    return replace(journey, stages=tuple(s for s in journey.stages if s.key != key))


def place_content(journey: JourneyMap, content: str, stages: Sequence[str]) -> JourneyMap:
    """The map in which `content` stands in these stages (keys) and in no other one."""
    for key in stages:
        _place(journey, key)
    changed = []
    for stage in journey.stages:
        held = tuple(c for c in stage.contents if c != content)
        if stage.key in stages:
            held = stage.contents if content in stage.contents else (*held, content)
        changed.append(replace(stage, contents=held))
    return replace(journey, stages=tuple(changed))


def called_now(journey: JourneyMap, now_at: Mapping[str, str]) -> JourneyMap:
    """The map with contents that moved placed as they are called now, each once a stage.

    `now_at`: where a content is now, by its old address.
    """

    def entry(placed: str) -> str:
        kind, _colon, content = placed.partition(":")
        return placed if kind == "group" else f"{kind}:{now_at.get(content, content)}"

    if not now_at:
        return journey
    return replace(
        journey,
        stages=tuple(
            replace(stage, contents=tuple(dict.fromkeys(entry(placed) for placed in stage.contents)))
            for stage in journey.stages
        ),
    )


def _place(journey: JourneyMap, key: str) -> int:
    return {stage.key: place for place, stage in enumerate(journey.stages)}[key]
