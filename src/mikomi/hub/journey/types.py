"""What other rooms get to see of the journey map."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mikomi.core.journey.map import JourneyMap


@dataclass(frozen=True, slots=True)
class KeptMap:
    """A revision. `at` is aware (UTC); `by` a person's name or ""."""

    number: int
    map: JourneyMap
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class DraftMap:
    """The draft as it stands."""

    map: JourneyMap
    based_on: int | None
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class Steps:
    """Whether a person has steps of the draft to take back, and some to take again."""

    back: bool
    again: bool


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A step taken back or again: whether the draft is another one now, and how many places stayed because
    somebody drew there since."""

    changed: bool
    left: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a lead's way: from the stage `was` to `now` (keys; empty: nowhere) on the local day `on`
    (days since 1970-01-01)."""

    was: str
    now: str
    on: int
    by_hand: bool


@dataclass(frozen=True, slots=True)
class SetByHand:
    """A stage (its key) that somebody put a lead in by hand: from the local day `since` on, until the day
    `until`, from which the conditions say it again (None: it holds). `by`: a person's name or ""."""

    number: int
    lead: int
    stage: str
    reason: str
    by: str
    at: datetime
    since: date
    until: date | None

    def held_on(self, day: date) -> bool:
        """Whether it held at the end of a local day."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class FiguresOf:
    """What is laid over a revision, as of the local day `on` (days since 1970-01-01)."""

    revision: int
    on: int
    document: dict[str, Any]
    prepared_at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of the interview and the cell it goes to."""

    question: str
    stage: str
    lane: str
    text: str
