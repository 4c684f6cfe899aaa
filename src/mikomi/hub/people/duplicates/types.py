"""What the pages of duplicates show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mikomi.core.matching.levels import Told
from mikomi.core.words import Words


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


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two leads that may be one person. `kept` is the one that would stay, unless told otherwise."""

    kept: Brief
    gone: Brief
    level: int
    certainty: Words
    reasons: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class FieldPair:
    """One field of two leads. `takes`: the value would come from the lead that goes."""

    key: str
    label: Words
    kept: str
    gone: str
    differs: bool
    takes: bool
    kept_source: str
    gone_source: str

    @property
    def choice(self) -> bool:
        """Whether there is something to choose: both know a value, and not the same."""
        return self.differs and bool(self.kept) and bool(self.gone)


@dataclass(frozen=True, slots=True)
class PastMerge:
    """A merge that can be taken back, as pages show it."""

    number: int
    kept: int
    gone: int
    label: str
    by: str
    at: datetime


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
