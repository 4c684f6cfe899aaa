"""The cards beside a lead's page, in their order: each app gives its own, this tuple puts them together.

A panel takes what is asked (`Asked`) and gives the name of its template and what that shows, or
None where it has nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mikomi.hub.people.types import Person
from mikomi.hub.site import lead_page
from mikomi.hub.site.lists.pages import colleagues_of
from mikomi.hub.site.types import Row

COLLEAGUES = 6
OUTCOMES = 10

type Panel = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose page it is and as of which day; `today` is the day of the scores."""

    person: Person
    row: Row | None
    facts: lead_page.Facts
    on: date
    today: date


def colleagues(asked: Asked) -> Panel | None:
    """Other people of the company, best first."""
    found = colleagues_of(asked.person.number, asked.row.company_id, COLLEAGUES) if asked.row else ()
    return ("site/panels/colleagues.html", {"colleagues": found}) if found else None


def deals(asked: Asked) -> Panel | None:
    """How deals went."""
    found = asked.facts.outcomes[:OUTCOMES]
    return ("site/panels/deals.html", {"outcomes": found}) if found else None


def details(asked: Asked) -> Panel:
    """What was known of the person on that day, and since when."""
    values = lead_page.known_values(asked.person, asked.on, asked.today, asked.facts.history)
    return (
        "site/panels/details.html",
        {"values": values, "on": asked.on if asked.on < asked.today else None},
    )


PANELS: tuple[Callable[[Asked], Panel | None], ...] = (colleagues, deals, details)


def panels_of(asked: Asked) -> list[Panel]:
    """The cards of one page."""
    return [panel for make in PANELS if (panel := make(asked)) is not None]
