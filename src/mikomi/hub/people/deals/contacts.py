"""Who is named in a list of deals: several people in a cell, or a row for each of them."""

from __future__ import annotations

import polars as pl

from mikomi.core.values.deal_stages import flags_of
from mikomi.core.values.links import read_mails

MOST_OTHERS = 50
"""So many people besides the first are kept of a deal."""
LONGEST = 200
_BETWEEN = "[;；、\n]"
_BETWEEN_MAILS = r"[;；、,，\s]+"
_MAIL_BEHIND = r"[(（<＜]\s*([^()（）<>＜＞\s]+@[^()（）<>＜＞\s]+)\s*[)）>＞]"
_CUT = "\x1f"
_KEPT_MAIL = r"<([^<>]+)>$"


def people_in(cells: pl.DataFrame) -> pl.DataFrame:
    """`row` (its place), `pos`, `name` and `mail` ("" unknown) of the people in the cells `contact` and
    `email` of each row, in their order. Names and addresses belong together where there are as many of them,
    or one of either; an address may stand behind its name, in brackets."""
    numbered = cells.select("contact", "email").with_row_index("row")
    names = _split(numbered.select("row", text="contact"), _BETWEEN)
    names = names.select(
        "row",
        name=pl.col("text").str.replace_all(_MAIL_BEHIND, "").str.strip_chars().str.slice(0, LONGEST),
        behind=read_mails(names["text"].str.extract(_MAIL_BEHIND)).fill_null(""),
    )
    mails = _split(numbered.select("row", text="email"), _BETWEEN_MAILS)
    mails = mails.select("row", mail=read_mails(mails["text"])).drop_nulls("mail").unique(maintain_order=True)
    counts = names.group_by("row").len("names").join(mails.group_by("row").len("mails"), on="row")
    apart = counts.filter(
        (pl.col("names") != pl.col("mails")) & (pl.min_horizontal("names", "mails") > 1)
    ).select("row", after="mails")
    names = names.join(apart, on="row", how="left", maintain_order="left").with_columns(
        _pos() + pl.col("after").fill_null(0)
    )
    told = names.drop("after").join(mails.with_columns(_pos()), on=["row", "pos"], how="full", coalesce=True)
    mail = pl.coalesce(pl.col("mail"), pl.col("behind").replace("", None)).fill_null("")
    return (
        told.select("row", "pos", pl.col("name").fill_null(""), mail.alias("mail"))
        .filter((pl.col("name") != "") | (pl.col("mail") != ""))
        .sort("row", "pos")
    )


def people_of_deals(rows: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """`sfa`, `key`, and of each deal `lead`, `email` and `contact` of the person it counts for (whose row is
    ticked as the main one, else the first that is named), and `others`, a line each.

    `rows`: `row`, `sfa`, `key`, `lead`, `is_primary`; `people`: as `people_in` gives them.
    """
    main = flags_of(rows["is_primary"]).fill_null(False).alias("main")
    told = rows.select("row", "sfa", "key", "lead").with_columns(main)
    told = told.join(people, on="row", how="left", maintain_order="left").with_columns(
        pl.col("pos").fill_null(0), pl.col("name").fill_null(""), pl.col("mail").fill_null("")
    )
    told = told.with_columns(pl.when(pl.col("pos") == 0).then("lead").otherwise(pl.lit("")).alias("lead"))
    told = told.filter(pl.any_horizontal(pl.col(name) != "" for name in ("lead", "name", "mail")))
    told = told.sort("main", "row", "pos", descending=[True, False, False])
    who = pl.coalesce(*(pl.col(name).replace("", None) for name in ("mail", "lead", "name")))
    told = told.with_columns(who.alias("who"))
    told = told.unique(["sfa", "key", "who"], keep="first", maintain_order=True)
    line = pl.when(pl.col("mail") == "").then("name").otherwise(pl.format("{} <{}>", "name", "mail"))
    return told.group_by("sfa", "key", maintain_order=True).agg(
        pl.col("lead").first(),
        pl.col("mail").first().alias("email"),
        pl.col("name").first().alias("contact"),
        line.filter(pl.col("name") + pl.col("mail") != "").slice(1, MOST_OTHERS).str.strip_chars()
        .str.join("\n").alias("others"),
    )  # fmt: skip


def mails_among(others: pl.Series) -> pl.DataFrame:
    """`place` of a text of others and each `mail` that stands in it."""
    lines = others.str.split("\n").alias("line").to_frame().with_row_index("place").explode("line")
    return lines.select("place", mail=pl.col("line").str.extract(_KEPT_MAIL)).drop_nulls("mail")


def names_among(others: str) -> tuple[str, ...]:
    """How pages call the people of a text of others: by name, else by address."""
    told = [(line, line.partition("<")[0].strip()) for line in others.split("\n") if line]
    return tuple(name or line.strip("<>") for line, name in told)


def _split(cells: pl.DataFrame, between: str) -> pl.DataFrame:
    """`row` and `text`: the parts of each cell that hold something, in their order."""
    text = pl.col("text").str.replace_all(between, _CUT).str.split(_CUT)
    parts = cells.select("row", text).explode("text").with_columns(pl.col("text").str.strip_chars())
    return parts.filter(pl.col("text") != "")


def _pos() -> pl.Expr:
    return pl.int_range(pl.len(), dtype=pl.Int64).over("row").alias("pos")
