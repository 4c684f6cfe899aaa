"""Taking one step of a draft back, or doing it again, while others went on drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mikomi.core.journey.differences import LANES
from mikomi.core.journey.map import MOST_STAGES, JourneyMap, MapStage


def redraw(standing: JourneyMap, start: JourneyMap, end: JourneyMap) -> tuple[JourneyMap, int]:
    """`standing` with what leads from `start` to `end` done on it, and how many places were left alone.

    A place (the title, a stage's lane, a stage, the order) is left alone where it is neither as in `start`
    nor as in `end`: somebody drew there since.
    """
    title, left = _one(standing.title, start.title, end.title)
    stages: list[MapStage] = []
    for stage in standing.stages:
        then, wanted = start.stage(stage.key), end.stage(stage.key)
        if then is not None and wanted is not None:
            stage, kept = _lanes(stage, then, wanted)
            left += kept
        elif then is not None and stage == then:
            continue
        elif then is not None:
            left += 1
        stages.append(stage)
    starts, ends = start.keys(), end.keys()
    left += sum(standing.stage(key) is None for key in starts if end.stage(key) is not None)
    for place, stage in enumerate(end.stages):
        if start.stage(stage.key) is not None or standing.stage(stage.key) is not None:
            continue
        if len(stages) >= MOST_STAGES:
            left += 1
            continue
        before = [i for i, other in enumerate(stages, start=1) if other.key in ends[:place]]
        stages.insert(max(before, default=0), stage)
    ordered, kept = _in_order(stages, standing.keys(), starts, ends)
    if not ordered:
        return replace(standing, title=title), left + 1
    return JourneyMap(title, tuple(ordered)), left + kept


def _one[T](standing: T, start: T, end: T) -> tuple[T, int]:
    if start == end or standing == end:
        return standing, 0
    return (end, 0) if standing == start else (standing, 1)


def _lanes(stage: MapStage, start: MapStage, end: MapStage) -> tuple[MapStage, int]:
    found = {
        lane: _one(getattr(stage, lane), getattr(start, lane), getattr(end, lane))
        for lane in LANES
        if getattr(start, lane) != getattr(end, lane)
    }
    changed = replace(stage, **{lane: value for lane, (value, _left) in found.items()})
    return changed, sum(left for _value, left in found.values())


def _in_order(
    stages: list[MapStage], standing: Sequence[str], start: Sequence[str], end: Sequence[str]
) -> tuple[list[MapStage], int]:
    """The stages in the order of `end`, where nobody changed the order since; others stay in their places."""
    both = [key for key in start if key in end and key in standing]
    wanted = [key for key in end if key in both]
    there = [key for key in standing if key in both]
    if there not in (both, wanted):
        return stages, int(both != wanted)
    if there == wanted and len(stages) == len(standing):
        return stages, 0
    by_key = {stage.key: stage for stage in stages}
    coming = iter([by_key[key] for key in end if key in by_key])
    return [next(coming) if stage.key in end else stage for stage in stages], 0
