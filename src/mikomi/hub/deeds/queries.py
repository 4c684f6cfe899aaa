"""Reading what we did."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from mikomi.hub.deeds.models import Deed
from mikomi.hub.deeds.types import DeedView
from mikomi.hub.kit.setwise import fetch, listed


def of_lead(lead: int, limit: int = 200) -> list[DeedView]:
    """What we did to a lead, the latest first; what was taken back is left out."""
    rows = Deed.objects.filter(lead=lead, taken_back_at=None).select_related("by").order_by("-at", "-pk")
    return [
        DeedView(row.pk, row.lead, row.kind, row.at, str(row.by or ""), row.detail) for row in rows[:limit]
    ]


def last_contact(leads: Collection[int]) -> pl.DataFrame:
    """The latest deed to each of `leads` (numbers), those without one left out: `lead` (Int32), `at` (UTC),
    `kind`, `by` (the name, "" without)."""
    schema = {"lead": pl.Int32, "number": pl.Int64}
    with listed(pl.Series(list(leads), dtype=pl.Int32), "asked", "lead") as (beginning, given):
        last = fetch(
            f"{beginning}select a.lead, (select d.id from deeds_deed d where d.lead = a.lead"
            " and d.taken_back_at is null order by d.at desc, d.id desc limit 1) from asked a",
            schema,
            given,
        ).drop_nulls()
    found = Deed.objects.filter(pk__in=last["number"].to_list()).select_related("by").order_by("lead")
    rows = [(row.lead, row.at, row.kind, str(row.by or "")) for row in found]
    return pl.DataFrame(
        rows,
        schema={"lead": pl.Int32, "at": pl.Datetime("us", "UTC"), "kind": pl.String, "by": pl.String},
        orient="row",
    )


def reached(leads: Collection[int] | None = None) -> set[int]:
    """The leads (all, or those of `leads`) whom we talked with or wrote to."""
    rows = Deed.objects.filter(kind__in=("call", "mail"), taken_back_at=None)
    if leads is None:
        return set(rows.values_list("lead", flat=True).distinct())
    with listed(pl.Series(list(leads), dtype=pl.Int32), "asked", "lead") as (beginning, given):
        found = fetch(
            f"{beginning}select a.lead from asked a where exists (select 1 from deeds_deed d"
            " where d.lead = a.lead and d.kind in ('call', 'mail') and d.taken_back_at is null)",
            {"lead": pl.Int32},
            given,
        )
    return set(found["lead"].to_list())
