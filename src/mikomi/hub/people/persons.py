"""Which numbers a person has had, and since when it is there."""

from __future__ import annotations

import polars as pl
from django.db import transaction

from mikomi.hub.kit.days import local_days
from mikomi.hub.kit.setwise import fetch, on_postgres, staged

_EPOCH_OF = "cast(strftime('%%s', {}) as integer)"


def identities(numbers: pl.Series) -> pl.DataFrame:
    """All numbers of the persons that these leads (numbers, some perhaps merged or in the trash since) are:
    `lead`, which stands now, and each `number` that was made one with it, its own among them. Those in
    the trash are left out. In a transaction."""
    with staged(numbers.drop_nulls().unique().alias("lead").to_frame(), "asked"):
        stands = fetch(
            "select distinct s.id from asked a cross join people_lead l cross join people_lead s"
            " where l.id = a.lead and s.id = coalesce(l.merged_into, l.id) and s.trashed_at is null",
            {"lead": pl.Int32},
        )
    with staged(stands, "stands"):
        merged = fetch(
            "select s.lead, l.id from stands s cross join people_lead l where l.merged_into = s.lead",
            {"lead": pl.Int32, "number": pl.Int32},
        )
    return pl.concat([stands.select("lead", pl.col("lead").alias("number")), merged])


def first_days(numbers: pl.Series) -> pl.DataFrame:
    """Since when leads are there: `lead` and `began` (local day since 1970: as their source says, else
    when they came here)."""
    began = "coalesce(l.created_at, l.added_at)"
    at = f"floor(extract(epoch from {began}))::bigint" if on_postgres() else _EPOCH_OF.format(began)
    with transaction.atomic(), staged(numbers.unique().alias("lead").to_frame(), "asked"):
        rows = fetch(
            f"select l.id, {at} from asked a join people_lead l on l.id = a.lead",
            {"lead": pl.Int32, "began": pl.Int64},
        )
    return rows.with_columns(local_days(pl.col("began") * 1_000_000).alias("began"))


def all_first_days() -> pl.DataFrame:
    """As `first_days`, of everybody who stands: neither merged nor in the trash."""
    began = "coalesce(l.created_at, l.added_at)"
    at = f"floor(extract(epoch from {began}))::bigint" if on_postgres() else _EPOCH_OF.format(began)
    rows = fetch(
        f"select l.id, {at} from people_lead l where l.merged_into is null and l.trashed_at is null",
        {"lead": pl.Int32, "began": pl.Int64},
        [],
    )
    return rows.with_columns(local_days(pl.col("began") * 1_000_000).alias("began"))
