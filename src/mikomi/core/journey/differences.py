"""What one map has that another has not, stage by stage and lane by lane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mikomi.core.journey.map import JourneyMap, MapStage

type Kind = Literal["title", "added", "removed", "moved", "changed"]
type Lane = Literal[
    "name", "question", "feeling", "touchpoints", "contents", "action", "kpi", "owner",
    "condition", "expected_share", "expected_days",
]  # fmt: skip

LANES: tuple[Lane, ...] = (
    "name",
    "question",
    "feeling",
    "touchpoints",
    "contents",
    "action",
    "kpi",
    "owner",
    "condition",
    "expected_share",
    "expected_days",
)
"""What a stage says, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is another one now. `before` and `after`: the stage then and now (None: not there).

    `lane` is given for `changed` alone; its values are the stages' fields of that name.
    """

    kind: Kind
    before: MapStage | None = None
    after: MapStage | None = None
    lane: Lane | None = None


def map_differences(before: JourneyMap, after: JourneyMap) -> list[Difference]:
    """What was changed, in the order of the later map; what was removed comes last."""
    found: list[Difference] = []
    if before.title != after.title:
        found.append(Difference("title"))
    stayed = _stayed([s.key for s in before.stages], [s.key for s in after.stages])
    for stage in after.stages:
        old = before.stage(stage.key)
        if old is None:
            found.append(Difference("added", None, stage))
            continue
        if stage.key not in stayed:
            found.append(Difference("moved", old, stage))
        found += [
            Difference("changed", old, stage, lane)
            for lane in LANES
            if getattr(old, lane) != getattr(stage, lane)
        ]
    found += [Difference("removed", old) for old in before.stages if after.stage(old.key) is None]
    return found


def _stayed(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The keys that need not move to get from one order to the other: a longest run in common."""
    old = [key for key in before if key in after]
    new = [key for key in after if key in before]
    best: list[list[list[str]]] = [[[] for _ in range(len(new) + 1)] for _ in range(len(old) + 1)]
    for i, first in enumerate(old):
        for j, second in enumerate(new):
            up, left = best[i][j + 1], best[i + 1][j]
            best[i + 1][j + 1] = [*best[i][j], first] if first == second else max(up, left, key=len)
    return set(best[-1][-1])
