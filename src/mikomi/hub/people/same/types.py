"""What the pages of duplicates show, of leads and of companies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mikomi.core.matching.levels import Told
from mikomi.core.words import Words


class Brief(Protocol):
    """One of a pair. `weight`: how much hangs on it; the heavier one stays."""

    @property
    def number(self) -> int: ...

    @property
    def weight(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Proposal[B: Brief]:
    """Two that may be one. `kept` is the one that would stay, unless told otherwise."""

    kept: B
    gone: B
    level: int
    certainty: Words
    reasons: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class FieldPair:
    """One field of two. `takes`: the value would come from the one that goes."""

    key: str
    label: Words
    kept: str
    gone: str
    differs: bool
    takes: bool
    kept_source: Words | None
    gone_source: Words | None

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
