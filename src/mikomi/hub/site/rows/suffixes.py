"""Where a search may start: every place in names, the starts of words in addresses.

A search for some text is a range of the suffix table that begins with it, so it reads as many rows
as it finds. Texts are folded (NFKC, case), hiragana read as katakana, spaces left out. Only the
first 12 characters are kept; a longer search is compared with the whole text afterwards.
"""

from __future__ import annotations

import re

import polars as pl
from django.db import connection

from mikomi.core.conditions.text import fold_text, folded
from mikomi.hub.kit.setwise import fetch, staged
from mikomi.hub.site.rows.store import Numbers, member_of, number_param

LENGTH = 12
LONGEST = 60
"""Characters of a text that are searched in."""

_HIRAGANA = {chr(code): chr(code + 0x60) for code in range(0x3041, 0x3097)}
_SPACE = re.compile(r"\s+")


def search_term(text: str) -> str:
    """One word of a search as it is looked up."""
    return _SPACE.sub("", fold_text(text).translate(str.maketrans(_HIRAGANA)))


def searched(column: pl.Expr) -> pl.Expr:
    """Texts as the search compares them."""
    return folded(column).str.replace_many(_HIRAGANA).str.replace_all(r"\s+", "").str.slice(0, LONGEST)


def put_leads(people: pl.DataFrame) -> None:
    """Makes the leads of `people` (lead_id, name, kana, email, company) found by what they are called."""
    fields = ("name", "kana", "company", "email")
    found = people.select("lead_id", *(searched(pl.col(name)).alias(name) for name in fields))
    texts = found.select("lead_id", text=pl.concat_str(fields, separator="\n"))
    numbers = people["lead_id"].to_numpy()
    old = fetch(
        f"select lead_id, text from site_lead_text where {member_of('lead_id')}",
        {"lead_id": pl.Int64, "text": pl.String},
        [number_param(numbers)],
    )
    moved = texts.join(old, on=["lead_id", "text"], how="anti")
    if not moved.height:
        return
    gone = old.join(moved, on="lead_id", how="semi")
    _forget(gone)
    fresh = lead_suffixes(found.join(moved, on="lead_id", how="semi"))
    with staged(fresh.sort("suffix", "lead_id"), "suffixes_in"), connection.cursor() as cursor:
        cursor.execute(
            "insert into site_lead_suffix (suffix, lead_id) select suffix, lead_id from suffixes_in"
        )
    with staged(moved, "texts_in"), connection.cursor() as cursor:
        cursor.execute("insert into site_lead_text (lead_id, text) select lead_id, text from texts_in")


def put_companies(people: pl.DataFrame) -> None:
    """Makes the companies of `people` (company_id, company) found by their present names."""
    named = (
        people.lazy()
        .select("company_id", text=searched(pl.col("company")))
        .filter(pl.col("company_id").is_not_null() & (pl.col("text") != ""))
        .unique()
        .collect()
    )
    fresh = _every_place(named, "company_id").sort("suffix", "company_id")
    with staged(fresh, "suffixes_in"), connection.cursor() as cursor:
        cursor.execute(
            "insert into site_company_suffix (suffix, company_id)"
            " select suffix, company_id from suffixes_in where true on conflict do nothing"
        )


def forget_leads(lead_ids: Numbers) -> None:
    """Takes leads out of the search."""
    old = fetch(
        f"select lead_id, text from site_lead_text where {member_of('lead_id')}",
        {"lead_id": pl.Int64, "text": pl.String},
        [number_param(lead_ids)],
    )
    _forget(old)


def lead_suffixes(found: pl.DataFrame) -> pl.DataFrame:
    """The rows of the suffix table (suffix, lead_id) for searched texts of leads, no pair twice."""
    # An address is met from each of its words on: `kitahama` finds miyake@kitahama.example.
    mail = _word_starts(found.select("lead_id", text="email"))
    parts = [_every_place(found.select("lead_id", text=name), "lead_id") for name in ("name", "kana")]
    return pl.concat([*parts, mail]).unique()


def _every_place(texts: pl.DataFrame, number: str) -> pl.DataFrame:
    longest = int(texts["text"].str.len_chars().max() or 0)  # type: ignore[arg-type]
    places = [
        texts.select(pl.col("text").str.slice(at, LENGTH).alias("suffix"), number) for at in range(longest)
    ]
    empty = pl.DataFrame(schema={"suffix": pl.String, number: pl.Int64})
    return pl.concat([empty, *places]).filter(pl.col("suffix") != "").unique()


def _word_starts(texts: pl.DataFrame) -> pl.DataFrame:
    longest = int(texts["text"].str.len_chars().max() or 0)  # type: ignore[arg-type]
    begins = {at: pl.col("text").str.slice(at - 1, 1).str.contains(r"^[@._+\-]$") for at in range(1, longest)}
    places = [
        (texts.filter(begins[at]) if at else texts).select(
            pl.col("text").str.slice(at, LENGTH).alias("suffix"), "lead_id"
        )
        for at in range(longest)
    ]
    empty = pl.DataFrame(schema={"suffix": pl.String, "lead_id": pl.Int64})
    return pl.concat([empty, *places]).filter(pl.col("suffix") != "")


def _forget(old: pl.DataFrame) -> None:
    if not old.height:
        return
    parts = old.select("lead_id", pl.col("text").str.split("\n").alias("parts"))
    fields = ("name", "kana", "company", "email")
    found = parts.select("lead_id", *(pl.col("parts").list.get(i).alias(n) for i, n in enumerate(fields)))
    with staged(lead_suffixes(found), "suffixes_out"), connection.cursor() as cursor:
        cursor.execute(
            "delete from site_lead_suffix where (suffix, lead_id) in"
            " (select suffix, lead_id from suffixes_out)"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            f"delete from site_lead_text where {member_of('lead_id')}",
            [number_param(old["lead_id"].to_numpy())],
        )
