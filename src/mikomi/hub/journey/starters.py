"""Maps to start from, one a kind of business, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from mikomi.core.conditions.document import place_of
from mikomi.core.journey.defaults import CONDITIONS, NAMES
from mikomi.core.journey.map import JourneyMap, MapStage, parse_map
from mikomi.core.words import Language

FOLDER = Path(__file__).with_name("maps_to_start_from")
ORDER = ("saas", "maker", "staffing", "seminar")
EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Starter:
    """A template: its name to take it by, how it is called, whom it is for, its stages."""

    name: str
    title: str
    note: str
    stages: tuple[str, ...]


def starters(language: Language) -> list[Starter]:
    """All templates; the empty map comes last."""
    found = []
    for name in ORDER:
        data = _read(name)
        stages = tuple(stage.name for stage in starter(name, language).stages)
        found.append(Starter(name, _said(data["label"], language), _said(data["note"], language), stages))
    empty = starter(EMPTY, language)
    note = _("段階の名前だけがあります。自分たちで1から描くときに。")
    return [*found, Starter(EMPTY, _("空の地図"), note, tuple(stage.name for stage in empty.stages))]


def starter(name: str, language: Language) -> JourneyMap:
    """A template as a map. Raises `KeyError` for a name that there is not."""
    if name == EMPTY:
        title = _("私たちのお客様の道のり")
        return JourneyMap(
            title, tuple(MapStage(key, names.text(language), CONDITIONS[key]) for key, names in NAMES.items())
        )
    if name not in ORDER:
        raise KeyError(name)
    data = _read(name)
    stages = []
    for written in data["stages"]:
        stage = {key: _said(value, language) for key, value in written.items()}
        stage.setdefault("name", NAMES[stage["key"]].text(language) if stage["key"] in NAMES else "")
        stages.append(stage)
    found = parse_map(place_of({"title": _said(data["title"], language), "stages": stages}, name))
    return replace(
        found,
        stages=tuple(
            replace(s, condition=s.condition if s.condition is not None else CONDITIONS.get(s.key))
            for s in found.stages
        ),
    )


def _said(value: Any, language: Language) -> Any:
    """A text that is written as {ja: …, en: …} in one language; anything else as it is."""
    if isinstance(value, dict) and set(value) == {"ja", "en"}:
        return value[language]
    return value


@cache
def _read(name: str) -> dict[str, Any]:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
