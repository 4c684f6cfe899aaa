"""The journey map as frozen types, and the plain data it is kept as.

A map is what a team believes of the way to purchase: stages, and for each what the customer asks and
feels, where we meet, what is read, what we do, and the condition that says who stands there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from mikomi.core.conditions.document import DocumentError, Place, check_keys, need, place_of, tidy
from mikomi.core.conditions.parse_who import parse_who, who_data
from mikomi.core.conditions.who import NOWHERE, Who
from mikomi.core.events import KIND_PATTERN
from mikomi.core.words import Words

FILE = "journey"
KEY_PATTERN = re.compile(r"[a-z][a-z0-9_]{0,29}")
MOST_STAGES = 30
LONGEST_NAME = 40
LONGEST_TEXT = 400
MOST_TOUCHPOINTS = 12
MOST_CONTENTS = 60
LONGEST_WAIT = 3650
"""Expected days, at most."""
TEXTS = ("question", "feeling", "action", "kpi", "owner")
"""The lanes that hold free text."""


@dataclass(frozen=True, slots=True)
class MapStage:
    """One stage. `key` never changes and is never given to another stage.

    `condition` None: nobody stands here by itself. `contents`: `kind:content` or `group:NAME`.
    `expected_share`: percent of those who enter that go on to a later stage; `expected_days`: the median
    they are expected to stay. Both None where nobody said.
    """

    key: str
    name: str
    condition: Who | None = None
    question: str = ""
    feeling: str = ""
    touchpoints: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    action: str = ""
    kpi: str = ""
    owner: str = ""
    expected_share: float | None = None
    expected_days: float | None = None


@dataclass(frozen=True, slots=True)
class JourneyMap:
    """Stages in the order of the way. Who fits several stands in the last of them."""

    title: str
    stages: tuple[MapStage, ...]

    def keys(self) -> tuple[str, ...]:
        """The stages' keys in their order."""
        return tuple(stage.key for stage in self.stages)

    def stage(self, key: str) -> MapStage | None:
        """The stage of this key, None where there is none."""
        return next((stage for stage in self.stages if stage.key == key), None)


_STAGE_KEYS = (
    "key",
    "name",
    "condition",
    "question",
    "feeling",
    "touchpoints",
    "contents",
    "action",
    "kpi",
    "owner",
    "expected_share",
    "expected_days",
)


def load_map(text: str) -> JourneyMap:
    """The map that a JSON text holds. Raises `DocumentError`, which names the place."""
    try:
        data = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        words = Words("JSONとして読めません", "not valid JSON; check commas and quotes")
        raise DocumentError(FILE, line, "", words) from error
    return parse_map(place_of(data, FILE))


def parse_map(place: Place) -> JourneyMap:
    """`{title: …, stages: […]}`. Raises `DocumentError`, which names the place."""
    items = place.items()
    check_keys(items, ("title", "stages"))
    title = _line(need(items, "title", place))
    written = need(items, "stages", place)
    entries = written.sequence()
    if not 1 <= len(entries) <= MOST_STAGES:
        written.fail(
            f"段階は1つから{MOST_STAGES}までにしてください（今は{len(entries)}）",
            f"needs 1 to {MOST_STAGES} stages, found {len(entries)}",
        )
    stages = tuple(_stage(entry) for entry in entries)
    for number, stage in enumerate(stages):
        if stage.key in {other.key for other in stages[:number]}:
            entries[number].fail(
                f"キー「{stage.key}」の段階が2つあります。1つの名前を変えてください",
                f"two stages have the key '{stage.key}'; change one of them",
            )
    return JourneyMap(title, stages)


def _stage(place: Place) -> MapStage:
    items = place.items()
    check_keys(items, _STAGE_KEYS)
    key_place = need(items, "key", place)
    key = key_place.text()
    if not KEY_PATTERN.fullmatch(key) or key == NOWHERE:
        key_place.fail(
            f"キー「{key}」は使えません。英小文字で始まる英小文字・数字・_ で30字までです（例：compare）",
            f"'{key}' is no key; use lower snake case of at most 30 characters, such as compare",
        )
    texts = {name: _free(items.get(name)) for name in TEXTS}
    return MapStage(
        key=key,
        name=_line(need(items, "name", place)),
        condition=_condition(items.get("condition")),
        touchpoints=_listed(items.get("touchpoints"), MOST_TOUCHPOINTS),
        contents=_contents(items.get("contents")),
        expected_share=_number(items.get("expected_share"), 100),
        expected_days=_number(items.get("expected_days"), LONGEST_WAIT),
        **texts,
    )


def _line(place: Place) -> str:
    text = " ".join(place.text().split())
    if len(text) > LONGEST_NAME:
        place.fail(
            f"{LONGEST_NAME}字までにしてください（今は{len(text)}字）",
            f"at most {LONGEST_NAME} characters, found {len(text)}",
        )
    return text


def _free(place: Place | None) -> str:
    if place is None or place.kind() == "null" or (place.kind() == "text" and not place.raw().strip()):
        return ""
    text = place.text().replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TEXT:
        place.fail(
            f"{LONGEST_TEXT}字までにしてください（今は{len(text)}字）",
            f"at most {LONGEST_TEXT} characters, found {len(text)}",
        )
    return text


def _listed(place: Place | None, most: int) -> tuple[str, ...]:
    entries = place.entries() if place is not None and place.kind() != "null" else []
    if place is not None and len(entries) > most:
        place.fail(
            f"{most}個までにしてください（今は{len(entries)}個）", f"at most {most}, found {len(entries)}"
        )
    return tuple(dict.fromkeys(entry.text().strip() for entry in entries))


def _contents(place: Place | None) -> tuple[str, ...]:
    found = _listed(place, MOST_CONTENTS)
    for entry in place.entries() if place is not None and found else ():
        kind, parted, content = entry.text().strip().partition(":")
        if not parted or not content or not KIND_PATTERN.fullmatch(kind):
            entry.fail(
                "「種類:コンテンツ」か「group:グループ名」にしてください（例：page_view:/pricing）",
                "must be 'kind:content' or 'group:name', such as page_view:/pricing",
            )
    return found


def _number(place: Place | None, most: float) -> float | None:
    if place is None or place.kind() == "null":
        return None
    value = place.number()
    if not 0 <= value <= most:
        place.fail(
            f"0から{most}までの数にしてください（今は{place.raw()}）",
            f"must be 0 to {most}, found {place.raw()}",
        )
    return value


def _condition(place: Place | None) -> Who | None:
    if place is None or place.kind() == "null":
        return None
    return parse_who(place, purpose="stage")


def map_data(journey: JourneyMap) -> dict[str, object]:
    """The map as plain data; what says nothing is left out."""
    return {"title": journey.title, "stages": [_stage_data(stage) for stage in journey.stages]}


def _stage_data(stage: MapStage) -> dict[str, object]:
    held: dict[str, object] = {
        "key": stage.key,
        "name": stage.name,
        "condition": who_data(stage.condition) if stage.condition is not None else None,
        "touchpoints": list(stage.touchpoints),
        "contents": list(stage.contents),
        "expected_share": tidy(stage.expected_share),
        "expected_days": tidy(stage.expected_days),
        **{name: getattr(stage, name) for name in TEXTS},
    }
    return {
        name: held[name]
        for name in _STAGE_KEYS
        if name in ("key", "name") or held[name] not in (None, "", [])
    }


def dump_map(journey: JourneyMap) -> str:
    """JSON that `load_map` reads back as the same map. Raises `DocumentError` for a map that may not be."""
    data = map_data(journey)
    parse_map(place_of(data, FILE))
    return json.dumps(data, ensure_ascii=False)


def new_key(taken: Iterable[str]) -> str:
    """A stage's key that nobody ever had: `s1`, `s2` …"""
    numbers = [int(key[1:]) for key in taken if re.fullmatch(r"s[0-9]{1,9}", key)]
    return f"s{max(numbers, default=0) + 1}"
