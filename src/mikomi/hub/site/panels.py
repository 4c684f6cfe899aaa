"""The cards beside a lead's page, in their order: each app gives its own, this tuple puts them together.

A panel takes what is asked (`Asked`) and gives the name of its template and what that shows, or
None where it has nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from mikomi.hub.activity.types import KnownOutcome
from mikomi.hub.capture import queries as capture
from mikomi.hub.capture.campaigns.queries import choices, joined_by
from mikomi.hub.journey.queries import current_map, map_then
from mikomi.hub.people import attachments
from mikomi.hub.people import notes as written
from mikomi.hub.people.deals.queries import deals_of_company
from mikomi.hub.people.duplicates.queries import merged_into
from mikomi.hub.people.fields import TOUCH_PARTS
from mikomi.hub.people.results import LONGEST, LONGEST_NAME, RESULTS
from mikomi.hub.people.same import queries as same
from mikomi.hub.people.types import Person
from mikomi.hub.segments.queries import segments_of
from mikomi.hub.site import lead_page
from mikomi.hub.site.lists.pages import colleagues_of
from mikomi.hub.site.same import PEOPLE, Shown
from mikomi.hub.site.today.by_hand import held_of
from mikomi.hub.site.types import Row
from mikomi.hub.site.ways import way_of_lead

COLLEAGUES = 6
OUTCOMES = 10
NOTES = 20
BROWSERS = 10

type Panel = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose page it is and as of which day; `today` is the day of the scores, `then` the attributes
    of the day where they were read."""

    person: Person
    row: Row | None
    facts: lead_page.Facts
    on: date
    today: date
    then: Mapping[str, str] | None = None


def handoff(asked: Asked) -> Panel:
    """Whose it is at present, what came of it so far, and the form to hand it over."""
    company = asked.row.company_id if asked.row else None
    held = held_of(asked.person.number, company)
    return ("site/panels/handoff.html", {"held": held, "can": asked.row is not None})


def colleagues(asked: Asked) -> Panel | None:
    """Other people of the company, best first."""
    company = asked.row.company_id if asked.row else None
    found = colleagues_of(asked.person.number, company, COLLEAGUES)
    return ("site/panels/colleagues.html", {"colleagues": found, "company": company}) if found else None


def deals(asked: Asked) -> Panel | None:
    """How deals went, and the form that says how one went."""
    name = asked.person.name or asked.person.email or asked.person.key
    open_ = asked.on >= asked.today and asked.row is not None
    people = {asked.person.number: name} if open_ else {}
    if not people and not asked.facts.outcomes:
        return None
    return deals_card(asked.facts.outcomes, OUTCOMES, people=people)


def deals_card(
    outcomes: Sequence[KnownOutcome], most: int, *, people: Mapping[int, str], company: int | None = None
) -> Panel:
    """How deals went, newest first, `most` of them; with whom (`people`: names by number) one may be
    recorded. Of a company with the deals that its SFA knows of."""
    known = [] if company is None else deals_of_company(company, most)
    return (
        "site/panels/deals.html",
        {
            "outcomes": outcomes[:most],
            "more": max(len(outcomes) - most, 0),
            "people": people,
            "company": company,
            "known": known,
            "today": timezone.localdate(),
            "choices": RESULTS,
            "longest": LONGEST,
            "longest_name": LONGEST_NAME,
        },
    )


def details(asked: Asked) -> Panel:
    """What was known of the person on that day, and since when."""
    groups, empty = lead_page.grouped_values(asked.person, asked.on, asked.today, asked.facts, asked.then)
    return (
        "site/panels/details.html",
        {"groups": groups, "empty": empty, "on": asked.on if asked.on < asked.today else None},
    )


def notes(asked: Asked) -> Panel:
    """What people wrote down, and files."""
    return notes_card("lead", asked.person.number)


def notes_card(scope: str, subject: int) -> Panel:
    """Notes and files of a lead or a company, with the forms for more."""
    shown = written.notes_of(scope, subject, NOTES)
    count = len(shown) if len(shown) < NOTES else written.note_count(scope, subject)
    return (
        "people/notes.html",
        {
            "scope": scope,
            "subject": subject,
            "notes": shown,
            "count": count,
            "more": max(count - NOTES, 0),
            "files": attachments.files_of(scope, subject),
            "limit": attachments.LARGEST >> 20,
            "longest": written.LONGEST,
        },
    )


def duplicates(asked: Asked) -> Panel | None:
    """Who may be the same person, and who was made one with this one."""
    return same_as(PEOPLE, asked.person.number)


def same_as(of: Shown, number: int) -> Panel | None:
    """What may be the same as a lead or company, and what was made one with it."""
    proposals, merges = same.pairs_of(of.kind, number), same.merges_of(of.kind, number)
    shown = {"of": of, "number": number, "proposals": proposals, "merges": merges}
    return ("site/same/panel.html", shown) if proposals or merges else None


def browsers(asked: Asked) -> Panel | None:
    """At which browsers the person was seen, how surely, and by what way the visits came."""
    number = asked.person.number
    found = capture.browsers_of([number, *merged_into([number])], BROWSERS)
    first, last = (_touch(asked.person.attributes, which) for which in ("first", "last"))
    if not found and not first:
        return None
    shown = {"number": number, "browsers": found, "first": first, "last": last if last != first else None}
    return ("site/panels/browsers.html", shown)


def campaigns(asked: Asked) -> Panel | None:
    """Which campaigns the person came by, and the form to add another."""
    number = asked.person.number
    joined, offered = joined_by(number), choices()
    there = {one.campaign.number for one in joined}
    shown = {
        "number": number,
        "joined": joined,
        "offered": [one for one in offered if one.number not in there],
    }
    return ("site/panels/campaigns.html", shown) if joined or offered else None


def segments(asked: Asked) -> Panel | None:
    """Which segments the person belongs to now, since when, and why."""
    held = segments_of(asked.person.number)
    shown = {"number": asked.person.number, "memberships": held}
    return ("site/panels/segments.html", shown) if held else None


def journey(asked: Asked) -> Panel | None:
    """Where the person stands in the journey, how it came there, and the form to say so by hand."""
    past = asked.on < asked.today
    kept = map_then(asked.on) if past else current_map()
    if kept is None:
        return None
    on = asked.on if past else timezone.localdate()
    changed = {change.known_from for change in asked.facts.history if change.known_from}
    way = way_of_lead(asked.person.number, kept, on, asked.facts.outcomes, changed)
    shown = {"number": asked.person.number, "way": way, "past": past, "open": not past and asked.row}
    return ("site/panels/journey.html", shown)


def _touch(values: Mapping[str, str], which: str) -> dict[str, str | date]:
    """The first or last way that somebody came by, part by part; empty where nobody knows."""
    told: dict[str, str | date] = {
        part: values[key] for part in TOUCH_PARTS if values.get(key := f"{which}_touch_{part}")
    }
    if "on" in told:
        told["on"] = date.fromisoformat(str(told["on"]))
    return told


PANELS: tuple[Callable[[Asked], Panel | None], ...] = (
    duplicates,
    handoff,
    journey,
    colleagues,
    deals,
    segments,
    campaigns,
    browsers,
    notes,
    details,
)


def panels_of(asked: Asked) -> list[Panel]:
    """The cards of one page."""
    return [panel for make in PANELS if (panel := make(asked)) is not None]
