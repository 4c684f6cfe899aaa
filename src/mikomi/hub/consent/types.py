"""What this app gives to others, besides frames."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground on which an address may be written to. `kind`: consent, card, deal or published;
    `topic` "" is everything; `how`, `wording`, `url` are the evidence."""

    kind: str
    topic: str
    since: date
    how: str
    wording: str
    url: str
    import_id: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an address must not be written to. `kind`: opt_out, error or complaint."""

    kind: str
    topic: str
    since: date
    how: str
    lifted_at: datetime | None

    @property
    def holds(self) -> bool:
        """Whether it still holds: only a consent confirmed anew ends it."""
        return self.lifted_at is None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is on record of one address (folded)."""

    address: str
    grounds: tuple[Ground, ...]
    refusals: tuple[Refused, ...]

    @property
    def refused(self) -> bool:
        """Whether it must not be written to about anything, whatever else is known."""
        return any(refusal.holds and not refusal.topic for refusal in self.refusals)
