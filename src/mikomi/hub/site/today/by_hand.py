"""引き渡す: a lead given to somebody by hand, and what its page and its company's say of hand-offs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import queries as accounts
from mikomi.hub.handoff import queries, services
from mikomi.hub.handoff.types import CAUSE_WORDS, KIND_WORDS, Cause, Given, Standing, State
from mikomi.hub.site import handed

LONGEST_WHY = 200
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A result so far, in words."""

    kind: Words
    at: datetime
    by: str
    lead: int
    note: str


@dataclass(frozen=True, slots=True)
class Held:
    """What a page says of hand-offs: the open one with its results and causes, how many there were before,
    whether the lead is 対象外, and to whom it can be given."""

    open: Standing | None
    causes: tuple[Words, ...]
    results: tuple[Line, ...]
    before: int
    closed: bool
    offered: tuple[tuple[int, str], ...]
    lead: int


def held_of(lead: int, company: int | None, *, whole: bool = False) -> Held:
    """What stands about a lead; `whole`: about its company, the lead being the one that would be given."""
    every = queries.of_company(company) if whole and company else queries.of_lead(lead)
    found = next((one for one in every if one.state == State.OPEN and (whole or lead in one.leads)), None)
    if found is None and not whole:
        found = queries.open_of(company=company)
    results = queries.results_of(found.number) if found else []
    return Held(
        open=found,
        causes=tuple(CAUSE_WORDS[cause] for cause in found.causes) if found else (),
        results=tuple(
            Line(KIND_WORDS[one.kind], one.at, one.by, one.lead, one.note)
            for one in results
            if not one.undone
        )[:SHOWN],
        before=sum(one.number != (found.number if found else None) for one in every),
        closed=bool(queries.closed_leads([lead])),
        offered=tuple(accounts.callers()),
        lead=lead,
    )


def hand_over(lead: int, by: int, to: int | None, why: str) -> Given:
    """Gives a lead to user `to` (None: by the rules of assignment). Raises `MikomiError` in words."""
    on, now = timezone.localdate(), timezone.now()
    known = handed.Known.of([lead], on)
    refused = known.why_not(lead, Cause.MANUAL)
    if refused is not None:
        raise MikomiError(refused)
    detail: Mapping[str, str] = {"why": " ".join(why.replace("\0", "").split())[:LONGEST_WHY]}
    given = services.hand_over(
        known.handing(lead, Cause.MANUAL, f"hand:{now.isoformat()}", detail), on, by=by, to=to
    )
    if given.why_not is not None:
        raise MikomiError(given.why_not)
    return given
