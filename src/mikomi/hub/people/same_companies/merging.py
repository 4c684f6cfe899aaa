"""Making two companies one: the part of it that is people's. `site.actions.merge_companies` puts all
together.

The company that goes keeps its name and its exclusions, too, which hold for the one that stays
(`people.same.merging`); `parting` is the way back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import polars as pl

from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.kit.setwise import fetch, on_postgres
from mikomi.hub.people import companies as firms
from mikomi.hub.people.dated import SUBJECT, origin, versions_of, write_history, write_values
from mikomi.hub.people.models import Company, CompanyAlias, CompanyMerge, Lead, Scope
from mikomi.hub.people.same.merging import begin_batch, put_together, take_two
from mikomi.hub.people.same_companies.companies import COMPANIES
from mikomi.hub.people.value_sources import COMPANY_MERGE


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
    with changing() as number:
        one, other = take_two(COMPANIES, kept, gone)
        moved = leads_of(gone)
        batch = begin_batch(one.name, other.name, len(moved), by_id)
        before = put_together(COMPANIES, kept, gone) | {
            "leads": dict(names_of(gone).iter_rows()),
            "aliases": list(CompanyAlias.objects.filter(company=gone).values_list("key", flat=True)),
            "numbers": [_numbers(kept), _numbers(gone)],
        }
        _write_values(one, other, take, batch.pk, by_id)
        CompanyAlias.objects.filter(company=gone).update(company=kept)
        Lead.objects.filter(company=gone).update(company=kept)
        mark_changed(leads_of(kept), number, activity=False)
        made = CompanyMerge.objects.create(batch=batch.pk, kept=kept, gone=gone, before=before, at=batch.at)
    return Merged(made.pk, moved)


def leads_of(company: int) -> pl.Series:
    """The leads of a company, those that are out included (Int32, sorted)."""
    rows = fetch("select id from people_lead where company_id = %s", {"lead": pl.Int32}, [company])
    return rows["lead"].sort()


def names_of(company: int) -> pl.DataFrame:
    """How the leads of a company, those that are out included, call it: `lead`, `company`."""
    name = "attributes ->> 'company'" if on_postgres() else "attributes ->> '$.company'"
    return fetch(
        f"select id, coalesce({name}, '') from people_lead where company_id = %s order by id",
        {"lead": pl.Int32, "company": pl.String},
        [company],
    )


def _write_values(
    one: Company, other: Company, take: Collection[str] | None, batch: int, by_id: int | None
) -> None:
    wanted = COMPANIES.filled(one.attributes, other.attributes) if take is None else take
    values = {f: v for f, v in sorted(other.attributes.items()) if f in wanted and v}
    told = origin(COMPANY_MERGE, batch_id=batch, by_id=by_id)
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
