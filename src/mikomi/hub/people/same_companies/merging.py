"""Making two companies one: the part of it that is people's. `site.actions.merge_companies` puts all
together.

Nothing is thrown away. The company that goes keeps its values, its name and its exclusions, which hold
for the one that stays; what the kept one gets bears the number of the act (`parting`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db.models import Q
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.kit.setwise import fetch
from mikomi.hub.people import companies as firms
from mikomi.hub.people.dated import SUBJECT, origin, versions_of, write_history, write_values
from mikomi.hub.people.models import (
    Attachment,
    Batch,
    Change,
    Company,
    CompanyAlias,
    CompanyMerge,
    CompanyPair,
    Lead,
    Note,
    Scope,
)

SOURCE = "会社の統合"
"""The source of values that a merge of companies wrote."""

NOT_THERE = Words(
    "統合できません。この会社は、もう無いか、別の会社に統合されています。一覧を開き直してください。",
    "They cannot be merged: one of them is gone, or was merged into another company. Open the list again.",
)
SAME = Words("同じ会社どうしは統合できません。", "A company cannot be merged with itself.")


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: its number, and the leads that came to the company that stays (Int32)."""

    number: int
    leads: pl.Series


def merge(kept: int, gone: int, take: Collection[str] | None = None, *, by_id: int | None = None) -> Merged:
    """Makes company `gone` a part of company `kept`.

    `take`: the fields whose value comes from `gone` (None: those that `kept` has none of). A field that
    `kept` knows nothing of gets all that was known of it and since when; of another one, the new value
    holds from today. One transaction. Raises `MikomiError` where one of them is out, or both are one.
    """
    if kept == gone:
        raise MikomiError(SAME)
    with changing() as number:
        there = Company.objects.select_for_update().filter(pk__in=[kept, gone], merged_into=None)
        found = {company.pk: company for company in there.order_by("pk")}
        if len(found) < 2:
            raise MikomiError(NOT_THERE)
        one, other = found[kept], found[gone]
        now = timezone.now()
        moved = leads_of(gone)
        batch = Batch.objects.create(
            kind=Batch.Kind.MERGE, label=f"{other.name} → {one.name}", leads=len(moved), by_id=by_id, at=now
        )
        last = Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        before: dict[str, Any] = {
            "leads": moved.to_list(),
            "followers": list(Company.objects.filter(merged_into=gone).values_list("pk", flat=True)),
            "aliases": list(CompanyAlias.objects.filter(company=gone).values_list("key", flat=True)),
            "numbers": [_numbers(kept), _numbers(gone)],
            "notes": _moved(Note, gone, kept),
            "files": _moved(Attachment, gone, kept),
            "last_change": last,
        }
        _write_values(one, other, take, batch.pk, by_id)
        CompanyAlias.objects.filter(company=gone).update(company=kept)
        Company.objects.filter(Q(pk=gone) | Q(pk__in=before["followers"])).update(merged_into=kept)
        Lead.objects.filter(company=gone).update(company=kept)
        CompanyPair.objects.filter(Q(low=gone) | Q(high=gone), verdict="").delete()
        mark_changed(leads_of(kept), number, activity=False)
        made = CompanyMerge.objects.create(batch=batch.pk, kept=kept, gone=gone, before=before, at=now)
    return Merged(made.pk, moved)


def filled(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """The fields that `other` knows and `one` does not: what a merge takes where nobody chose."""
    return sorted(field for field, value in other.items() if value and not one.get(field))


def leads_of(company: int) -> pl.Series:
    """The leads of a company, those that are out included (Int32, sorted)."""
    rows = fetch("select id from people_lead where company_id = %s", {"lead": pl.Int32}, [company])
    return rows["lead"].sort()


def _write_values(
    one: Company, other: Company, take: Collection[str] | None, batch: int, by_id: int | None
) -> None:
    wanted = filled(one.attributes, other.attributes) if take is None else take
    values = {f: v for f, v in sorted(other.attributes.items()) if f in wanted and v}
    told = origin(SOURCE, batch_id=batch, by_id=by_id)
    new = [f for f in values if not one.attributes.get(f)]
    if new:
        history = versions_of(Scope.COMPANY, pl.Series(SUBJECT, [other.pk], pl.Int32), new)
        write_history(Scope.COMPANY, history.with_columns(pl.lit(one.pk, pl.Int32).alias(SUBJECT)), told)
    # Where the company that stays had taken its value away, only a value of today replaces that.
    frame = pl.DataFrame(
        {SUBJECT: [one.pk]} | {f: [v] for f, v in values.items()}, schema_overrides={SUBJECT: pl.Int32}
    )
    write_values(Scope.COMPANY, frame, list(values), told)
    if firms.NUMBER in values:
        firms.note_numbers(frame[SUBJECT], told)


def _numbers(company: int) -> list[list[Any]]:
    """The rows by which a company is found by its 法人番号."""
    rows = CompanyAlias.objects.filter(company=company, key__startswith=firms.BY_NUMBER).order_by("key")
    return [[row.key, row.import_id, row.added_at.isoformat()] for row in rows]


def _moved(model: type[Note] | type[Attachment], gone: int, kept: int) -> list[int]:
    rows = model.objects.filter(scope=Scope.COMPANY, subject=gone)
    numbers = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.update(subject=kept)
    return numbers
