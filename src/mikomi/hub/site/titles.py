"""Names for what data only has keys for: fields, pages, documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mikomi.core.conditions.sentence import FIELDS, FieldLabel, Labels
from mikomi.core.words import Words
from mikomi.hub.activity import content_moves
from mikomi.hub.people import queries as people
from mikomi.hub.people.types import FieldView


@dataclass(frozen=True, slots=True)
class Names:
    """The names known on this installation with what they were made of: the fields in their order, and where
    each content that moved is now."""

    fields: list[FieldView]
    moved: dict[str, str]
    labels: Labels


def names_of() -> Names:
    """All names, read once for a page that needs their parts, too."""
    fields, moved = people.fields(), content_moves.now_at()
    named = {view.key: (view.label_ja, view.label_en) for view in fields}
    return Names(fields, moved, _labels(named, moved))


def labels_of() -> Labels:
    """The names known on this installation."""
    return _labels(people.field_labels(), content_moves.now_at())


def _labels(named: Mapping[str, tuple[str, str]], moved: dict[str, str]) -> Labels:
    fields = {key: FieldLabel(Words(ja, en.lower())) for key, (ja, en) in named.items() if key not in FIELDS}
    return Labels({**FIELDS, **fields}, content_moves.names(moved))
