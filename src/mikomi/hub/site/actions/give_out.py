"""Everything that is known of a person, as one document: for who asks what is kept about them.

個人情報の保護に関する法律 33条 (開示), GDPR articles 15 and 20: complete, and in a form that programs read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from mikomi.hub.activity import queries as activity
from mikomi.hub.activity.queries import instant
from mikomi.hub.activity.types import Moment
from mikomi.hub.capture import queries as capture
from mikomi.hub.capture import touches
from mikomi.hub.capture.campaigns.queries import joined_by
from mikomi.hub.capture.seminars.showing import applied_by
from mikomi.hub.capture.webforms.showing import sent_by
from mikomi.hub.consent import queries as consent
from mikomi.hub.people import attachments, exclusions, labels, notes
from mikomi.hub.people import queries as people
from mikomi.hub.people.deals.queries import deals_naming
from mikomi.hub.people.duplicates.queries import merged_into
from mikomi.hub.people.types import Person

PAGE = 1_000
BROWSERS = 10_000


def everything_of(person: Person) -> dict[str, Any]:
    """What is known of a lead: values with their history, what it did, what became of it, what deals say of
    it, on what ground it may be written to, notes, the names of files, its browsers, by what ways it came,
    its campaigns and seminars, and what it sent by forms. Values are JSON's own or have a sensible `str`;
    instants are ISO 8601 in UTC."""
    number = person.number
    addresses = [person.email] if person.email else []
    return {
        "lead": person.key,
        "name": person.name,
        "company": person.company,
        "added_at": person.added_at,
        "values": person.attributes,
        "history": [asdict(change) for change in people.attribute_history(number)],
        "events": [
            {
                "first": m.first,
                "last": m.last,
                "kind": m.kind,
                "contents": m.contents,
                "automated": m.automated,
            }
            for m in _moments(number)
        ],
        "outcomes": [asdict(outcome) for outcome in activity.outcomes_of(number)],
        "deals": deals_naming(person.key, person.email),
        "consent": {address: asdict(held) for address, held in consent.standing_of(addresses).items()},
        "tags": labels.labels_of("tag", [number]).get(number, []),
        "lists": labels.labels_of("list", [number]).get(number, []),
        "exclusions": [asdict(held) for held in exclusions.exclusions_of(number)],
        "notes": [
            {"at": note.at, "by": note.by, "text": note.text} for note in notes.notes_of("lead", number)
        ],
        "files": [file.name for file in attachments.files_of("lead", number)],
        "browsers": [
            asdict(browser) for browser in capture.browsers_of([number, *merged_into([number])], BROWSERS)
        ],
        "seminars": applied_by([number, *merged_into([number])]),
        "touches": [
            {name: instant(value) if name in ("first", "last") else value for name, value in way.items()}
            for way in touches.ways_of(number).iter_rows(named=True)
        ],
        "campaigns": [asdict(joined) for joined in joined_by(number)],
        "submissions": sent_by([number, *merged_into([number])]),
    }


def _moments(number: int) -> Iterator[Moment]:
    before = None
    while True:
        page = activity.timeline(number, PAGE, before)
        yield from page.moments
        if page.before is None:
            return
        before = page.before
