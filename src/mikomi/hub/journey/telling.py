"""Differences of maps in words, for a list and for two maps side by side."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mikomi.core.conditions.sentence import number_text
from mikomi.core.journey.differences import LANES, Difference, Lane, map_differences
from mikomi.core.journey.map import JourneyMap, MapStage
from mikomi.core.words import Words
from mikomi.hub.journey import board, offers
from mikomi.hub.journey.board import Speech
from mikomi.hub.journey.touchpoints import touchpoint

NAMES: dict[str, str | Promise] = {
    "name": gettext_lazy("段階の名前"),
    **{lane: label for lane, label in board.LANES.items() if lane != "expected"},
    "expected_share": gettext_lazy("次へ進む見込み"),
    "expected_days": gettext_lazy("いる日数の見込み"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One difference: where, and what stood and stands there (empty: nothing)."""

    kind: str
    stage: str
    lane: str | Promise
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Side:
    """One lane of a stage on both maps."""

    lane: str | Promise
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether something else stands there now."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Pair:
    """One stage on both maps; `kind` as in `Difference`, empty where nothing is another."""

    name: str
    kind: str
    sides: tuple[Side, ...]


def told(before: JourneyMap, after: JourneyMap, speech: Speech) -> list[Told]:
    """What was changed, as a list."""
    return [_told(d, before, after, speech) for d in map_differences(before, after)]


def _told(difference: Difference, before: JourneyMap, after: JourneyMap, speech: Speech) -> Told:
    stage = difference.after or difference.before
    name = stage.name if stage else ""
    if difference.kind == "title":
        return Told("title", "", _("地図の題名"), before.title, after.title)
    if difference.lane is None or difference.before is None or difference.after is None:
        return Told(difference.kind, name, "", "", "")
    then, now = (value_of(s, difference.lane, speech) for s in (difference.before, difference.after))
    return Told("changed", name, NAMES[difference.lane], then, now)


def side_by_side(before: JourneyMap, after: JourneyMap, speech: Speech) -> list[Pair]:
    """Both maps stage by stage, those that were removed at the end."""
    kinds: dict[str, str] = {}
    for difference in map_differences(before, after):
        stage = difference.after or difference.before
        if stage is not None:
            kinds.setdefault(stage.key, difference.kind)
    gone = [stage for stage in before.stages if after.stage(stage.key) is None]
    pairs = []
    for stage in (*after.stages, *gone):
        old, new = before.stage(stage.key), after.stage(stage.key)
        sides = (
            Side(
                NAMES[lane],
                value_of(old, lane, speech) if old else "",
                value_of(new, lane, speech) if new else "",
            )
            for lane in LANES
        )
        shown = tuple(side for side in sides if side.before or side.after)
        pairs.append(Pair(stage.name, kinds.get(stage.key, ""), shown))
    return pairs


def value_of(stage: MapStage, lane: Lane, speech: Speech) -> str:
    """What stands in a lane of a stage, as one text."""
    comma = "、" if speech.language == "ja" else ", "
    match lane:
        case "condition":
            return speech.condition(stage.condition)
        case "touchpoints":
            names = (touchpoint(key)[0] for key in stage.touchpoints)
            return comma.join(n.text(speech.language) if isinstance(n, Words) else n for n in names)
        case "contents":
            return comma.join(offer.label for offer in offers.known(stage.contents).values())
        case "expected_share":
            return "" if stage.expected_share is None else f"{number_text(stage.expected_share)}%"
        case "expected_days":
            days = stage.expected_days
            if days is None:
                return ""
            shown = number_text(days)
            return (
                f"{shown}日" if speech.language == "ja" else f"{shown} day" if days == 1 else f"{shown} days"
            )
    return str(getattr(stage, lane))
