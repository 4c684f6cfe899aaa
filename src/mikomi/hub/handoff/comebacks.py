"""Who came back after a quiet time, as it was noted, and what became of each: handed over, or why not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from mikomi.core.words import Words
from mikomi.hub.handoff.models import HandedLead, Handoff, Occasion
from mikomi.hub.handoff.types import Cause, State


@dataclass(frozen=True, slots=True)
class Comeback:
    """A lead that came back, or (`second`) is the second person of a company we know. `signal`: what the
    model calls it; `on`: the local day on which it fired, where known.

    `handoff`: the hand-off that came of it, with its `owner` (a user's number, None for nobody) and its
    state; else `why_not`, None while it waits to be handed over.
    """

    number: int
    lead: int
    seen_at: datetime
    signal: str
    signal_id: str
    on: date | None
    second: bool
    handoff: int | None
    owner: int | None
    owner_name: str
    state: State | None
    why_not: Words | None


def latest(since: datetime, most: int) -> list[Comeback]:
    """The comebacks noted since then, each lead's last, the latest first; of `most` occasions at the most."""
    rows = Occasion.objects.filter(cause=Cause.RECONSIDER, seen_at__gte=since).order_by("-seen_at", "-pk")
    found: dict[int, Comeback] = {}
    for row in rows.select_related("handoff__owner")[:most]:
        one = _comeback(row)
        found[row.lead] = _together(found[row.lead], one) if row.lead in found else one
    return list(found.values())


def _together(later: Comeback, one: Comeback) -> Comeback:
    """What a run found at once is one comeback: of a quiet person who is the second of the company, too."""
    if later.seen_at != one.seen_at:
        return later
    handed = one if later.handoff is None and one.handoff is not None else later
    quiet = one if later.second else later
    second = later.second or one.second
    return replace(handed, second=second, signal=quiet.signal, signal_id=quiet.signal_id, on=quiet.on)


def reasons_of(held: Sequence[Comeback]) -> dict[int, Words]:
    """The sentences as they were when they were handed over, by the comeback's number; those that were not,
    or have none, are left out."""
    rows = HandedLead.objects.filter(
        handoff__in=[one.handoff for one in held if one.handoff],
        lead__in=[one.lead for one in held],
        cause=Cause.RECONSIDER,
    ).order_by("pk")
    told = {(row.handoff_id, row.lead): Words(row.reason_ja, row.reason_en) for row in rows if row.reason_ja}
    return {
        one.number: told[one.handoff, one.lead]
        for one in held
        if one.handoff is not None and (one.handoff, one.lead) in told
    }


def last_owners(companies: Collection[int]) -> dict[int, int]:
    """Who has, or had last, each company (numbers): those that nobody ever had are left out."""
    rows = Handoff.objects.filter(company__in=companies).exclude(owner=None).order_by("opened_at", "pk")
    return dict(rows.values_list("company", "owner"))


def _comeback(row: Occasion) -> Comeback:
    held = row.handoff
    signal, _colon, day = row.entry.rpartition(":")
    second = bool(row.detail.get("second"))
    return Comeback(
        number=row.pk,
        lead=row.lead,
        seen_at=row.seen_at,
        signal=str(row.detail.get("signal", "")),
        signal_id=signal,
        on=_day(day),
        second=second,
        handoff=row.handoff_id,
        owner=held.owner_id if held else None,
        owner_name=str(held.owner or "") if held else "",
        state=State(held.state) if held else None,
        why_not=Words(row.answer["ja"], row.answer["en"]) if row.answer else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
