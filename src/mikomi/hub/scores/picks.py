"""What can be picked in an editor: fields with their values, contents that were really touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mikomi.core.conditions.sentence import FIELDS, FieldLabel, Labels
from mikomi.core.events import KINDS
from mikomi.core.words import Words


@dataclass(frozen=True, slots=True)
class FieldPick:
    """An attribute: its key, its label and unit, whether it holds numbers, its commonest values.

    `values`: (value, how many leads), most common first.
    """

    key: str
    label: FieldLabel
    number: bool = False
    values: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ContentPick:
    """A content that was touched: by how many leads, how often."""

    kind: str
    content: str
    leads: int
    events: int


@dataclass(frozen=True, slots=True)
class Picks:
    """Everything there is to pick from on this installation."""

    fields: Sequence[FieldPick] = ()
    contents: Sequence[ContentPick] = ()
    titles: Mapping[str, str] = field(default_factory=dict)

    def addresses(self, contents: Sequence[str]) -> str:
        """The keys of those contents that are shown by their titles, to stand small beside them."""
        return "、".join(content for content in contents if content in self.titles)

    @property
    def labels(self) -> Labels:
        """Names for descriptions."""
        return Labels({**FIELDS, **{pick.key: pick.label for pick in self.fields}}, self.titles)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that come with the product, then others that were seen."""
        seen = dict.fromkeys(pick.kind for pick in self.contents)
        return (*KINDS, *(kind for kind in seen if kind not in KINDS))

    def field(self, key: str) -> FieldPick:
        """The field of a key; one that nobody bears has no values."""
        known = next((pick for pick in self.fields if pick.key == key), None)
        return known or FieldPick(key, self.labels.fields.get(key) or FieldLabel(Words(key, key)))
