"""What can be placed on the map: contents that were really seen, and groups of them.

Groups and counts belong to parts above this one, so those say what there is.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from mikomi.core.words import Words

GROUP = "group"
DAYS = 30
"""The days of which `Offer.leads` tells."""
SHOWN = 60
"""So many contents at once; the rest is found by searching."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A content (`kind:content`) or a group (`group:NAME`): how it is called and what it is.

    `leads`: how many leads touched it within the last 30 days, None where that is not counted.
    """

    entry: str
    label: str
    what: Words
    leads: int | None = None


class Offering(Protocol):
    """Where offers come from."""

    def known(self, entries: Collection[str]) -> dict[str, Offer]:
        """Those of these entries that there are."""
        ...

    def found(self, text: str, most: int) -> tuple[list[Offer], int]:
        """Groups and contents with `text` in them, most touched first, and how many more there are."""
        ...

    def groups(self) -> tuple[str, ...]:
        """The names of the groups."""
        ...


_offerings: list[Offering] = []


def offer_from(offering: Offering) -> None:
    """Has `offering` asked for what can be placed."""
    _offerings[:] = [offering]


def known(entries: Collection[str]) -> dict[str, Offer]:
    """What is known of these entries; one that nobody knows is called by its content."""
    found = _offerings[0].known(entries) if _offerings and entries else {}
    return {entry: found.get(entry) or _plain(entry) for entry in entries}


def search(text: str, most: int = SHOWN) -> tuple[list[Offer], int]:
    """What can be placed, and how many more there are."""
    return _offerings[0].found(text, most) if _offerings else ([], 0)


def groups() -> tuple[str, ...]:
    """The names of the groups of contents."""
    return _offerings[0].groups() if _offerings else ()


def _plain(entry: str) -> Offer:
    kind, _colon, content = entry.partition(":")
    if kind == GROUP:
        return Offer(entry, content, Words("もうないグループ", "Group that is gone"))
    return Offer(entry, content, Words("まだ見られていません", "not seen yet"), 0)
