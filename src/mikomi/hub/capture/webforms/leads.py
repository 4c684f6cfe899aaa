"""Whose a submission is, and what it says of that lead: values with their day, and the event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

import polars as pl
from django.utils import timezone

from mikomi.core.machines.reasons import Reason, certainty
from mikomi.core.names.people import person_parts
from mikomi.hub.activity import services as activity
from mikomi.hub.capture.models import Submission
from mikomi.hub.capture.seminars.seats import application_of, seminar_of
from mikomi.hub.capture.webforms.content import Content
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people import notes
from mikomi.hub.people import queries as people
from mikomi.hub.people import services as leads
from mikomi.hub.people.dated import Origin, origin
from mikomi.hub.people.fields import shared_among
from mikomi.hub.people.value_sources import of_form


def write_lead(held: Submission, content: Content) -> tuple[int, str]:
    """Writes what a submission says of its lead, makes the lead where nobody has the address, records
    the event; the lead's number and the key that the event came under. In the caller's transaction.

    What a form says of a person is newer than what was known, and holds from its day. What it says of
    a company fills gaps: one visitor does not overrule what the company's record says.
    """
    fields = {q.field: held.answers[q.key] for q in content.questions if q.field and held.answers.get(q.key)}
    key, new = lead_key(held, fields)
    came = origin(of_form(held.form.name), known_from=timezone.localdate(held.at))
    shared = shared_among(fields)
    own = {name: text for name, text in fields.items() if name not in shared}
    _upsert(key, own, came, held.at if new else None, fill=False)
    if shared:
        told = {name: fields[name] for name in ("company", *shared) if name in fields}
        _upsert(key, told, came, None, fill=True)
    number = people.numbers_of([key])[key]
    if _counts(held, number):
        activity.record_events(event_of(held, content, key), source="form")
    if said := _said(held, content):
        notes.write_note("lead", number, said, None)
    return number, key


def lead_key(held: Submission, fields: Mapping[str, str]) -> tuple[str, bool]:
    """The key of the lead that a submission is of, and whether it is to be made.

    Found by mail address. Where everybody known there bears another name, it is another person (of a
    shared mailbox): a lead of its own, whom the page of duplicates then shows beside the others.
    """
    known = [person for number in people.find_by_email(held.email) if (person := people.person(number))]
    name = people.full_name(fields)
    told = person_parts(pl.Series([name, *(person.name for person in known)], dtype=pl.String))["key"]
    asked, keys = told[0], told[1:].to_list()
    for same in (lambda key: key == asked, lambda key: not key or not asked):
        for person, key in zip(known, keys, strict=True):
            if same(key):
                return person.key, False
    fresh = f"{held.email} {asked}" if known else held.email
    there = people.numbers_of([fresh])
    if fresh in there and (known or people.out_of([there[fresh]])):
        # Somebody of this key is in the trash, or has another address by now.
        return f"{held.email} #{held.pk}", True
    return fresh, fresh not in there


def event_of(held: Submission, content: Content, key: str) -> pl.DataFrame:
    """The event of a submission, as `activity.record_events` takes it."""
    seminar = seminar_of(held.form)
    payload = {"submission": held.pk, "page": held.page, "touch": held.touch, **held.details}
    return pl.DataFrame(
        {
            "lead": [key],
            "at": [held.at],
            "kind": ["seminar_apply" if seminar else content.kind],
            "content": [seminar.key if seminar else f"form/{held.form.slug}"],
            "automated": [held.pitch],
            "reason": [Reason.PITCH.value if held.pitch else ""],
            "certainty": [certainty(Reason.PITCH) if held.pitch else 0],
            "payload": [json.dumps(payload, ensure_ascii=False)],
            # The first 63 bits of its own name: whatever is found out later, it is the same event.
            "id": [int(held.once[:16], 16) >> 1],
        },
        schema_overrides={"at": pl.Datetime("us", "UTC"), "certainty": pl.Int16, "id": pl.Int64},
    )


def _counts(held: Submission, lead: int) -> bool:
    """Whether a submission is an event. Who applies to a seminar again has applied once; the application
    learns here whose it is."""
    seat = application_of(held)
    if seat is None:
        return seminar_of(held.form) is None
    seat.lead = lead
    seat.save(update_fields=["lead"])
    return True


def set_pitch(held: Submission, content: Content, *, pitch: bool) -> None:
    """Says of the event of a submission that it wants to sell us something, or that it does not."""
    known = activity.known_events(event_of(held, content, held.subject))
    activity.set_automated(known, pitch, reason=Reason.PITCH if pitch else Reason.BY_HAND)
    enqueue("site.score_changed", once=True)


def _upsert(key: str, fields: Mapping[str, str], came: Origin, born: datetime | None, *, fill: bool) -> None:
    row = pl.DataFrame({"lead": [key], **{name: [text] for name, text in fields.items()}})
    if born is not None:
        row = row.with_columns(created_at=pl.lit(born, pl.Datetime("us", "UTC")))
    leads.upsert_leads(row, came, fill=fill)


def _said(held: Submission, content: Content) -> str:
    """The answers that are no field of the lead, as a note; "" where there are none."""
    lines = [
        f"{question.label.ja or question.key}: {held.answers[question.key]}"
        for question in content.questions
        if not question.field and held.answers.get(question.key)
    ]
    return "\n".join([f"フォーム「{held.form.name}」", *lines])[: notes.LONGEST] if lines else ""
