"""What lists show of a person, from the attributes known of them."""

from __future__ import annotations

import polars as pl

from mikomi.hub.site.rows.schema import PEOPLE_COLUMNS


def people_rows(leads: pl.DataFrame) -> pl.DataFrame:
    """`lead_id` and `schema.PEOPLE_COLUMNS` of an attribute frame (`number`, `lead`, `company_id`,
    attributes as text). A name in parts is put together; what is unknown is empty."""
    ready = leads.select(
        pl.col("number").cast(pl.Int64).alias("lead_id"),
        pl.col("lead").alias("key"),
        _whole(leads, "name", "family_name", "given_name").alias("name"),
        _whole(leads, "name_kana", "family_name_kana", "given_name_kana").alias("kana"),
        pl.col("company_id").cast(pl.Int64),
        *(_text(leads, name).alias(name) for name in ("email", "company", "title", "department")),
        *(_text(leads, name).alias(name) for name in ("industry", "owner")),
    )
    # Without kana a name sorts and is found as it is written.
    kana = pl.when(pl.col("kana") == "").then(pl.col("name")).otherwise(pl.col("kana"))
    return ready.with_columns(kana.alias("kana")).select("lead_id", *PEOPLE_COLUMNS)


def _text(leads: pl.DataFrame, name: str) -> pl.Expr:
    if name not in leads.columns:
        return pl.lit("")
    return pl.col(name).fill_null("").str.replace_all(r"\s+", " ").str.strip_chars()


def _whole(leads: pl.DataFrame, whole: str, first: str, second: str) -> pl.Expr:
    said = _text(leads, whole)
    parts = pl.concat_str(_text(leads, first), _text(leads, second), separator=" ").str.strip_chars()
    return pl.when(said != "").then(said).otherwise(parts)
