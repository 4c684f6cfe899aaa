"""Reality laid over a map: everything that is shown beside the hypothesis, from one stage matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.conditions.activity import ANY_ACTIVITY, Groups
from mikomi.core.conditions.who import Who, activities_in
from mikomi.core.events import ActivitySource
from mikomi.core.journey.concerns import concerned
from mikomi.core.journey.edits import called_now
from mikomi.core.journey.gap_types import Gap
from mikomi.core.journey.gaps import Ground, find_gaps, stalled_of
from mikomi.core.journey.lift import Lifts, lifts_of, observe
from mikomi.core.journey.map import JourneyMap
from mikomi.core.journey.reality import Reality, Rows, reality_of
from mikomi.core.journey.stays import Flags, Stages, find_stays
from mikomi.core.journey.touching import Candidates, candidates_of, read_touches
from mikomi.core.journey.ways import Ways, ways_to

MOST_SOURCES = 6
OTHER = "…"
"""The source of those who came by one of the rarer ones."""
UNKNOWN = "?"
"""The source of those of whom nothing says how they came."""


@dataclass(frozen=True, slots=True)
class Found:
    """A gap and the rows of the leads it concerns."""

    gap: Gap
    rows: Rows


@dataclass(frozen=True, slots=True)
class Overlay:
    """`ways`: to all (place 0) and to each stage from the second. `sources`: their names, by number.
    `used`: people who touched a content of the map in the last 90 days.
    """

    reality: Reality
    ways: tuple[Ways, ...]
    sources: tuple[str, ...]
    lifts: Lifts
    gaps: tuple[Found, ...]
    used: dict[str, int]


def lay_over(
    journey: JourneyMap,
    matrix: Stages,
    days: Sequence[date],
    numbers: npt.NDArray[np.int64],
    source: ActivitySource,
    groups: Groups,
    *,
    companies: npt.NDArray[np.int32] | None = None,
    came_by: pl.Series | None = None,
    title: Callable[[str], str] = str,
    now_at: Mapping[str, str] | None = None,
    threads: int = 2,
) -> Overlay:
    """Everything about `journey`, whose stages stand in `matrix` (days, leads) in their order.

    `numbers`: the lead numbers of the rows, ascending. `companies`: as `reality_of` takes them. `came_by`:
    for each row what the lead first came by, null where only its activity can say (the kind it begins
    with). `title`: the name of a content or a group as a map writes it. `now_at`: where contents that moved
    are now, by their old addresses; the history of both is counted as one.
    """
    journey = called_now(journey, now_at or {})
    stages = len(journey.stages)
    stays = find_stays(matrix, days, stages, threads)
    observations = observe(stays, numbers)
    candidates = candidates_of(source.touches, groups, now_at)
    touched = read_touches(
        source, candidates, observations.windows, numbers, matrix, stays.days, stages, threads
    )
    reality = reality_of(stays, companies)
    lifts = lifts_of(observations, touched, candidates, stages, counted_later(journey, candidates, groups))
    used = _used(journey, candidates, touched.used)
    standing = {stage: stays.length()[stays.open & (stays.stage == stage)] for stage in range(1, stages + 1)}
    stalled = stalled_of(journey, reality, standing)
    counted = _counted_here(journey, candidates, groups)
    gaps = find_gaps(Ground(journey, reality, lifts, stalled, used, candidates.kin(), title, counted))
    names, number = _sources(came_by, touched.beginning, source)
    return Overlay(
        reality=reality,
        ways=tuple(ways_to(stays, target, number, len(names)) for target in (0, *range(2, stages + 1))),
        sources=names,
        lifts=lifts,
        gaps=tuple(
            Found(gap, concerned(gap.concern, stays, observations, touched, candidates)) for gap in gaps
        ),
        used=used,
    )


def counted_later(journey: JourneyMap, candidates: Candidates, groups: Groups) -> dict[int, Flags]:
    """By stage, the candidates that the condition of a later stage counts.

    A condition that counts every activity alike favours no content and is passed over.
    """
    found: dict[int, Flags] = {}
    later = np.zeros(len(candidates), dtype=bool)
    for place in range(len(journey.stages), 0, -1):
        found[place] = later.copy()
        later |= _counted(journey.stages[place - 1].condition, candidates, groups)
    return found


def _counted(condition: Who | None, candidates: Candidates, groups: Groups) -> Flags:
    asked = [what for what in activities_in(condition) if what != ANY_ACTIVITY] if condition else []
    known = [what for what in asked if all(group in groups for group in what.groups)]
    return candidates.defined(known, groups)


def _counted_here(journey: JourneyMap, candidates: Candidates, groups: Groups) -> frozenset[tuple[str, str]]:
    found = set()
    for stage in journey.stages:
        counted = _counted(stage.condition, candidates, groups)
        numbers = ((content, candidates.number(content)) for content in stage.contents)
        found |= {
            (stage.key, content) for content, number in numbers if number is not None and counted[number]
        }
    return frozenset(found)


def _used(journey: JourneyMap, candidates: Candidates, used: npt.NDArray[np.int64]) -> dict[str, int]:
    contents = dict.fromkeys(content for stage in journey.stages for content in stage.contents)
    numbers = {content: candidates.number(content) for content in contents}
    return {c: 0 if number is None else int(used[number].sum()) for c, number in numbers.items()}


def _sources(
    came_by: pl.Series | None, beginning: npt.NDArray[np.int32], source: ActivitySource
) -> tuple[tuple[str, ...], npt.NDArray[np.int16]]:
    kinds = source.touches.frame["kind"].cast(pl.String)
    begun = pl.Series("touch", beginning)
    by_kind = (
        kinds.gather(begun.replace(-1, None))
        if len(kinds)
        else pl.Series([None] * len(begun), dtype=pl.String)
    )
    said = pl.Series([None] * len(begun), dtype=pl.String) if came_by is None else came_by.cast(pl.String)
    frame = pl.DataFrame({"said": said, "kind": by_kind})
    told = frame.select(
        pl.coalesce(pl.when(pl.col("said") != "").then("said"), "kind", pl.lit(UNKNOWN)).alias("source")
    )["source"]
    counts = told.value_counts(sort=True).sort("count", "source", descending=[True, False])
    names = counts["source"].to_list()
    kept = names if len(names) <= MOST_SOURCES else [*names[: MOST_SOURCES - 1], OTHER]
    number = told.replace_strict(kept, list(range(len(kept))), default=len(kept) - 1, return_dtype=pl.Int16)
    return tuple(kept), number.to_numpy()
