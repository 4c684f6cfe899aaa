"""What this app gives to others, besides frames."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a frame of events or outcomes.

    `new`: rows stored. `known`: rows that were there already. `waiting`: of the new rows, those
    whose lead is unknown so far; they are kept and join when the lead appears. `waiting_keys`: how
    many such leads there are. `leads`: the numbers of the leads whose facts changed, Int32, sorted.
    """

    new: int
    known: int
    waiting: int
    waiting_keys: int
    leads: pl.Series


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of a lead's timeline: one event, or page views that followed each other on one day.

    `first` and `last` are aware UTC instants. `contents` names what was touched and how often,
    in the order it was first touched. `counted` is false for what was taken back or automated.
    `reason`: why it is a machine's (`core.machines.reasons`), or `by_hand` where somebody said that it was
    a person after all; `certainty` in percent. `lead`: whose it is, where many leads were asked for.
    """

    first: datetime
    last: datetime
    day: int
    kind: str
    contents: tuple[tuple[str, int], ...]
    n: int
    automated: bool
    counted: bool
    source: str
    lead: int = 0
    product: str = ""
    yen: int | None = None
    deal: int | None = None
    said_by: int | None = None
    key: OutcomeKey | None = None
    reason: str = ""
    certainty: int = 0


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of a lead's timeline, newest first; `before` asks for the next page, None at the end."""

    moments: tuple[Moment, ...]
    before: str | None


@dataclass(frozen=True, slots=True)
class MachineAct:
    """How many events of a lead's a machine did on one day (days since 1970), for one reason
    (`core.machines.reasons`)."""

    day: int
    reason: str
    n: int


@dataclass(frozen=True, slots=True)
class OutcomeKey:
    """Which outcome: its subject, its instant (µs since 1970, UTC) and its name."""

    subject: int
    at: int
    id: int


@dataclass(frozen=True, slots=True)
class KnownOutcome:
    """What became of a lead: `at` is an aware UTC instant, `day` counts local days since 1970.

    `lead`: whose it is, where many leads were asked for. `amount` as it was written, `yen` in whole yen.
    `deal`: the number of the deal that it is a step of. `said_by`: the number of who said it by hand.
    """

    at: datetime
    day: int
    result: str
    reason: str
    amount: str
    source: str
    lead: int = 0
    product: str = ""
    yen: int | None = None
    deal: int | None = None
    said_by: int | None = None
    key: OutcomeKey | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A content that is found under `new` since `at` (aware, UTC), and who said so."""

    number: int
    old: str
    new: str
    at: datetime
    by: str
