"""転職 and 異動: a person works somewhere else from a day on.

The new values hold from that day; before it everything stays as it was, also which company the person's
doings counted for. The act can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import audit
from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people.companies import key_of
from mikomi.hub.people.dated import SUBJECT, origin, write_values
from mikomi.hub.people.fields import make_fields
from mikomi.hub.people.following import follow
from mikomi.hub.people.models import Batch, Company, Lead, Scope
from mikomi.hub.people.taking_back import take_back_values
from mikomi.hub.people.value_sources import MOVE

WORK = ("department", "title", "email", "phone", "direct_phone")
"""What a person has of a company and leaves there."""

UNKNOWN = Words(
    "会社の名前として読めません。正式な名前を入れてください。",
    "This cannot be read as the name of a company. Enter its full name.",
)
GONE = Words("このリードは、もうありません。", "This lead is not there any more.")
NOTHING = Words("変わる項目がありません。", "There is nothing that would change.")
UNDONE = Words("この異動は、もう元に戻してあります。", "This move was taken back already.")


def move_lead(lead: int, company: str, day: date, values: Mapping[str, str], by_id: int | None = None) -> int:
    """A lead is at `company` from local day `day` on; the number of the act.

    `values`: the new ones of `WORK`. Where the company is another one, those that are not told are not
    known any more; within a company they stay. Raises `MikomiError` in words.
    """
    name = company.strip()
    if key_of(pl.Series([name]))[0] is None:
        raise MikomiError(UNKNOWN)
    with changing() as number:
        found = Lead.objects.select_for_update().filter(pk=lead, merged_into=None, trashed_at=None).first()
        if found is None:
            raise MikomiError(GONE)
        other = key_of(pl.Series([name, found.attributes.get("company", "")])).n_unique() > 1
        told = {field: values.get(field, "").strip() for field in WORK}
        if not other:
            told = {field: value for field, value in told.items() if value}
        told |= {"company": name} if other else {}
        told = {f: v for f, v in told.items() if v != found.attributes.get(f, "")}
        if not told:
            raise MikomiError(NOTHING)
        batch = Batch.objects.create(
            kind=Batch.Kind.MOVE, label=f"{MOVE}: {name}", leads=1, by_id=by_id, at=timezone.now()
        )
        make_fields(told)
        source = origin(MOVE, known_from=day, batch_id=batch.pk, by_id=by_id)
        frame = pl.DataFrame(
            {SUBJECT: [lead]} | {f: [v] for f, v in told.items()}, schema_overrides={SUBJECT: pl.Int32}
        )
        changed = write_values(Scope.LEAD, frame, list(told), source)
        follow(changed, source)
        mark_changed(pl.Series("lead", [lead], pl.Int32), number, activity=False)
        enqueue("site.score_changed", once=True)
    return batch.pk


def take_back(batch: int, by_id: int | None = None) -> None:
    """Takes a move back. Raises `MikomiError` where that was done before."""
    with audit.deed(), changing():
        mine = Batch.objects.filter(pk=batch, kind=Batch.Kind.MOVE, undone_at=None)
        if not mine.update(undone_at=timezone.now(), undone_by=by_id):
            raise MikomiError(UNDONE)
        found = take_back_values(batch_id=batch)
        Batch.objects.filter(pk=batch).update(report={"left": found.stayed_count})
        enqueue("site.score_changed", once=True)


def company_names(text: str, limit: int = 8) -> list[str]:
    """The names of known companies in which `text` occurs, for choosing one."""
    asked = text.strip()
    if not asked:
        return []
    rows = Company.objects.filter(name__icontains=asked, merged_into=None).order_by("name")
    return list(rows.values_list("name", flat=True)[:limit])
