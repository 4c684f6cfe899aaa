"""The brief for a call: what the person read in which order, what was said and sent before, who it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mikomi.core.words import Words
from mikomi.hub.activity import queries as activity
from mikomi.hub.deeds import queries as deeds
from mikomi.hub.handoff import queries as handoffs
from mikomi.hub.handoff.types import KIND_WORDS, ResultView
from mikomi.hub.people import notes as written
from mikomi.hub.people import queries as people
from mikomi.hub.site.field_values import read_as
from mikomi.hub.site.standing import standing
from mikomi.hub.site.timeline import Entry, entries
from mikomi.hub.site.titles import labels_of

READ = 15
SAID = 6
NOTES = 4
FACTS = (
    "industry",
    "employees",
    "prefecture",
    "capital",
    "website",
    "department",
    "title",
    "email",
    "phone",
    "direct_phone",
    "mobile",
)


@dataclass(frozen=True, slots=True)
class SaidBefore:
    """A result said before, in words."""

    kind_words: Words
    at: datetime
    by: str
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class SentBefore:
    """Something that went out to the person."""

    what: Words
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Brief:
    """What one reads before a call. `read` is oldest first."""

    read: tuple[Entry, ...]
    said: tuple[SaidBefore, ...]
    notes: Sequence[written.NoteView]
    sent: tuple[SentBefore, ...]
    facts: tuple[tuple[Words, Words], ...]


def brief_of(lead: int, company: int | None) -> Brief:
    """The brief about one lead (number) and its company."""
    scored = standing()
    page = activity.timeline(lead, READ)
    told = entries(page.moments, [], scored.model if scored else None, labels_of())
    own = list(written.notes_of("lead", lead, NOTES))
    shared = list(written.notes_of("company", company, NOTES)) if company else []
    return Brief(
        read=tuple(reversed([one for one in told if not one.machine])),
        said=tuple(_said(one) for one in handoffs.history(lead) if not one.undone)[:SAID],
        notes=sorted([*own, *shared], key=lambda note: note.at, reverse=True)[:NOTES],
        sent=_sent(lead),
        facts=_facts(lead),
    )


def _said(one: ResultView) -> SaidBefore:
    return SaidBefore(KIND_WORDS[one.kind], one.at, one.by, one.reason, one.note)


def _sent(lead: int) -> tuple[SentBefore, ...]:
    mails = [one for one in deeds.of_lead(lead) if one.kind == "mail"]
    return tuple(SentBefore(Words("メール", "Mail"), one.at, one.by) for one in mails[:SAID])


def _facts(lead: int) -> tuple[tuple[Words, Words], ...]:
    person = people.person(lead)
    if person is None:
        return ()
    fields = {view.key: view for view in people.fields()}
    head = [(Words("会社", "Company"), Words(person.company, person.company))] if person.company else []
    return tuple(
        head
        + [
            (fields[key].label, read_as(fields[key], person.attributes[key]))
            for key in FACTS
            if key in fields and person.attributes.get(key)
        ]
    )
