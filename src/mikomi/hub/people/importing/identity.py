"""Who a row is about where it has neither a key nor a mail address: lists of cards, seminars, Excel.

The name with a phone number, else with a company, makes a key of its own, so that the same file read
twice changes nothing. Whether that is a lead who is there already under a mail address is never
decided here, on a name: duplicates are proposed.
"""

from __future__ import annotations

import polars as pl

from mikomi.core.names.people import person_parts
from mikomi.core.names.phones import read_phones
from mikomi.hub.people.companies import key_of

PHONES = ("mobile", "direct_phone", "phone")
"""Which number tells people apart, best first: the others are a company's as often as not."""


def can_name(fields: frozenset[str]) -> bool:
    """Whether a file with these fields can tell people apart by name."""
    named = "name" in fields or {"family_name", "given_name"} <= fields
    return named and bool(fields & {*PHONES, "company"})


def named_keys(rows: pl.DataFrame) -> pl.Series:
    """A key of name and phone number, else of name and company, for each of `rows`; null without."""
    if not can_name(frozenset(rows.columns)):
        return pl.Series("key", [None], dtype=pl.String).new_from_index(0, rows.height)
    told = pl.DataFrame({"name": person_parts(names_of(rows))["key"]})
    phones = [read_phones(rows[field])["e164"].alias(field) for field in PHONES if field in rows.columns]
    company = [key_of(rows["company"]).alias("company")] if "company" in rows.columns else []
    told = told.with_columns(phones + company)
    second = pl.coalesce(*(field.name for field in phones + company))
    # Joined with a null, all is null: a name alone is nobody.
    return told.select(pl.concat_str("name", second, separator=" ").alias("key"))["key"]


def names_of(rows: pl.DataFrame) -> pl.Series:
    """The full name of each row, or null."""
    parts = [f for f in ("family_name", "given_name") if f in rows.columns]
    put_together = pl.concat_str(*parts, separator=" ") if len(parts) == 2 else pl.lit(None, pl.String)
    whole = pl.col("name") if "name" in rows.columns else pl.lit(None, pl.String)
    return rows.select(pl.coalesce(whole, put_together).alias("name"))["name"]
