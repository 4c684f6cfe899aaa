"""A gap between what the map says and what people do, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mikomi.core.journey.edits import change_stage, place_content, remove_stage
from mikomi.core.journey.map import JourneyMap
from mikomi.core.words import Language, MikomiError, Words


class GapKind(StrEnum):
    """What differs."""

    NEVER_ENTERED = "never_entered"
    NEVER_LEFT = "never_left"
    SKIPPED = "skipped"
    FEWER = "fewer"
    MORE = "more"
    SLOWER = "slower"
    SOONER = "sooner"
    STALLED = "stalled"
    NO_EFFECT = "no_effect"
    NOT_PLACED = "not_placed"
    PLACED_ELSEWHERE = "placed_elsewhere"
    UNUSED = "unused"


class Doing(StrEnum):
    """What a change does to the map."""

    EXPECT_SHARE = "expect_share"
    EXPECT_DAYS = "expect_days"
    REMOVE_STAGE = "remove_stage"
    TAKE_OUT = "take_out"
    PLACE = "place"
    MOVE = "move"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a map: `do` to the stage of key `stage`.

    `value`: percent or days to expect. `content`: what is taken out, placed, or moved from the stage
    `source`. `text`: what is added to our actions.
    """

    do: Doing
    stage: str
    value: float | None = None
    content: str = ""
    source: str = ""
    text: Words | None = None


@dataclass(frozen=True, slots=True)
class Concern:
    """Whom a gap concerns: those who, by `kind`, stand or stood in the stage at place `stage`.

    `days`: for `SLOWER` and `STALLED`, those who have for longer. `content`: those who touched it there.
    """

    kind: GapKind
    stage: int
    days: int = 0
    content: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap. `effect`: about how many people a year it makes a difference to; gaps are ordered by it.

    `believed` is the hypothesis, `real` what was found, `evidence` how sure it is and how it was counted.
    `content`: the content it is about, as the map writes it, or empty.
    """

    kind: GapKind
    stage: str
    content: str
    effect: float
    title: Words
    believed: Words
    real: Words
    evidence: Words
    button: Words
    change: Change
    concern: Concern


def change_map(journey: JourneyMap, change: Change, language: Language) -> JourneyMap:
    """The map with the change made. Raises `MikomiError` where its stage is gone or is the only one."""
    stage = journey.stage(change.stage)
    if stage is None:
        raise MikomiError(
            Words(
                "この段階は下書きにはもうありません。実態は次の準備で新しい地図に合わせて数え直します",
                "the draft no longer has this stage; reality is counted anew for the new map tonight",
            )
        )
    holding = {held.key for held in journey.stages if change.content in held.contents}
    match change.do:
        case Doing.EXPECT_SHARE:
            return change_stage(journey, stage.key, expected_share=change.value)
        case Doing.EXPECT_DAYS:
            return change_stage(journey, stage.key, expected_days=change.value)
        case Doing.ACT:
            text = change.text.text(language) if change.text else ""
            lines = dict.fromkeys([*stage.action.splitlines(), text])
            return change_stage(journey, stage.key, action="\n".join(lines))
        case Doing.TAKE_OUT:
            return place_content(journey, change.content, [*(holding - {stage.key})])
        case Doing.PLACE | Doing.MOVE:
            return place_content(journey, change.content, [*(holding - {change.source} | {stage.key})])
        case Doing.REMOVE_STAGE:
            return remove_stage(journey, stage.key)


def change_data(change: Change) -> dict[str, object]:
    """The change as plain data that `load_change` reads back."""
    held = {
        "do": change.do.value,
        "stage": change.stage,
        "value": change.value,
        "content": change.content,
        "source": change.source,
        "text": [change.text.ja, change.text.en] if change.text else None,
    }
    return {name: value for name, value in held.items() if value not in (None, "")}


def load_change(data: Mapping[str, object]) -> Change:
    """The change that plain data of `change_data` holds."""
    text, value = data.get("text"), data.get("value")
    return Change(
        do=Doing(str(data["do"])),
        stage=str(data["stage"]),
        value=float(value) if isinstance(value, int | float) else None,
        content=str(data.get("content", "")),
        source=str(data.get("source", "")),
        text=Words(*map(str, text)) if isinstance(text, list) else None,
    )
