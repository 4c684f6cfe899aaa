"""A person's day: which cards stand on Today, how many are done, what is left below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mikomi.core.words import Words
from mikomi.hub.handoff import worklist
from mikomi.hub.handoff.types import KIND_WORDS, STATE_WORDS, Kind, ResultView, State
from mikomi.hub.site.today.cards import Card, Ordered, Read, cards_of, in_order, read
from mikomi.hub.site.types import Row
from mikomi.hub.site.types import Standing as Scored

USUAL_CAPACITY = 10
"""What somebody is shown a day who has no place among those that are given leads."""
MOST_CARDS = 30
"""However many can be followed, so many stand on the page at first: the rest is opened below."""
REST_AT_ONCE = 20
"""So many more are opened by 残りN件."""
FEW = 2_000
"""So many hand-offs are put in order all together; of more, part by part, as far as the page shows."""


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
    top. `todo`: so many are to be called, whatever the page shows; `rest`: so many more stand below. `back`:
    how many came back; `beside`: the first of their hand-offs (numbers) that no card shows. `read`: all that
    was read for the page."""

    on: date
    cards: tuple[Card, ...]
    done: tuple[Done, ...]
    capacity: int
    todo: int
    rest: int
    back: int
    beside: tuple[int, ...]
    read: Read

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
    on: date,
    now: datetime,
    user: int,
    scored: Scored | None,
    *,
    everybody: bool = False,
    more: int = 0,
    only_back: bool = False,
    lane: int = 0,
    also: Sequence[int] = (),
) -> Day:
    """The day of one user, or of everybody. `more`: so many cards of the rest are opened; `only_back`: only
    what was handed over as reconsidering, all of it. What stands beside the cards is read with them: `lane`
    of those that came back, and the hand-offs `also` (numbers)."""
    owner = None if everybody else user
    left = worklist.left_of(on, owner)
    said = [] if left.said == 0 else worklist.said_on(on, owner)
    room = capacity_of_all(on) if everybody else _usual(left.capacity)
    todo = left.urgent + min(left.others, room_left(room, said))
    meant = min(todo, MOST_CARDS) + more
    every = left.urgent + left.others
    if every <= FEW:
        ordered = in_order(worklist.tasks(on, owner))
    else:
        ordered = _first(on, owner, 0 if only_back else meant)
    if only_back:
        every, meant = len(ordered.back), MOST_CARDS + more
    numbers = (ordered.back if only_back else ordered.numbers)[:meant]
    beside = [number for number in ordered.back if number not in set(numbers)][:lane]
    known = read([*numbers, *beside, *also, *(one.handoff for one in said)], (one.lead for one in said))
    return Day(
        on=on,
        cards=tuple(cards_of(numbers, now, scored, known, ordered.ranks)),
        done=tuple(_done(one, known) for one in said),
        capacity=room,
        todo=todo,
        rest=max(every - meant, 0),
        back=len(ordered.back),
        beside=tuple(beside),
        read=known,
    )


def _first(on: date, owner: int | None, shown: int) -> Ordered:
    """The first `shown` of very many, and all that came back."""
    back = in_order(worklist.tasks(on, owner, only=worklist.came_back()))
    numbers: list[int] = []
    ranks = dict(back.ranks)
    for part in worklist.Part:
        if len(numbers) < shown:
            found = in_order(worklist.tasks(on, owner, part))
            numbers += found.numbers
            ranks |= found.ranks
    return Ordered(numbers, back.back, ranks)


def _usual(capacity: int | None) -> int:
    return USUAL_CAPACITY if capacity is None else capacity


def capacity_of_all(on: date) -> int:
    """How many contacts all who are there on the local day can make together."""
    return worklist.capacity_of_all(on) or USUAL_CAPACITY


def room_left(room: int, said: Sequence[ResultView]) -> int:
    """How many of a day's contacts are still to be made: urgent ones do not count."""
    if not said:
        return room
    urgent = worklist.was_urgent([one.number for one in said])
    return max(room - sum(one.number not in urgent for one in said), 0)


def left_today(on: date, user: int) -> int:
    """How many cards are left on Today for a user: for the menu."""
    left = worklist.left_of(on, user)
    room = _usual(left.capacity)
    if left.others and left.said:
        room = room_left(room, worklist.said_on(on, user))
    return left.urgent + min(left.others, room)


def _done(one: ResultView, known: Read) -> Done:
    """A result as the row below the cards shows it."""
    row, held = known.rows.get(one.lead), known.held.get(one.handoff)
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
