"""What came of a contact: what it does to the hand-off, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from mikomi.core.words import MikomiError
from mikomi.hub.accounts import queries as accounts
from mikomi.hub.activity.said import say_event, say_outcome, unsay_event, unsay_outcome
from mikomi.hub.deeds import services as deeds
from mikomi.hub.handoff import calendar, refusals
from mikomi.hub.handoff.announcing import announce, note
from mikomi.hub.handoff.leading import leads_team
from mikomi.hub.handoff.models import ClosedLead, HandedLead, Handoff, Result
from mikomi.hub.handoff.types import Cause, Kind, State
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people import queries as people

LONGEST_NOTE = 10_000
LONGEST_REASON = 500
CLOCKS = timedelta(minutes=5)
"""So much may somebody's clock be ahead."""
TWICE = timedelta(seconds=10)
"""The same result within this time is the same one."""
BEFORE = timedelta(days=1)
"""A contact so long before the hand-off was opened still belongs to it."""
FURTHEST = 731
TRIES = 5
DAYS = {Kind.NO_ANSWER: 1, Kind.TALKED: 5, Kind.MAILED: 3}
"""After so many working days it stands on Today again, unless somebody chose a day."""
LATER = 90
"""Days until a lead that it was too early for is looked at again, unless somebody chose a day."""
DEEDS = {Kind.NO_ANSWER: "call_try", Kind.WRONG_PERSON: "call_try", Kind.MAILED: "mail"}
"""What we did; everything else is a call that reached somebody."""
CALL = "営業の電話"
"""The content of the event of a call that reached the person."""
OUTCOMES = {Kind.MEETING: "meeting", Kind.REJECTED: "rejected"}
_KEPT = (
    "owner_id",
    "state",
    "urgent",
    "due_at",
    "reminded_at",
    "escalated_at",
    "next_on",
    "next_first",
    "tries",
    "last_result",
    "last_contact_at",
    "closed_at",
    "close_reason",
    "look_again_on",
)
"""What a result may change of a hand-off, and undoing puts back."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A result with everything checked."""

    kind: Kind
    by: int | None
    at: datetime
    now: datetime
    note: str
    reason: str
    next_on: date | None


def record_result(
    handoff: int,
    lead: int,
    kind: str,
    by: int | None,
    at: datetime,
    note: str = "",
    next_on: date | None = None,
    reason: str = "",
    *,
    take_over: bool = False,
    now: datetime | None = None,
) -> int:
    """Records what came of a contact with `lead` at `at` (aware); the result's number.

    `by`: the user, None for the product itself. The owner's word is taken, that of whoever leads the team,
    and anybody's where nobody has it; `take_over` makes a colleague the owner first. `next_on`: the local
    day it stands on Today again (or, for 時期尚早, on which it is handed over anew); left out, the usual
    one. Raises `MikomiError` in words.
    """
    said = _checked(kind, by, at, note, next_on, reason, now or timezone.now())
    with transaction.atomic():
        row = Handoff.objects.select_for_update().filter(pk=handoff).first()
        if row is None:
            raise MikomiError(refusals.GONE)
        pressed = _pressed_twice(row, lead, said)
        if pressed is not None:
            return pressed
        if row.state != State.OPEN:
            raise MikomiError(refusals.ENDED)
        if said.at < row.opened_at - BEFORE:
            raise MikomiError(refusals.LONG_PAST)
        before = _kept(row)
        _take(row, said, take_over=take_over)
        joined = _belongs(row, lead, said)
        result = Result.objects.create(
            handoff=row,
            lead=lead,
            subject=lead,
            kind=said.kind,
            by_id=said.by,
            at=said.at,
            recorded_at=said.now,
            note=said.note,
            reason=said.reason,
            before=before,
            made={"joined": joined} if joined else {},
        )
        _apply(row, lead, said, result)
        result.next_on = row.look_again_on if row.state == State.RETURNED else row.next_on
        result.made |= {"after": _kept(row)} | _record_elsewhere(lead, said, result.pk)
        result.save(update_fields=["next_on", "made"])
        row.edits += 1
        row.save()
        _note_result(row, result, said)
    return result.pk


def undo_result(number: int, by: int | None, *, now: datetime | None = None) -> None:
    """Takes a result back: the hand-off is as it was before, and what was recorded elsewhere is gone. What
    changed since (an inquiry, another owner, an end) stays.

    Whoever said it may, whoever has the hand-off, and whoever leads the team. Results go back from the
    latest on. Raises `MikomiError` in words.
    """
    at = now or timezone.now()
    with transaction.atomic():
        found = Result.objects.filter(pk=number).values_list("handoff", flat=True).first()
        row = Handoff.objects.select_for_update().filter(pk=found).first()
        result = Result.objects.select_for_update().filter(pk=number).first()
        if row is None or result is None:
            raise MikomiError(refusals.GONE)
        if result.undone_at is not None:
            raise MikomiError(refusals.UNDONE)
        if Result.objects.filter(handoff=row, undone_at=None, pk__gt=result.pk).exists():
            raise MikomiError(refusals.NOT_LAST)
        if by not in (None, result.by_id, row.owner_id) and not leads_team(by):
            raise MikomiError(refusals.not_yours(str(row.owner or "")))
        if row.followed_by is not None:
            raise MikomiError(refusals.GOES_ON)
        _put_back(row, result.before, result.made.get("after"))
        row.edits += 1
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise MikomiError(refusals.GOES_ON) from error
        HandedLead.objects.filter(pk__in=result.made.get("left", [])).update(left_at=None, left="")
        HandedLead.objects.filter(pk=result.made.get("joined")).delete()
        ClosedLead.objects.filter(result=result).delete()
        _take_back_elsewhere(result)
        result.undone_at, result.undone_by_id = at, by
        result.save(update_fields=["undone_at", "undone_by"])
        note(row, "undone", at, by, result=result.pk, kind=result.kind, lead=result.lead)


def open_again(lead: int, by: int | None, *, now: datetime | None = None) -> None:
    """A lead that was 対象外, or had a wrong number, may be handed over again. Raises `MikomiError` where
    it was not."""
    held = ClosedLead.objects.filter(lead=lead, opened_at=None)
    if not held.update(opened_at=now or timezone.now(), opened_by=by):
        raise MikomiError(refusals.NOT_CLOSED)


def _checked(
    kind: str, by: int | None, at: datetime, note: str, next_on: date | None, reason: str, now: datetime
) -> _Said:
    held = Kind(kind)
    if len(note) > LONGEST_NOTE:
        raise MikomiError(refusals.LONG_NOTE)
    if at > now + CLOCKS:
        raise MikomiError(refusals.FUTURE)
    today = timezone.localdate(now)
    if next_on is not None and not today < next_on <= today + timedelta(days=FURTHEST):
        raise MikomiError(refusals.BAD_DATE)
    why = " ".join(reason.replace("\0", "").split())[:LONGEST_REASON]
    if held == Kind.REJECTED and not why:
        raise MikomiError(refusals.NO_REASON)
    return _Said(held, by, at, now, note.replace("\0", "").strip(), why, next_on)


def _pressed_twice(row: Handoff, lead: int, said: _Said) -> int | None:
    """The result that the same person said the same of just now: a button that was pressed twice, or a page
    that was sent again."""
    last = Result.objects.filter(handoff=row, undone_at=None).order_by("-pk").first()
    if last is None or abs(said.now - last.recorded_at) > TWICE:
        return None
    same = (last.kind, last.lead, last.by_id, last.note) == (said.kind, lead, said.by, said.note)
    return last.pk if same else None


def _take(row: Handoff, said: _Said, *, take_over: bool) -> None:
    """Sees to it that the word of whoever speaks is taken."""
    by = said.by
    if by is None or by == row.owner_id:
        return
    if row.owner_id is None or take_over:
        row.owner_id = by
        note(row, "taken_over", said.now, by)
    elif not leads_team(by):
        raise MikomiError(refusals.not_yours(dict(accounts.colleagues()).get(row.owner_id, "")))


def _belongs(row: Handoff, lead: int, said: _Said) -> int | None:
    """The number of the row by which a colleague joins who was not handed over; None for those who were.
    Raises `MikomiError` for somebody of another company."""
    if HandedLead.objects.filter(handoff=row, lead=lead, left_at=None).exists():
        return None
    theirs = row.company is not None and row.company in people.company_numbers([lead])["company_id"].to_list()
    if not theirs or HandedLead.objects.filter(handoff=row, lead=lead).exists():
        raise MikomiError(refusals.NOT_OURS)
    made = HandedLead.objects.create(
        handoff=row,
        lead=lead,
        subject=lead,
        cause=Cause.MANUAL,
        entry=f"result:{row.pk}:{said.now.isoformat()}",
        at=said.now,
    )
    return made.pk


def _apply(row: Handoff, lead: int, said: _Said, result: Result) -> None:
    today = timezone.localdate(said.now)
    time = calendar.working_time(user=row.owner_id)
    row.last_result, row.last_contact_at = said.kind, said.at
    row.urgent, row.reminded_at, row.escalated_at = False, None, None
    row.tries = row.tries + 1 if said.kind == Kind.NO_ANSWER else 0
    if said.kind in DAYS and row.tries < TRIES:
        day = said.next_on or time.next_day(today, DAYS[said.kind])
        row.next_on, row.next_first = day, True
        row.due_at = time.closing(time.this_or_next(day))
    elif said.kind == Kind.NO_ANSWER:
        _end(row, State.RETURNED, "tries", said)
    elif said.kind == Kind.MEETING:
        _end(row, State.DONE, "meeting", said)
    elif said.kind == Kind.TOO_EARLY:
        _end(row, State.RETURNED, said.reason or "too_early", said)
        row.look_again_on = time.this_or_next(said.next_on or today + timedelta(days=LATER))
    elif said.kind == Kind.REJECTED:
        _end(row, State.DONE, "rejected", said)
        ClosedLead.objects.create(lead=lead, subject=lead, result=result, at=said.now)
    else:
        ClosedLead.objects.create(lead=lead, subject=lead, result=result, at=said.now)
        leaving = HandedLead.objects.filter(handoff=row, lead=lead, left_at=None)
        result.made |= {"left": list(leaving.values_list("pk", flat=True))}
        leaving.update(left_at=said.now, left=said.kind)
        if HandedLead.objects.filter(handoff=row, left_at=None).exists():
            row.next_on, row.next_first = None, True
            row.due_at = time.add_minutes(said.now, calendar.team().other_minutes)
        else:
            _end(row, State.DONE, "wrong_person", said)


def _end(row: Handoff, state: State, reason: str, said: _Said) -> None:
    row.state, row.close_reason, row.closed_at = state, reason, said.now
    row.next_on, row.next_first, row.due_at = None, False, None
    if state == State.RETURNED:
        announce("returned", row.pk, row.owner_id)


def _record_elsewhere(lead: int, said: _Said, number: int) -> dict[str, Any]:
    key = people.keys_of_leads([lead]).get(lead)
    kind = DEEDS.get(said.kind, "call")
    made: dict[str, Any] = {
        "deed": deeds.record(kind, lead, said.by, said.at, f"result:{number}", {"result": said.kind})
    }
    if key is None:
        return made
    if said.kind == Kind.TALKED:
        made |= {"event": say_event(key, "call", CALL, said.at)}
    if said.kind in OUTCOMES:
        say_outcome(key, OUTCOMES[said.kind], said.at, said.reason)
        made |= {"outcome": key}
    if "event" in made or "outcome" in made:
        enqueue("site.score_changed", once=True)
    return made


def _take_back_elsewhere(result: Result) -> None:
    made = result.made
    deeds.take_back(made["deed"])
    if "event" in made:
        unsay_event(made["event"], result.at)
    if "outcome" in made:
        unsay_outcome(made["outcome"], OUTCOMES[Kind(result.kind)], result.at)
    if "event" in made or "outcome" in made:
        enqueue("site.score_changed", once=True)


def _note_result(row: Handoff, result: Result, said: _Said) -> None:
    day = result.next_on.isoformat() if result.next_on else None
    note(
        row,
        "result",
        said.now,
        said.by,
        result=result.pk,
        kind=said.kind,
        lead=result.lead,
        next_on=day,
        reason=said.reason,
    )


def _kept(row: Handoff) -> dict[str, Any]:
    return {name: _as_text(getattr(row, name)) for name in _KEPT}


def _as_text(value: Any) -> Any:
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return value.isoformat() if isinstance(value, date) else value


def _put_back(row: Handoff, before: dict[str, Any], after: dict[str, Any] | None) -> None:
    now = _kept(row)
    for name in _KEPT:
        value = before[name]
        if after is not None and now[name] != after[name]:
            continue
        if value is not None and name.endswith("_at"):
            value = parse_datetime(value)
        elif value is not None and name in ("next_on", "look_again_on"):
            value = parse_date(value)
        setattr(row, name, value)
