"""Places of a seminar: given one by one, waited for, given back. All in transactions that hold the
seminar's row, so that the last place is never given twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from mikomi.hub.capture.models import Application, Form, Seminar, Submission
from mikomi.hub.capture.seminars.telling import last_moment, tell_moved

State = Application.State


@dataclass(frozen=True, slots=True)
class Place:
    """What an application came to. `again`: the person had applied already."""

    application: Application
    again: bool

    @property
    def waiting(self) -> bool:
        """Whether the person waits for somebody to cancel."""
        return self.application.state == State.WAITING


def seminar_of(form: Form) -> Seminar | None:
    """The seminar that a form is the application to."""
    return Seminar.objects.filter(form=form).first()


def accepts(seminar: Seminar, now: datetime) -> bool:
    """Whether one can apply at `now` (aware)."""
    return seminar.state == Seminar.State.OPEN and now < last_moment(seminar)


def taken(seminar: Seminar) -> int:
    """How many places are taken."""
    return Application.objects.filter(seminar=seminar, state=State.APPLIED).count()


def take_place(held: Submission, fields: Mapping[str, str], name: str) -> Place | None:
    """A place for who sent a submission, or one on the waiting list; None where its form belongs to no
    seminar. `fields`: what was filled in by field; `name`: the full name. In the caller's transaction."""
    seminar = Seminar.objects.select_for_update().filter(form=held.form).first()
    if seminar is None:
        return None
    asked = Application.objects.filter(seminar=seminar, email__iexact=held.email).exclude(
        state=State.CANCELLED
    )
    for one in asked.select_related("seminar"):
        if _same(one.name) == _same(name):
            return Place(one, again=True)
    made = Application.objects.create(
        seminar=seminar,
        submission=held,
        name=name,
        company=fields.get("company", ""),
        email=held.email,
        state=_state(seminar),
        applied_at=held.at,
    )
    return Place(made, again=False)


def place_of(held: Submission) -> Place | None:
    """The place that a submission brought, or the one that its sender had already."""
    rows = Application.objects.select_related("seminar").filter(seminar__form=held.form)
    mine = rows.filter(submission=held).first()
    if mine is not None:
        return Place(mine, again=False)
    before = rows.filter(email__iexact=held.email).exclude(state=State.CANCELLED).order_by("pk").first()
    return Place(before, again=True) if before is not None else None


def application_of(held: Submission) -> Application | None:
    """The application that a submission made; None where it is none, or one more of the same person."""
    return Application.objects.select_related("seminar").filter(submission=held).first()


def cancel(number: int, base: str, *, by: int | None = None) -> list[str]:
    """Gives the place of an application back, and gives it to who waits first; the names of those who
    have one now. Twice is once. `by`: the number of the person of ours, None for the applicant."""
    with transaction.atomic():
        held = _locked(number)
        if held is None or held.state not in (State.APPLIED, State.WAITING):
            return []
        Application.objects.filter(pk=number).update(
            state=State.CANCELLED, cancelled_at=timezone.now(), cancelled_by=by
        )
        return move_up(held.seminar, base)


def restore(number: int) -> Application | None:
    """Takes a cancellation back: a place, or one on the waiting list where there is none."""
    with transaction.atomic():
        held = _locked(number)
        if held is None or held.state != State.CANCELLED:
            return None
        held.state = _state(held.seminar)
        Application.objects.filter(pk=number).update(state=held.state, cancelled_at=None, cancelled_by=None)
    return held


def move_up(seminar: Seminar, base: str) -> list[str]:
    """Gives free places to those who wait longest, while the seminar lies ahead, and tells them by mail;
    their names. In a transaction that holds the seminar's row."""
    if seminar.state == Seminar.State.CANCELLED or seminar.starts_at <= timezone.now():
        return []
    waiting = Application.objects.filter(seminar=seminar, state=State.WAITING)
    waiting = waiting.select_related("submission__form", "seminar").order_by("applied_at", "pk")
    if seminar.capacity:
        waiting = waiting[: max(seminar.capacity - taken(seminar), 0)]
    moved = list(waiting)
    Application.objects.filter(pk__in=[one.pk for one in moved]).update(state=State.APPLIED)
    for one in moved:
        one.state = State.APPLIED
        tell_moved(one, seminar.title, base)
    return [one.name or one.email for one in moved]


def _locked(number: int) -> Application | None:
    """An application, with its seminar's row held."""
    held = Application.objects.filter(pk=number).first()
    if held is None:
        return None
    seminar = Seminar.objects.select_for_update().get(pk=held.seminar.pk)
    held.refresh_from_db()
    held.seminar = seminar
    return held


def _state(seminar: Seminar) -> Application.State:
    full = bool(seminar.capacity) and taken(seminar) >= seminar.capacity
    return State.WAITING if full else State.APPLIED


def _same(name: str) -> str:
    return "".join(name.split()).casefold()
