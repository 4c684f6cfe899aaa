"""仮説と実態のズレ: where the map and what people do differ, each with its evidence and a change.

A figure is claimed to differ where its interval, widened for all figures compared at once (Bonferroni),
leaves the hypothesis outside and the difference is worth speaking of: a map that is right draws any claim
at most once in twenty times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mikomi.core.journey import gap_words as words
from mikomi.core.journey.estimates import Share
from mikomi.core.journey.gap_types import Change, Concern, Doing, Gap, GapKind
from mikomi.core.journey.lift import LEVEL, Lift, Lifts, Verdict
from mikomi.core.journey.map import JourneyMap, MapStage
from mikomi.core.journey.reality import STALLED_TIMES, Reality, StageReality
from mikomi.core.words import Words

LEAST = 20
"""People there must be to compare a figure."""
LEAST_ELSEWHERE = 50
"""Entries to other stages there must be before a stage that nobody enters is spoken of."""
LEAST_UNLEFT = 35
"""People who did not leave: fewer may be chance where one in ten leaves."""
POINTS = 0.05
"""How far a share must be from its hypothesis."""
DAYS_SEEN = 7
"""Past days are looked at by the week, so that a stay is known to about so many days."""
DAYS_APART = 0.2
"""How far, as a part of it, a median must be from its hypothesis."""
MOST = 0.5
STALLED_SHARE = 1 / 3
"""Of those who stand in a stage, more must be stalled than this; after three medians an eighth is usual."""
LEAST_USED = 5
LEAST_AROUND = 100
"""Entries and people of a stage before its unused contents are spoken of."""

type Title = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Ground:
    """What gaps are found from. `stalled[place]`: of those who stand in the stage, those who have for more
    than `STALLED_TIMES` its median, and that many days. `used`: people who touched a content in the last
    90 days. `kin`: for a content the groups it is in, for a group its contents, as maps write them.
    `title` gives the name of a content. `counted`: stages (keys) and contents that the stage's own
    condition counts: they lead to it, so that they move nobody on from there says nothing against them.
    """

    journey: JourneyMap
    reality: Reality
    lifts: Lifts
    stalled: Mapping[int, tuple[Share, int]]
    used: Mapping[str, int]
    kin: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    title: Title = str
    counted: frozenset[tuple[str, str]] = frozenset()


def usual_days(stage: MapStage, real: StageReality) -> float | None:
    """After how many days half have left: the hypothesis, else what was found, else None."""
    return stage.expected_days or real.durations.median()


def find_gaps(ground: Ground) -> list[Gap]:
    """All gaps, by effect."""
    pairs = list(zip(ground.journey.stages, ground.reality.stages, strict=True))
    compared = sum(_compared(stage, real) for stage, real in pairs)
    sure = 1 - LEVEL / max(compared, 1)
    entries = sum(real.entries for _, real in pairs)
    gaps: list[Gap] = []
    for stage, real in pairs:
        last = real.stage == len(pairs)
        if not real.ever:
            if entries >= LEAST_ELSEWHERE:
                said = words.never_entered_words(stage.name, entries, stage.condition is not None)
                effect = max(real.skipped.whole, entries / len(pairs) / 10)
                change = Change(Doing.REMOVE_STAGE, stage.key)
                gaps.append(_gap(GapKind.NEVER_ENTERED, stage, real, effect, said, change))
            continue
        gaps += _skipped(stage, real, sure)
        if not last:
            gaps += _figures(stage, real, sure, ground.stalled.get(real.stage))
    gaps += _contents(ground)
    return sorted(gaps, key=lambda gap: (-gap.effect, gap.stage, gap.kind, gap.content))


def _compared(stage: MapStage, real: StageReality) -> int:
    return (
        (real.stage > 1 and real.skipped.whole >= LEAST)
        + (stage.expected_share is not None and real.onward.whole >= LEAST)
        + (stage.expected_days is not None and real.durations.stays >= LEAST)
        + (real.people >= LEAST)
    )


def _gap(
    kind: GapKind,
    stage: MapStage,
    real: StageReality,
    effect: float,
    said: words.Said,
    change: Change,
    *,
    content: str = "",
    days: int = 0,
) -> Gap:
    title, believed, found, evidence, button = said
    concern = Concern(kind, real.stage, days, content)
    return Gap(kind, stage.key, content, effect, title, believed, found, evidence, button, change, concern)


def _skipped(stage: MapStage, real: StageReality, sure: float) -> list[Gap]:
    # Where the way begins is nobody's duty: who comes in further on skips nothing.
    if real.stage == 1 or real.skipped.whole < LEAST or real.skipped.interval(sure)[0] <= MOST:
        return []
    said = words.skipped_words(stage.name, real.skipped)
    change = Change(Doing.REMOVE_STAGE, stage.key)
    return [_gap(GapKind.SKIPPED, stage, real, real.skipped.part, said, change)]


def _figures(
    stage: MapStage, real: StageReality, sure: float, stalled: tuple[Share, int] | None
) -> list[Gap]:
    if real.leaves.part == 0 and real.leaves.whole >= LEAST_UNLEFT and real.onward.part == 0:
        said = words.never_left_words(stage.name, real.leaves)
        change = _act(stage, "動きのない人に連絡する", "Contact those who do not move")
        return [_gap(GapKind.NEVER_LEFT, stage, real, real.leaves.whole, said, change)]
    gaps = [*_share(stage, real, sure), *_days(stage, real, sure)]
    slow = any(gap.kind == GapKind.SLOWER for gap in gaps)
    usual = usual_days(stage, real)
    if stalled is None or slow or usual is None:
        return gaps
    share, days = stalled
    if share.whole >= LEAST and share.interval(sure)[0] > STALLED_SHARE:
        said = words.stalled_words(stage.name, share, days, usual, stage.expected_days is not None)
        change = _act(
            stage, f"{days}日動かない人に連絡する", f"Contact those who stand still for {days} days"
        )
        gaps.append(_gap(GapKind.STALLED, stage, real, share.part, said, change, days=days))
    return gaps


def _act(stage: MapStage, ja: str, en: str) -> Change:
    return Change(Doing.ACT, stage.key, text=Words(ja, en))


def _share(stage: MapStage, real: StageReality, sure: float) -> list[Gap]:
    share = real.onward
    if stage.expected_share is None or share.whole < LEAST or share.value is None:
        return []
    expected = stage.expected_share / 100
    low, high = share.interval(sure)
    apart = abs(share.value - expected)
    if low <= expected <= high or apart < POINTS:
        return []
    said = words.share_words(stage.name, share, expected)
    change = Change(Doing.EXPECT_SHARE, stage.key, value=round(share.value * 100))
    kind = GapKind.FEWER if share.value < expected else GapKind.MORE
    return [_gap(kind, stage, real, apart * share.whole, said, change)]


def _days(stage: MapStage, real: StageReality, sure: float) -> list[Gap]:
    stays, expected = real.durations, stage.expected_days
    if expected is None or stays.stays < LEAST:
        return []
    low, high = stays.interval(sure)
    if low - DAYS_SEEN <= expected and (high is None or expected <= high + DAYS_SEEN):
        return []
    median = stays.median()
    value = low if median is None else median
    apart = abs(value - expected) / max(value, expected)
    if apart < DAYS_APART:
        return []
    shown = stays.interval()
    said = words.days_words(stage.name, median, *shown, expected, stays.stays, stays.open)
    change = Change(Doing.EXPECT_DAYS, stage.key, value=value)
    kind = GapKind.SLOWER if value > expected else GapKind.SOONER
    return [_gap(kind, stage, real, apart * stays.stays / 2, said, change, days=int(expected))]


def _contents(ground: Ground) -> list[Gap]:
    stages = ground.journey.stages
    placed: dict[str, set[str]] = {}
    for stage in stages:
        for content in stage.contents:
            placed.setdefault(content, set()).add(stage.key)
    found = {(lift.content, stages[lift.stage - 1].key): lift for lift in ground.lifts.tested}
    before = _plainest([lift for lift in ground.lifts.tested if lift.verdict == Verdict.BEFORE], ground.kin)
    works = {lift.content for lift in before}
    gaps: list[Gap] = []
    for lift in before:
        stage, real = stages[lift.stage - 1], ground.reality.of(lift.stage)
        name = ground.title(lift.content)
        homes = placed.get(lift.content, set()).union(
            *(placed.get(kin, set()) for kin in ground.kin.get(lift.content, ()))
        )
        if stage.key in homes:
            continue
        effect = lift.touched.part * (1 - 1 / lift.ratio)
        own = [s for s in stages if s.key in placed.get(lift.content, set())]
        if own and not any(_works(found.get((lift.content, s.key))) for s in own):
            said = words.elsewhere_words(name, stage.name, own[0].name, lift)
            change = Change(Doing.MOVE, stage.key, content=lift.content, source=own[0].key)
            kind = GapKind.PLACED_ELSEWHERE
        elif not own:
            said = words.not_placed_words(name, stage.name, lift)
            change = Change(Doing.PLACE, stage.key, content=lift.content)
            kind = GapKind.NOT_PLACED
        else:
            continue
        gaps.append(_gap(kind, stage, real, effect, said, change, content=lift.content))
    for stage, real in zip(stages, ground.reality.stages, strict=True):
        around = real.entries + real.people
        for content in stage.contents:
            lift, people = found.get((content, stage.key)), ground.used.get(content, 0)
            change = Change(Doing.TAKE_OUT, stage.key, content=content)
            name = ground.title(content)
            if people < LEAST_USED and around >= LEAST_AROUND:
                said = words.unused_words(name, stage.name, people, real.entries)
                gaps.append(_gap(GapKind.UNUSED, stage, real, around / 50, said, change, content=content))
            elif _idle(lift) and content not in works and (stage.key, content) not in ground.counted:
                assert lift is not None
                said = words.no_effect_words(name, stage.name, lift)
                effect = lift.touched.whole / 10
                gaps.append(_gap(GapKind.NO_EFFECT, stage, real, effect, said, change, content=content))
    return gaps


def _idle(lift: Lift | None) -> bool:
    return lift is not None and lift.verdict == Verdict.NONE


def _works(lift: Lift | None) -> bool:
    return lift is not None and lift.verdict == Verdict.BEFORE


def _plainest(lifts: list[Lift], kin: Mapping[str, frozenset[str]]) -> list[Lift]:
    """Of a group and a content of it that both come before a step in a stage, the surer one alone."""
    kept: list[Lift] = []
    for lift in sorted(lifts, key=lambda lift: (lift.sure, -lift.ratio, lift.content)):
        if not any(o.stage == lift.stage and o.content in kin.get(lift.content, ()) for o in kept):
            kept.append(lift)
    return kept


def stalled_of(
    journey: JourneyMap, reality: Reality, lengths: Mapping[int, npt.NDArray[np.int64]]
) -> dict[int, tuple[Share, int]]:
    """For each stage with a usual length: how many of those there have stood `STALLED_TIMES` as long, and
    the days.

    `lengths`: how long those who stand in a stage have, by its place.
    """
    found: dict[int, tuple[Share, int]] = {}
    for stage, real in zip(journey.stages, reality.stages, strict=True):
        usual = usual_days(stage, real)
        if usual:
            days = max(int(usual * STALLED_TIMES), DAYS_SEEN)
            stands = lengths[real.stage]
            found[real.stage] = (Share(int(np.sum(stands > days)), len(stands)), days)
    return found
