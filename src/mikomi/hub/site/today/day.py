"""A person's day: which cards stand on Today, how many are done, what is left below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mikomi.core.words import Words
from mikomi.hub.handoff import worklist
from mikomi.hub.handoff.types import KIND_WORDS, STATE_WORDS, Kind, ResultView, Standing, State
from mikomi.hub.site.lists.pages import rows_of
from mikomi.hub.site.today.cards import Card, cards_of, in_order
from mikomi.hub.site.types import Row

USUAL_CAPACITY = 10
"""What somebody is shown a day who has no place among those that are given leads."""
MOST_CARDS = 30
"""However many can be followed, so many stand on the page at first: the rest is opened below."""
REST_AT_ONCE = 20
"""So many more are opened by 残りN件."""


@dataclass(frozen=True, slots=True)
class Done:
    """A result said today. `follow`: what comes of it, in words with the date apart (`day`)."""

    result: ResultView
    row: Row | None
    company: str
    words: Words
    follow: Words
    day: date | None


@dataclass(frozen=True, slots=True)
class Day:
    """What Today shows. `capacity`: contacts a day, which say how many cards are shown; urgent ones come on
    top. `rest`: so many more stand below. `back`: the hand-offs (numbers) of those that came back."""

    on: date
    cards: tuple[Card, ...]
    done: tuple[Done, ...]
    capacity: int
    rest: int
    back: tuple[int, ...]

    @property
    def left(self) -> int:
        """How many are still to be called of those that are shown."""
        return len(self.cards)

    @property
    def whole(self) -> int:
        """The day's work: done and left."""
        return len(self.done) + self.left

    @property
    def meetings(self) -> int:
        """How many became meetings today."""
        return sum(one.result.kind == Kind.MEETING for one in self.done)


def day_of_user(
    on: date, now: datetime, user: int, *, everybody: bool = False, more: int = 0, only_back: bool = False
) -> Day:
    """The day of one user, or of everybody. `more`: so many cards of the rest are opened; `only_back`: only
    what was handed over as reconsidering, all of it."""
    owner = None if everybody else user
    every = in_order(worklist.tasks(on, owner))
    back = every.filter("back")
    ordered = back if only_back else every
    said = worklist.said_on(on, owner)
    room = capacity(user, everybody=everybody)
    meant = ordered.height if only_back else int(ordered["urgent"].sum()) + room_left(room, said)
    shown = min(ordered.height, min(meant, MOST_CARDS) + more)
    return Day(
        on=on,
        cards=tuple(cards_of(ordered["handoff"][:shown].to_list(), now)),
        done=tuple(done_of(said)),
        capacity=room,
        rest=ordered.height - shown,
        back=tuple(back["handoff"].to_list()),
    )


def capacity(user: int, *, everybody: bool = False) -> int:
    """How many contacts a day somebody can make, or all together."""
    if everybody:
        return worklist.capacity_of_all() or USUAL_CAPACITY
    held = worklist.capacity_of(user)
    return USUAL_CAPACITY if held is None else held


def room_left(room: int, said: Sequence[ResultView]) -> int:
    """How many of a day's contacts are still to be made: urgent ones do not count."""
    urgent = worklist.was_urgent([one.number for one in said])
    return max(room - sum(one.number not in urgent for one in said), 0)


def left_today(on: date, user: int) -> int:
    """How many cards are left on Today for a user: for the menu."""
    urgent, others = worklist.left_of(on, user)
    if not others:
        return urgent
    return urgent + min(others, room_left(capacity(user), worklist.said_on(on, user)))


def done_of(said: Sequence[ResultView]) -> list[Done]:
    """Results as the rows below the cards show them."""
    if not said:
        return []
    rows = {row.lead_id: row for row in rows_of([one.lead for one in said])}
    held = {one.number: one for one in worklist.standings([one.handoff for one in said])}
    return [_done(one, rows, held.get(one.handoff)) for one in said]


def _done(one: ResultView, rows: Mapping[int, Row], held: Standing | None) -> Done:
    row = rows.get(one.lead)
    state = held.state if held else State.DONE
    follow = Words("", "")
    if state == State.OPEN and one.next_on is None:
        follow = Words("同じ会社の次の人に連絡します", "the next person of the company comes first")
    elif state == State.OPEN:
        follow = Words("次は", "next on")
    elif one.kind == Kind.NO_ANSWER:
        follow = Words("5回つながらなかったので育成に戻しました", "returned to nurturing after 5 tries")
    elif one.kind == Kind.TOO_EARLY:
        follow = Words("もう一度見る日", "looked at again on")
    elif one.kind == Kind.MEETING:
        follow = Words("商談として記録しました", "recorded as a meeting")
    elif one.kind == Kind.REJECTED:
        follow = Words(one.reason, one.reason)
    elif state != State.OPEN:
        follow = STATE_WORDS[state]
    return Done(one, row, row.company if row else "", KIND_WORDS[one.kind], follow, one.next_on)
