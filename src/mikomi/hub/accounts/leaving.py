"""What a person who leaves has in hand: parts above tell it, and pass it on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mikomi.core.words import Words

type Count = Callable[[int], int]
"""How many things of one kind the user with a number has in hand."""
type PassOn = Callable[[int, int | None, Any], None]
"""Passes them on: from a user's number to another's (None: by the rules), by a user."""


@dataclass(frozen=True, slots=True)
class InHand:
    """One kind of thing that people have in hand, as open hand-offs."""

    words: Words
    count: Count
    pass_on: PassOn


_kinds: list[InHand] = []


def register(kind: InHand) -> None:
    """Has a kind of thing asked for and passed on when somebody leaves: called in `AppConfig.ready`."""
    if kind not in _kinds:
        _kinds.append(kind)


def in_hand(user: int) -> list[tuple[Words, int]]:
    """What the user with this number has in hand, and how many of each; kinds with none are left out."""
    return [(kind.words, n) for kind in _kinds if (n := kind.count(user))]


def pass_on(user: int, to: int | None, by: Any) -> None:
    """Gives everything that the user has in hand to another, or by the rules."""
    for kind in _kinds:
        kind.pass_on(user, to, by)
