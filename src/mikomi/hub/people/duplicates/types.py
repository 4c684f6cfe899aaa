"""What the pages of duplicates among leads show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Brief:
    """One lead of a proposal: enough to know who it is. `events`: how many of its events count."""

    number: int
    name: str
    company: str
    title: str
    email: str
    phone: str
    source: str
    added_at: datetime
    events: int

    @property
    def weight(self) -> int:
        """The busier one stays."""
        return self.events


@dataclass(frozen=True, slots=True)
class Sure:
    """The groups of sure pairs: those to merge (lead numbers, the one that stays first), and how many
    are held back, with the code of `core.matching.groups.HELD`."""

    groups: tuple[tuple[int, ...], ...]
    held: dict[str, int]

    @property
    def leads(self) -> int:
        """How many leads would go."""
        return sum(len(group) - 1 for group in self.groups)
