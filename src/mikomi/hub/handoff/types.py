"""What hand-offs are for others: plain, frozen, with numbers for leads, companies and users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from mikomi.core.words import Words


class Cause(StrEnum):
    """Why a lead is handed over."""

    URGENT = "urgent"
    HOT = "hot"
    PRIORITY = "priority"
    STAGE = "stage"
    SEGMENT = "segment"
    RECONSIDER = "reconsider"
    CHECK = "check"
    MANUAL = "manual"
    AGAIN = "again"
    """The day came on which somebody wanted to look again."""


CAUSE_WORDS: dict[str, Words] = {
    Cause.URGENT: Words("即時対応", "Urgent"),
    Cause.HOT: Words("ホット", "Hot"),
    Cause.PRIORITY: Words("優先", "Priority"),
    Cause.STAGE: Words("ジャーニー", "Journey stage"),
    Cause.SEGMENT: Words("セグメント", "Segment"),
    Cause.RECONSIDER: Words("再検討", "Reconsidering"),
    Cause.CHECK: Words("点検", "Check"),
    Cause.MANUAL: Words("手動", "By hand"),
    Cause.AGAIN: Words("約束の日", "Date to look again"),
}


class State(StrEnum):
    """Where a hand-off stands. Only an open one is somebody's work."""

    OPEN = "open"
    DONE = "done"
    RETURNED = "returned"


STATE_WORDS: dict[str, Words] = {
    State.OPEN: Words("対応中", "Open"),
    State.DONE: Words("完了", "Done"),
    State.RETURNED: Words("育成に戻した", "Returned to nurturing"),
}


class Kind(StrEnum):
    """What came of a contact."""

    NO_ANSWER = "no_answer"
    TALKED = "talked"
    MAILED = "mailed"
    MEETING = "meeting"
    TOO_EARLY = "too_early"
    REJECTED = "rejected"
    WRONG_PERSON = "wrong_person"


KIND_WORDS: dict[str, Words] = {
    Kind.NO_ANSWER: Words("不在", "No answer"),
    Kind.TALKED: Words("会話できた", "Talked"),
    Kind.MAILED: Words("メールした", "Mailed"),
    Kind.MEETING: Words("商談化", "Meeting"),
    Kind.TOO_EARLY: Words("時期尚早", "Too early"),
    Kind.REJECTED: Words("対象外", "Not for us"),
    Kind.WRONG_PERSON: Words("番号違い・退職", "Wrong number or left"),
}


@dataclass(frozen=True, slots=True)
class Frozen:
    """A lead's score as it was at the moment it was handed over. `heat`: its temperature, 0 to 4. `version`:
    of the model, None without one. `why`: lines of the why table as JSON values."""

    fit: float = 0.0
    engagement: float = 0.0
    total: float = 0.0
    fit_grade: str = ""
    engagement_grade: str = ""
    hot: bool = False
    heat: int = 0
    version: int | None = None
    reason: Words = field(default_factory=lambda: Words("", ""))
    why: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Handing:
    """A lead to hand over, and why.

    `entry` tells this occasion from others of the same cause (the day it became hot, the number of a form's
    submission): each is handed over once. `company` None: a lead without one. `urgent`: at once, whatever
    the score. `owner`: who looks after the company (a user), if anybody. `prefecture` and `product` choose
    among the seats. `probability`: of the draw, for a check.
    """

    lead: int
    cause: Cause
    entry: str
    company: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    frozen: Frozen = field(default_factory=Frozen)
    urgent: bool = False
    owner: int | None = None
    prefecture: str = ""
    product: str = ""
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What became of it: the hand-off that the lead is in now, whose it is (a user's number) and whether it
    was opened by this; or why it was not handed over."""

    handoff: int | None = None
    owner: int | None = None
    new: bool = False
    why_not: Words | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A lead in a hand-off, once for each cause. `at`: when it was handed over (aware). `left`: why it is
    none of the people to call any more, "" while it is."""

    number: int
    lead: int
    cause: Cause
    entry: str
    detail: Mapping[str, Any]
    at: datetime
    frozen: Frozen
    left: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A hand-off as it stands. `company` is None where the one lead has none.

    `next_on`: the local day on which it stands on Today again, None: at once; with `next_first` it comes
    first on that day. `due_at`: by when the next contact is to be made. `tries`: contacts in a row that
    reached nobody. `look_again_on`: the local day on which a returned one is handed over anew.
    """

    number: int
    company: int | None
    owner: int | None
    owner_name: str
    state: State
    urgent: bool
    check: bool
    probability: float | None
    opened_at: datetime
    due_at: datetime | None
    reminded_at: datetime | None
    escalated_at: datetime | None
    next_on: date | None
    next_first: bool
    tries: int
    last_result: str
    last_contact_at: datetime | None
    closed_at: datetime | None
    close_reason: str
    look_again_on: date | None
    members: tuple[Member, ...]

    @property
    def leads(self) -> tuple[int, ...]:
        """The people to call, each once, in the order they were handed over."""
        return tuple(dict.fromkeys(one.lead for one in self.members if not one.left))

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Why it was handed over, each cause once."""
        return tuple(dict.fromkeys(one.cause for one in self.members))


@dataclass(frozen=True, slots=True)
class ResultView:
    """A result as somebody said it. `by`: the person's name, "" for the product itself. `undone`: it was
    taken back."""

    number: int
    handoff: int
    lead: int
    kind: Kind
    at: datetime
    by: str
    by_number: int | None
    note: str
    reason: str
    next_on: date | None
    undone: bool = False


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A line of a hand-off's log. `what`: opened, joined, assigned, result, undone, …; `detail` says more."""

    at: datetime
    by: str
    what: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SeatView:
    """Somebody who is given leads. `capacity`: contacts a day. Empty `territories` (prefectures) and
    `products`: any. `away`: absent on the day that was asked."""

    user: int
    name: str
    capacity: int
    territories: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    away: bool = False
