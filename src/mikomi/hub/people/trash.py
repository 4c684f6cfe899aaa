"""The trash: leads that are put away, and come back just as they were for thirty days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.setwise import fetch, staged
from mikomi.hub.people.dated import SUBJECT
from mikomi.hub.people.models import Lead
from mikomi.hub.people.queries import full_name
from mikomi.hub.people.types import Trashed

KEPT_DAYS = 30
"""So long a lead stays in the trash before it is erased for good."""


def put_in_trash(leads: Sequence[int] | pl.Series, at: datetime, by: int | None) -> int:
    """Puts leads (numbers) that are not out away; how many. Their facts, labels and notes stay."""
    sql = (
        "update people_lead set trashed_at = %s, trashed_by_id = %s where trashed_at is null"
        " and merged_into is null and id in (select lead from moving) returning id"
    )
    return _move(leads, sql, [_stored(at), by])


def restore(leads: Sequence[int] | pl.Series, put_at: datetime | None = None) -> int:
    """Takes leads out of the trash again; how many. `put_at`: only those that were put there then."""
    sql = "update people_lead set trashed_at = null, trashed_by_id = null where trashed_at"
    sql += " is not null" if put_at is None else " = %s"
    sql += " and id in (select lead from moving) returning id"
    return _move(leads, sql, [] if put_at is None else [_stored(put_at)])


def trashed_leads() -> QuerySet[Lead]:
    """The leads in the trash, those that went last first; `as_shown` makes rows of a page of them."""
    there = Lead.objects.filter(trashed_at__isnull=False, merged_into=None)
    return there.select_related("company", "trashed_by").order_by("-trashed_at", "-pk")


def as_shown(leads: Sequence[Lead]) -> list[Trashed]:
    """Leads of the trash as pages show them."""
    return [
        Trashed(
            number=lead.pk,
            name=full_name(lead.attributes) or lead.email or lead.key,
            company=lead.company.name if lead.company else lead.attributes.get("company", ""),
            trashed_at=lead.trashed_at,
            by=lead.trashed_by.name if lead.trashed_by else "",
            erased_on=timezone.localdate(lead.trashed_at) + timedelta(days=KEPT_DAYS),
        )
        for lead in leads
        if lead.trashed_at is not None
    ]


def kept_long_enough(now: datetime, most: int) -> list[int]:
    """Leads that lie in the trash for `KEPT_DAYS` and more, `most` at the most."""
    old = Lead.objects.filter(trashed_at__lte=now - timedelta(days=KEPT_DAYS))
    return list(old.order_by("trashed_at", "pk").values_list("pk", flat=True)[:most])


def _stored(at: datetime) -> object:
    """An instant as the database keeps it, so that it is found again."""
    return connection.ops.adapt_datetimefield_value(at)


def _move(leads: Sequence[int] | pl.Series, sql: str, params: list[object]) -> int:
    moving = pl.DataFrame({"lead": leads}, schema={"lead": pl.Int32}).unique()
    with changing() as number, staged(moving, "moving"):
        moved = fetch(sql, {SUBJECT: pl.Int32}, params)[SUBJECT]
        mark_changed(moved, number, activity=False)
        if len(moved):
            enqueue("site.score_changed", once=True)
    return len(moved)
