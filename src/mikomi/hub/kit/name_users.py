"""Who speaks of a thing by its name: parts above the one that owns the thing say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from mikomi.core.words import Words

type Teller = Callable[[], Iterable[tuple[str, Words]]]
"""Gives (the thing's name, who speaks of it), pair by pair."""


@dataclass(frozen=True, slots=True)
class NameUsers:
    """Where the users of one kind of thing are asked for: groups of contents, stages of the journey."""

    tellers: list[Teller] = field(default_factory=list)

    def tell(self, teller: Teller) -> None:
        """Has `teller` asked for what its part speaks of."""
        if teller not in self.tellers:
            self.tellers.append(teller)

    def users(self) -> dict[str, list[Words]]:
        """Who speaks of each thing, by its name; each once."""
        found: dict[str, dict[Words, None]] = {}
        for teller in self.tellers:
            for name, user in teller():
                found.setdefault(name, {})[user] = None
        return {name: list(users) for name, users in found.items()}


def listed(users: Iterable[Words]) -> Words:
    """Users one after the other, as part of a sentence."""
    held = list(users)
    return Words("、".join(one.ja for one in held), ", ".join(one.en for one in held))
