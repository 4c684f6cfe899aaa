"""Handing leads over: who is kept out, which hand-off they join, who gets it and until when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import batched

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import queries as accounts
from mikomi.hub.handoff import calendar, refusals
from mikomi.hub.handoff.assigning import Chosen, choose
from mikomi.hub.handoff.desk import Desk
from mikomi.hub.handoff.leading import leads_team
from mikomi.hub.handoff.models import Handoff, Occasion, Seat
from mikomi.hub.handoff.types import Cause, Given, Handing, SeatView, State
from mikomi.hub.handoff.working import WorkingTime

RECONSIDER_DAYS = 30
"""The same lead is not handed over as reconsidering again before so many days have gone by."""
AT_ONCE = frozenset({Cause.URGENT, Cause.RECONSIDER, Cause.MANUAL, Cause.AGAIN})
"""Causes that bring a lead back before the date that a result gave it."""
TRIES = 3
FLOOD = 20
"""More hand-offs than these at once are no news one by one."""
AT_A_TIME = 500
"""So many leads are handed over in one transaction."""
BY_HAND = Words("選んだ人なので", "chosen by hand")


@dataclass(slots=True)
class Ground:
    """What assigning needs, read once for many: changes while they are given."""

    team: calendar.TeamView
    time: WorkingTime
    seats: list[SeatView]
    held: dict[int, int]
    turns: dict[int, datetime | None]
    people: dict[int, str]
    away: set[int]
    dues: dict[tuple[datetime, int], datetime] = field(default_factory=dict)

    def due(self, at: datetime, minutes: int) -> datetime:
        """So many working minutes after `at`."""
        key = (at, minutes)
        if key not in self.dues:
            self.dues[key] = self.time.add_minutes(at, minutes)
        return self.dues[key]


def ground(on: date) -> Ground:
    """The team as it is on the local day `on`."""
    team = calendar.team()
    open_now = (
        Handoff.objects.filter(state=State.OPEN).values_list("owner").annotate(n=Count("pk")).order_by()
    )
    return Ground(
        team=team,
        time=calendar.working_time(team),
        seats=calendar.seats(on),
        held={owner: n for owner, n in open_now if owner is not None},
        turns=dict(Seat.objects.values_list("user", "given_at")),
        people=dict(accounts.callers()),
        away=calendar.away_on(on),
    )


def hand_over(
    what: Handing, on: date, by: int | None = None, to: int | None = None, *, now: datetime | None = None
) -> Given:
    """Hands a lead over on the local day `on`: it joins the open hand-off of its company, or opens one.

    `by`: the user who does so, None for the product by a rule. `to`: the user who is to get it, chosen by
    the rules where None. The same occasion (lead, cause, entry) again gives the same answer and changes
    nothing. Raises `MikomiError` for a `to` who cannot take it, and where a colleague has the company.
    """
    return hand_over_many([what], on, by=by, to=to, now=now)[0]


def hand_over_many(
    whats: Sequence[Handing],
    on: date,
    *,
    by: int | None = None,
    to: int | None = None,
    now: datetime | None = None,
    many: bool = False,
) -> list[Given]:
    """`hand_over` of many, `AT_A_TIME` in a transaction: what comes of each is what would come of it alone,
    one after the other. Of more than `FLOOD`, or of a part of so many (`many`), each person is told in one
    sentence."""
    at = now or timezone.now()
    if to is not None and to not in dict(accounts.callers()):
        raise MikomiError(refusals.NO_PERSON)
    given: list[Given] = []
    known = None
    for some in batched(whats, AT_A_TIME):
        known = known or ground(on)
        parts, known = _with_patience(some, on, by, to, at, known, many=many or len(whats) > FLOOD)
        given += parts
    return given


def _with_patience(
    some: Sequence[Handing],
    on: date,
    by: int | None,
    to: int | None,
    at: datetime,
    known: Ground,
    *,
    many: bool,
) -> tuple[list[Given], Ground]:
    """Somebody else may hand the same company over at the same moment: whoever is later joins."""
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                desk = Desk(some, on, at, by, many=many)
                answers = [_settle(desk, what, to, known) for what in some]
                desk.write()
                return [answer() for answer in answers], known
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
            known = ground(on)
    raise AssertionError


def _settle(desk: Desk, what: Handing, to: int | None, known: Ground) -> Callable[[], Given]:
    """What comes of one, said once it is written."""
    occasion = desk.occasion(what)
    if occasion.settled_at is not None:
        return _answered(occasion)
    why_not = _why_not(desk, what)
    if why_not is refusals.CLOSED_LEAD and what.cause == Cause.URGENT:
        desk.tell_asked_again(what)
    if why_not is not None:
        desk.settle(occasion, None, why_not)
        return partial(Given, why_not=why_not)
    row, opened = _give(desk, what, to, known)
    desk.settle(occasion, row, None)
    owner = row.owner_id
    return lambda: Given(handoff=row.pk, owner=owner, new=opened)


def _answered(occasion: Occasion) -> Callable[[], Given]:
    if occasion.answer:
        return partial(Given, why_not=Words(occasion.answer["ja"], occasion.answer["en"]))
    row = occasion.handoff
    owner = row.owner_id if row else None
    return lambda: Given(handoff=row.pk if row else None, owner=owner)


def _why_not(desk: Desk, what: Handing) -> Words | None:
    if what.lead in desk.closed:
        return refusals.CLOSED_LEAD
    if what.cause == Cause.RECONSIDER:
        last = desk.came_back.get(what.lead)
        if last is not None and last > desk.on - timedelta(days=RECONSIDER_DAYS):
            return refusals.SOON_AGAIN
    if what.cause in AT_ONCE or what.urgent or desk.is_open(what):
        return None
    day = desk.look_again_on(what)
    return None if day is None else refusals.not_before(day)


def _give(desk: Desk, what: Handing, to: int | None, known: Ground) -> tuple[Handoff, bool]:
    row = desk.open_row(what)
    opened = row is None
    urgent = what.urgent or what.cause == Cause.URGENT
    minutes = known.team.urgent_minutes if urgent else known.team.other_minutes
    due = known.due(desk.at, minutes)
    if row is None:
        row = Handoff(
            company=what.company,
            first_company=what.company,
            lead=what.lead,
            opened_at=desk.at,
            urgent=urgent,
            is_check=what.cause == Cause.CHECK,
            draw_probability=what.probability,
            due_at=due,
            next_first=what.cause == Cause.AGAIN,
        )
        desk.open(row)
    desk.note(row, "opened" if opened else "joined", lead=what.lead, cause=what.cause)
    desk.add_member(row, what)
    told, before = opened, row.owner_id
    if not opened:
        _check_owner(row, desk.by, to, known)
        told = _join(row, what, urgent, due)
    # An inquiry does not wait until somebody is back.
    away = urgent and row.owner_id in known.away
    if row.owner_id is None or to is not None or row.owner_id not in known.people or away:
        _assign(desk, row, what, to, known)
    row.edits += 1
    if told or row.owner_id != before:
        desk.tell_given(row)
    return row, opened


def _check_owner(row: Handoff, by: int | None, to: int | None, known: Ground) -> None:
    """Nobody takes a company out of a colleague's hands without knowing: whoever has it may, and whoever
    leads the team."""
    if to is None or by is None or row.owner_id in (None, to, by) or leads_team(by):
        return
    if row.owner_id in known.people:
        raise MikomiError(refusals.not_yours(known.people[row.owner_id]))


def _join(row: Handoff, what: Handing, urgent: bool, due: datetime) -> bool:
    """What a further cause changes of an open hand-off; whether its owner is to be told."""
    if not urgent and what.cause not in AT_ONCE:
        return False
    row.urgent = row.urgent or urgent
    if row.next_on is not None:
        row.next_on, row.next_first = None, True
    if row.due_at is None or due < row.due_at:
        row.due_at, row.reminded_at, row.escalated_at = due, None, None
    return True


def _assign(desk: Desk, row: Handoff, what: Handing, to: int | None, known: Ground) -> None:
    before = row.owner_id
    chosen = (
        Chosen(to, BY_HAND)
        if to is not None
        else _chosen(what, known, desk.last_owner(row, what, known.people))
    )
    if before == chosen.user and chosen.user is not None:
        return
    if chosen.user is None and before in known.people:
        return
    row.owner_id = chosen.user
    if chosen.user is not None:
        known.held[chosen.user] = known.held.get(chosen.user, 0) + 1
        known.turns[chosen.user] = desk.at
        desk.turns.add(chosen.user)
    desk.note(
        row,
        "assigned",
        to=known.people.get(chosen.user or 0, ""),
        ja=chosen.why.ja,
        en=chosen.why.en,
    )


def chosen_for(row: Handoff, what: Handing, known: Ground) -> Chosen:
    """Who gets it by the rules: the owner of the company (as told, or of its last hand-off) first."""
    mine = Q(company=row.company) if row.company is not None else Q(members__lead=what.lead)
    last = Handoff.objects.filter(mine, owner__in=known.people).exclude(pk=row.pk).order_by("-opened_at")
    return _chosen(what, known, last.values_list("owner", flat=True).first())


def _chosen(what: Handing, known: Ground, last: int | None) -> Chosen:
    owner = what.owner if what.owner in known.people else last
    return choose(
        known.seats,
        owner=owner,
        owner_name=known.people.get(owner or 0, ""),
        owner_away=owner in known.away,
        prefecture=what.prefecture,
        product=what.product,
        open_counts=known.held,
        turns=known.turns,
    )
