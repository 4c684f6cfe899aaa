"""Who came: marked at the reception, taken back there, and people who come without having applied."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity import deeds
from mikomi.hub.activity.services import record_events
from mikomi.hub.capture.models import Application, Seminar
from mikomi.hub.consent.addresses import folded_addresses
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people import queries as people
from mikomi.hub.people import services as leads
from mikomi.hub.people.dated import origin
from mikomi.hub.people.duplicates.queries import merged_into
from mikomi.hub.people.importing.identity import named_keys
from mikomi.hub.people.value_sources import of_seminar

ATTEND = "seminar_attend"
BEFORE = timedelta(hours=12)
"""So long before it begins the reception may open."""
_TOO_SOON = Words(
    "受付は開催の12時間前からできます。それまでは参加にできません",
    "The reception opens 12 hours before it begins; until then nobody can be marked as attending.",
)
_NOT_YET = Words(
    "申込を処理しています。数秒おいて、もう一度押してください",
    "This application is still being taken in. Please press again in a few seconds.",
)
_NOBODY = Words(
    "メールアドレスか、氏名と会社名を入れてください",
    "give a mail address, or a name and a company",
)
_NO_MAIL = Words("メールアドレスとして読めません", "this is no mail address")


def mark_came(number: int) -> Application | None:
    """Says that somebody came, once: the lead's `seminar_attend`. None where there is no such application.
    Raises `MikomiError` before the reception opens."""
    with transaction.atomic():
        held = _locked(number)
        if held is None or held.came_at is not None:
            return held
        if held.lead is None:
            raise MikomiError(_NOT_YET)
        at = came_at(held.seminar, timezone.now())
        _record(held.lead, held.seminar, at)
        held.came_at, held.came_import = at, None
        held.save(update_fields=["came_at", "came_import"])
    return held


def take_mark_back(number: int) -> Application | None:
    """Says that somebody did not come after all: the event goes. Who had not applied goes from the list."""
    with transaction.atomic():
        held = _locked(number)
        if held is None or held.came_at is None:
            return held
        if held.lead is not None and (stands := people.standing_numbers({held.lead})):
            deeds.take_back(pl.Series(stands.values(), dtype=pl.Int32), ATTEND, held.seminar.key)
            enqueue("site.score_changed", once=True)
        if held.state == Application.State.WALK_IN:
            held.delete()
            return None
        held.came_at, held.came_import = None, None
        held.save(update_fields=["came_at", "came_import"])
    return held


def walk_in(seminar: int, name: str, company: str, email: str) -> Application:
    """Somebody came who had not applied: a lead where nobody is known, and the attendance. Raises
    `MikomiError` where it is not said who, LookupError where there is no such seminar."""
    name, company = " ".join(name.split())[:200], " ".join(company.split())[:200]
    mail = folded_addresses(pl.Series([email.strip() or None], dtype=pl.String))[0]
    if email.strip() and mail is None:
        raise MikomiError(_NO_MAIL)
    with transaction.atomic():
        held = Seminar.objects.select_for_update().filter(pk=seminar).first()
        if held is None:
            raise LookupError(seminar)
        at = came_at(held, timezone.now())
        lead = _lead_of(name, company, mail or "", held)
        same = [lead, *merged_into([lead])]
        there = (
            Application.objects.filter(seminar=held, lead__in=same)
            .exclude(state=Application.State.CANCELLED)
            .first()
        )
        if there is not None:
            return mark_came(there.pk) or there
        _record(lead, held, at)
        return Application.objects.create(
            seminar=held,
            lead=lead,
            name=name,
            company=company,
            email=mail or "",
            state=Application.State.WALK_IN,
            came_at=at,
        )


def came_at(seminar: Seminar, now: datetime) -> datetime:
    """When somebody who is marked `now` came: now while it goes on, else when it began. Raises
    `MikomiError` before the reception opens."""
    if now < seminar.starts_at - BEFORE:
        raise MikomiError(_TOO_SOON)
    return now if now <= seminar.ends_at else seminar.starts_at


def _lead_of(name: str, company: str, mail: str, seminar: Seminar) -> int:
    """The lead with this address, or this name at this company; made where there is none."""
    told = {"name": name, "company": company, "email": mail}
    frame = pl.DataFrame({field: [text or None] for field, text in told.items()}, schema=_TEXTS)
    key = mail or named_keys(frame)[0]
    if not key:
        raise MikomiError(_NOBODY)
    known = people.find_by_email(mail) if mail else []
    if not known:
        rows = frame.select(pl.lit(key).alias("lead"), *(field for field, text in told.items() if text))
        leads.upsert_leads(rows, origin(of_seminar(seminar.title)), fill=True)
        known = [people.numbers_of([key])[key]]
    return known[0]


_TEXTS = {"name": pl.String, "company": pl.String, "email": pl.String}


def _record(lead: int, seminar: Seminar, at: datetime) -> None:
    """The attendance of a lead, unless a file has said it already."""
    stands = people.standing_numbers({lead}).get(lead)
    key = people.keys_of_leads({stands}).get(stands) if stands is not None else None
    if stands is None or key is None:
        return
    if deeds.first_times(pl.Series([stands]), ATTEND, seminar.key).height:
        return
    record_events(
        pl.DataFrame(
            {
                "lead": [key],
                "at": pl.Series([at], dtype=pl.Datetime("us", "UTC")),
                "kind": [ATTEND],
                "content": [seminar.key],
                "automated": [False],
                "id": [secrets.randbits(63)],
            }
        ),
        source="seminar",
    )
    enqueue("site.score_changed", once=True)


def _locked(number: int) -> Application | None:
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("seminar")
        .filter(pk=number)
        .first()
    )
