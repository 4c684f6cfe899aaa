"""Handing leads over: who is kept out, which hand-off they join, who gets it and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import queries as accounts
from mikomi.hub.handoff import calendar, refusals
from mikomi.hub.handoff.announcing import announce, note
from mikomi.hub.handoff.assigning import Chosen, choose
from mikomi.hub.handoff.leading import leads_team
from mikomi.hub.handoff.models import ClosedLead, HandedLead, Handoff, Occasion, Seat
from mikomi.hub.handoff.types import Cause, Given, Handing, SeatView, State
from mikomi.hub.handoff.working import WorkingTime

RECONSIDER_DAYS = 30
"""The same lead is not handed over as reconsidering again before so many days have gone by."""
AT_ONCE = frozenset({Cause.URGENT, Cause.RECONSIDER, Cause.MANUAL, Cause.AGAIN})
"""Causes that bring a lead back before the date that a result gave it."""
TRIES = 3
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
) -> list[Given]:
    """`hand_over` of many, each in a transaction of its own within the caller's."""
    at = now or timezone.now()
    known = ground(on)
    if to is not None and to not in known.people:
        raise MikomiError(refusals.NO_PERSON)
    return [_with_patience(what, on, by, to, at, known) for what in whats]


def _with_patience(
    what: Handing, on: date, by: int | None, to: int | None, at: datetime, known: Ground
) -> Given:
    """Somebody else may hand the same company over at the same moment: whoever is later joins."""
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return _settle(what, on, by, to, at, known)
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError


def _settle(what: Handing, on: date, by: int | None, to: int | None, at: datetime, known: Ground) -> Given:
    occasion, _new = Occasion.objects.select_for_update().get_or_create(
        lead=what.lead,
        cause=what.cause,
        entry=what.entry,
        defaults={"detail": dict(what.detail), "seen_at": at},
    )
    if occasion.settled_at is not None:
        return _answered(occasion)
    why_not = _why_not(what, on)
    if why_not is refusals.CLOSED_LEAD and what.cause == Cause.URGENT:
        _tell_asked_again(what)
    given = Given(why_not=why_not) if why_not else _give(what, by, to, at, known)
    occasion.settled_at = at
    occasion.handoff_id = given.handoff
    occasion.answer = {"ja": why_not.ja, "en": why_not.en} if why_not else {}
    occasion.save(update_fields=["settled_at", "handoff", "answer"])
    return given


def _answered(occasion: Occasion) -> Given:
    if occasion.answer:
        return Given(why_not=Words(occasion.answer["ja"], occasion.answer["en"]))
    row = occasion.handoff
    return Given(handoff=occasion.handoff_id, owner=row.owner_id if row else None)


def _why_not(what: Handing, on: date) -> Words | None:
    if ClosedLead.objects.filter(lead=what.lead, opened_at=None).exists():
        return refusals.CLOSED_LEAD
    if what.cause == Cause.RECONSIDER:
        since = on - timedelta(days=RECONSIDER_DAYS)
        before = HandedLead.objects.filter(lead=what.lead, cause=Cause.RECONSIDER)
        if any(timezone.localtime(at).date() > since for at in before.values_list("at", flat=True)):
            return refusals.SOON_AGAIN
    if what.cause in AT_ONCE or what.urgent:
        return None
    mine = Q(company=what.company) if what.company is not None else Q(members__lead=what.lead)
    waiting = Handoff.objects.filter(mine, state=State.RETURNED, look_again_on__gt=on, followed_by=None)
    if Handoff.objects.filter(mine, state=State.OPEN).exists():
        return None
    day = waiting.order_by("-look_again_on").values_list("look_again_on", flat=True).first()
    return None if day is None else refusals.not_before(day)


def _tell_asked_again(what: Handing) -> None:
    """Nobody would know otherwise that a lead which is kept out waits for an answer."""
    held = ClosedLead.objects.filter(lead=what.lead, opened_at=None).select_related("result__handoff")
    row = held.latest("at", "pk").result.handoff
    announce("asked_again", row.pk, row.owner_id, lead=what.lead, asked=str(what.detail.get("what", "")))


def _give(what: Handing, by: int | None, to: int | None, at: datetime, known: Ground) -> Given:
    row = _open_row(what)
    opened = row is None
    urgent = what.urgent or what.cause == Cause.URGENT
    minutes = known.team.urgent_minutes if urgent else known.team.other_minutes
    due = known.time.add_minutes(at, minutes)
    if row is None:
        row = Handoff.objects.create(
            company=what.company,
            first_company=what.company,
            lead=what.lead,
            opened_at=at,
            urgent=urgent,
            is_check=what.cause == Cause.CHECK,
            draw_probability=what.probability,
            due_at=due,
            next_first=what.cause == Cause.AGAIN,
        )
        note(row, "opened", at, by, lead=what.lead, cause=what.cause)
    else:
        note(row, "joined", at, by, lead=what.lead, cause=what.cause)
    _add_member(row, what, at)
    told, before = opened, row.owner_id
    if not opened:
        _check_owner(row, by, to, known)
        told = _join(row, what, urgent, at, due)
    # An inquiry does not wait until somebody is back.
    away = urgent and row.owner_id in known.away
    if row.owner_id is None or to is not None or row.owner_id not in known.people or away:
        _assign(row, what, by, to, at, known)
    row.edits += 1
    row.save()
    if told or row.owner_id != before:
        announce("given", row.pk, row.owner_id)
    return Given(handoff=row.pk, owner=row.owner_id, new=opened)


def _open_row(what: Handing) -> Handoff | None:
    there = Handoff.objects.select_for_update().filter(state=State.OPEN)
    mine = HandedLead.objects.filter(lead=what.lead, left_at=None, handoff__state=State.OPEN)
    number = mine.order_by("pk").values_list("handoff", flat=True).first()
    if number is not None:
        return there.filter(pk=number).first()
    if what.company is None:
        return None
    return there.filter(company=what.company).first()


def _check_owner(row: Handoff, by: int | None, to: int | None, known: Ground) -> None:
    """Nobody takes a company out of a colleague's hands without knowing: whoever has it may, and whoever
    leads the team."""
    if to is None or by is None or row.owner_id in (None, to, by) or leads_team(by):
        return
    if row.owner_id in known.people:
        raise MikomiError(refusals.not_yours(known.people[row.owner_id]))


def _add_member(row: Handoff, what: Handing, at: datetime) -> None:
    frozen = what.frozen
    HandedLead.objects.create(
        handoff=row,
        lead=what.lead,
        subject=what.lead,
        cause=what.cause,
        entry=what.entry,
        detail=dict(what.detail),
        at=at,
        fit=frozen.fit,
        engagement=frozen.engagement,
        total=frozen.total,
        fit_grade=frozen.fit_grade,
        engagement_grade=frozen.engagement_grade,
        hot=frozen.hot,
        heat=frozen.heat,
        version=frozen.version,
        reason_ja=frozen.reason.ja,
        reason_en=frozen.reason.en,
        why=[dict(line) for line in frozen.why],
    )


def _join(row: Handoff, what: Handing, urgent: bool, at: datetime, due: datetime) -> bool:
    """What a further cause changes of an open hand-off; whether its owner is to be told."""
    if not urgent and what.cause not in AT_ONCE:
        return False
    row.urgent = row.urgent or urgent
    if row.next_on is not None:
        row.next_on, row.next_first = None, True
    if row.due_at is None or due < row.due_at:
        row.due_at, row.reminded_at, row.escalated_at = due, None, None
    return True


def _assign(row: Handoff, what: Handing, by: int | None, to: int | None, at: datetime, known: Ground) -> None:
    before = row.owner_id
    chosen = Chosen(to, BY_HAND) if to is not None else chosen_for(row, what, known)
    if before == chosen.user and chosen.user is not None:
        return
    if chosen.user is None and before in known.people:
        return
    row.owner_id = chosen.user
    if chosen.user is not None:
        known.held[chosen.user] = known.held.get(chosen.user, 0) + 1
        known.turns[chosen.user] = at
        calendar.took_turn(chosen.user)
    note(
        row,
        "assigned",
        at,
        by,
        to=known.people.get(chosen.user or 0, ""),
        ja=chosen.why.ja,
        en=chosen.why.en,
    )


def chosen_for(row: Handoff, what: Handing, known: Ground) -> Chosen:
    """Who gets it by the rules: the owner of the company (as told, or of its last hand-off) first."""
    owner = what.owner if what.owner in known.people else None
    if owner is None:
        mine = Q(company=row.company) if row.company is not None else Q(members__lead=what.lead)
        last = Handoff.objects.filter(mine, owner__in=known.people).exclude(pk=row.pk).order_by("-opened_at")
        owner = last.values_list("owner", flat=True).first()
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
