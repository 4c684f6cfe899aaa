"""What is to be said of a map before anybody stands on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mikomi.core.conditions.who import Every, Some, Who
from mikomi.core.journey.map import JourneyMap
from mikomi.core.words import Words


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to look at. `stage`: the key of the stage it is about."""

    stage: str
    words: Words


def map_notes(journey: JourneyMap) -> list[Note]:
    """Stages that nobody can stand in by themselves: without a condition, or always overruled.

    A lead that meets the conditions of several stages stands in the last of them. So a stage whose
    condition makes a later one hold, too, is empty.
    """
    return [*_without_condition(journey), *_overruled(journey)]


def _without_condition(journey: JourneyMap) -> Iterator[Note]:
    for stage in journey.stages:
        if stage.condition is None:
            yield Note(
                stage.key,
                Words(
                    f"「{stage.name}」には条件がないので、だれも入りません。"
                    "「ここにいる人」を決めるか、手で入れてください",
                    f"“{stage.name}” has no condition, so nobody comes in; say who stands here, or put leads "
                    "in by hand",
                ),
            )


def _overruled(journey: JourneyMap) -> Iterator[Note]:
    for place, stage in enumerate(journey.stages):
        if stage.condition is None:
            continue
        for later in journey.stages[place + 1 :]:
            if later.condition is not None and implies(stage.condition, later.condition):
                yield Note(
                    stage.key,
                    Words(
                        f"「{stage.name}」に当てはまる人は、みな「{later.name}」にも当てはまります。"
                        f"後ろの段階が優先なので「{stage.name}」は空になります。どちらかの条件を変えてください",
                        f"whoever fits “{stage.name}” fits “{later.name}”, too; the later stage rules, so "
                        f"“{stage.name}” stays empty: change one of the conditions",
                    ),
                )
                break


def implies(first: Who, second: Who) -> bool:
    """Whether the second condition surely holds where the first one does, as far as their form tells.

    Equal conditions, parts of an `all`, and more of an `any` are seen; what hangs on the data is not.
    """
    if first == second:
        return True
    if isinstance(first, Some):
        return all(implies(part, second) for part in first.parts)
    if isinstance(second, Every):
        return all(implies(first, part) for part in second.parts)
    if isinstance(second, Some) and any(implies(first, part) for part in second.parts):
        return True
    return isinstance(first, Every) and any(implies(part, second) for part in first.parts)
