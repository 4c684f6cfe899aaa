"""What happens to open hand-offs by themselves: reminders, escalation, owners who left."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mikomi.hub.accounts import queries as accounts
from mikomi.hub.handoff import calendar, refusals
from mikomi.hub.handoff.announcing import announce, note
from mikomi.hub.handoff.giving import Ground, chosen_for, ground
from mikomi.hub.handoff.models import HandedLead, Handoff, Occasion
from mikomi.hub.handoff.types import Cause, Handing, State

URGENT_REMINDER = 10
"""So many minutes before its time is over an urgent one is called to mind."""
AT_ONCE = 500
"""So many are looked after in one go; more wait for the next."""


def look_after(now: datetime) -> dict[str, int]:
    """Reminds owners before the time is over, tells whoever leads the team when it is, and passes on what
    people had who left. Reminds and tells in working time alone. How many of each."""
    done = {"passed_on": pass_on_of_the_gone(now)}
    team = calendar.team()
    if not calendar.working_time(team).is_open(now):
        return done
    late = Q(due_at__lte=now, escalated_at=None)
    soon = Q(due_at__lte=now + timedelta(minutes=team.remind_minutes), urgent=False) | Q(
        due_at__lte=now + timedelta(minutes=URGENT_REMINDER), urgent=True
    )
    done["escalated"] = _tell(late, "escalated", now)
    done["reminder"] = _tell(soon & Q(due_at__gt=now, reminded_at=None), "reminder", now)
    return done


def _tell(which: Q, what: str, now: datetime) -> int:
    """Marks and tells those that `which` names; a second worker finds them marked."""
    numbers = Handoff.objects.filter(which, state=State.OPEN).order_by("due_at").values_list("pk", flat=True)
    told = 0
    for number in list(numbers[:AT_ONCE]):
        with transaction.atomic():
            row = Handoff.objects.select_for_update().filter(which, pk=number, state=State.OPEN).first()
            if row is None:
                continue
            row.reminded_at = row.reminded_at or now
            if what == "escalated":
                row.escalated_at = now
            row.edits += 1
            row.save(update_fields=["reminded_at", "escalated_at", "edits"])
            note(row, what, now, None)
            announce(what, row.pk, row.owner_id)
            told += 1
    return told


def pass_on_of_the_gone(now: datetime) -> int:
    """Gives what people had who left, or may only read by now, to others by the rules; how many hand-offs."""
    there = [number for number, _name in accounts.callers()]
    return _pass_on(Q(owner__isnull=False) & ~Q(owner__in=there), None, now)


def pass_on(user: int, to: int | None, now: datetime | None = None, *, by: int | None = None) -> int:
    """Gives all that `user` has open to user `to`, or by the rules to others (None); how many hand-offs.
    `by`: the user who says so."""
    return _pass_on(Q(owner=user), to, now or timezone.now(), leaving=user, by=by)


def open_count(user: int) -> int:
    """How many hand-offs the user has open."""
    return Handoff.objects.filter(state=State.OPEN, owner=user).count()


def _pass_on(
    theirs: Q, to: int | None, now: datetime, leaving: int | None = None, by: int | None = None
) -> int:
    held = Handoff.objects.filter(theirs, state=State.OPEN)
    numbers = list(held.order_by("pk").values_list("pk", flat=True))
    if not numbers:
        return 0
    known = ground(timezone.localdate(now))
    if leaving is not None:
        known.seats = [seat for seat in known.seats if seat.user != leaving]
        known.people.pop(leaving, None)
    for number in numbers:
        with transaction.atomic():
            # Somebody may have given it on meanwhile.
            row = held.filter(pk=number).select_for_update(of=("self",)).first()
            if row is not None:
                _pass_one_on(row, to, now, known, by)
    return len(numbers)


def _pass_one_on(row: Handoff, to: int | None, now: datetime, known: Ground, by: int | None) -> None:
    before = str(row.owner or "")
    what = Handing(row.lead, Cause.MANUAL, "", company=row.company)
    row.owner_id = to if to is not None else chosen_for(row, what, known).user
    row.reminded_at = row.escalated_at = None
    row.edits += 1
    row.save()
    if row.owner_id is not None:
        known.held[row.owner_id] = known.held.get(row.owner_id, 0) + 1
        known.turns[row.owner_id] = now
    names = dict(accounts.colleagues())
    note(row, "passed_on", now, by, before=before, to=names.get(row.owner_id or 0, ""))
    announce("passed_on", row.pk, row.owner_id)


def let_go(leads: list[int], why: str, now: datetime) -> int:
    """People who are not to be called any more (`why`: kept_out, gone) leave open hand-offs; one without
    anybody left returns to nurturing. How many hand-offs changed."""
    open_now = HandedLead.objects.filter(lead__in=leads, left_at=None, handoff__state=State.OPEN)
    numbers = sorted(set(open_now.values_list("handoff", flat=True)))
    for number in numbers:
        with transaction.atomic():
            row = Handoff.objects.select_for_update().filter(pk=number, state=State.OPEN).first()
            if row is None:
                continue
            theirs = HandedLead.objects.filter(handoff=row, lead__in=leads, left_at=None)
            theirs.update(left_at=now, left=why)
            _leave_open(row, leads, why)
            row.edits += 1
            if not HandedLead.objects.filter(handoff=row, left_at=None).exists():
                row.state, row.close_reason, row.closed_at = State.RETURNED, why, now
                row.next_on, row.next_first, row.due_at = None, False, None
                announce("returned", row.pk, row.owner_id)
            row.save()
            note(row, "left", now, None, why=why, leads=leads[:20])
    return len(numbers)


def _leave_open(row: Handoff, leads: list[int], why: str) -> None:
    """Keeps in mind why, so that a lead that left by mistake comes back (`occasions.let_go_of`); of inquiries
    those that nobody answered."""
    words = {"kept_out": refusals.KEPT_OUT, "gone": refusals.LEAD_GONE}.get(why, refusals.DEAL_ENDED)
    theirs = Occasion.objects.filter(handoff=row, lead__in=leads)
    if row.last_result:
        theirs = theirs.exclude(cause=Cause.URGENT)
    theirs.update(answer={"ja": words.ja, "en": words.en})
