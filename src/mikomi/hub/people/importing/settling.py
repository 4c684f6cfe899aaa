"""Whose rows they are: the rows of a file against the leads that are there, the moment they are stored.

A row with a key belongs to the lead of that key. A row that only has a mail address belongs to the one
lead with that address, else to a lead of its own whose key is the address. A lead that was merged stands
for the one it was merged into; one in the trash takes nothing in until it is restored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from mikomi.core.tabular.rejects import REJECTED_SCHEMA, ROW_TEXT_LIMIT
from mikomi.core.tabular.words import SAME_LEAD
from mikomi.core.words import Words
from mikomi.hub.kit.setwise import fetch, staged
from mikomi.hub.people.importing.checking import LINE
from mikomi.hub.people.importing.expected import as_expected
from mikomi.hub.people.importing.lead_files import BY_MAIL

LONGEST_CHAIN = 8
"""So often a merge may have gone on to another lead."""

IN_TRASH = Words(
    "このリードはゴミ箱にあります。戻してから取り込んでください",
    "this lead is in the trash; restore it, then import the row",
)
SEVERAL = Words(
    "このメールアドレスのリードが2人以上いて、どのリードかわかりません。"
    "リードのキーの列を加えるか、重複を統合してください",
    "more than one lead has this mail address; add a column with the lead's key, or merge them",
)


@dataclass(frozen=True, slots=True)
class Settled:
    """`rows`: with `lead` the key under which they are stored. `known`: `lead`, `number` of those that
    are there. `rejected`: rows that cannot be (`REJECTED_SCHEMA`)."""

    rows: pl.DataFrame
    known: pl.DataFrame
    rejected: pl.DataFrame


def settle(
    rows: pl.DataFrame, file: str, headers: Mapping[str, str], expected: pl.DataFrame | None = None
) -> Settled:
    """Finds the leads of `rows` (`lead`, `#by_mail`, `#line`, fields). `headers`: field -> header of the
    file. `expected` (as `expected.expected_at` gives it): who applied to the seminar whose list it is; they
    are known by name and company, too. In a transaction."""
    found = _found(rows)
    if expected is not None:
        before = rows["lead"]
        keys = as_expected(rows, ~before.is_in(found["lead"].implode()), expected)
        rows = rows.with_columns(keys, (pl.col(BY_MAIL) & (keys == before)).alias(BY_MAIL))
        found = _found(rows)
    told = rows.select("lead").join(found, on="lead", how="left", maintain_order="left")
    verdicts = ((told["several"].fill_null(False), SEVERAL), (told["out"].fill_null(False), IN_TRASH))
    good = ~pl.Series([False]).new_from_index(0, rows.height)
    rejected = []
    for bad, reason in verdicts:
        if bad.any():
            rejected.append(_rejects(rows.filter(bad & good), file, reason, headers))
            good &= ~bad
    keys = pl.select(pl.coalesce(told["key"], rows["lead"])).to_series().alias("lead")
    rows = rows.with_columns(keys)
    if keys.is_duplicated().any():
        # Two rows of the file may turn out to be one lead: the address and the key, two merged ones.
        again = (
            good
            & ~keys.to_frame("k")
            .with_columns(g=good)
            .select((pl.int_range(pl.len()).over("k", "g") == 0) | ~pl.col("g"))
            .to_series()
        )
        if again.any():
            rejected.append(_rejects(rows.filter(again), file, SAME_LEAD, headers))
            good &= ~again
    known = pl.DataFrame({"lead": keys, "number": told["number"]}).filter(good).drop_nulls("number")
    return Settled(
        rows=rows if good.all() else rows.filter(good),
        known=known,
        rejected=pl.concat([pl.DataFrame(schema=REJECTED_SCHEMA), *rejected]),
    )


def _found(rows: pl.DataFrame) -> pl.DataFrame:
    """`lead` (as in the file) -> `key`, `number` of its lead, `several`, `out` where it cannot be used."""
    schema = {
        "lead": pl.String,
        "number": pl.Int32,
        "key": pl.String,
        "trashed": pl.Boolean,
        "merged": pl.Int32,
    }
    told = "l.id, l.key, l.trashed_at is not null, l.merged_into"
    with staged(rows.select(pl.col("lead").alias("key")), "named"):
        by_key = fetch(f"select n.key, {told} from named n join people_lead l on l.key = n.key", schema)
    mails = rows.filter(BY_MAIL).select("lead").join(by_key, on="lead", how="anti")
    found = by_key.with_columns(pl.lit(False).alias("several"))
    if mails.height:
        with staged(mails.select(pl.col("lead").alias("mail")), "mailed"):
            by_mail = fetch(
                f"select m.mail, {told} from mailed m join people_lead l on l.email = m.mail", schema
            )
        by_mail = _followed(by_mail).unique(["lead", "number"])
        # Who is out does not stand in the way of the one who is not.
        there = by_mail.filter(~pl.col("trashed"))
        gone = by_mail.join(there, on="lead", how="anti")
        one = pl.concat([there, gone]).with_columns((pl.len().over("lead") > 1).alias("several"))
        found = pl.concat([found, one.unique("lead", keep="first", maintain_order=True)])
    return _followed(found).select("lead", "key", "number", "several", pl.col("trashed").alias("out"))


def _followed(found: pl.DataFrame) -> pl.DataFrame:
    """Merged leads replaced by those they were merged into."""
    for _ in range(LONGEST_CHAIN):
        if found["merged"].null_count() == found.height:
            break
        with staged(found.select("merged").drop_nulls().unique(), "merging"):
            kept = fetch(
                "select g.merged, l.id, l.key, l.trashed_at is not null, l.merged_into"
                " from merging g join people_lead l on l.id = g.merged",
                {"merged": pl.Int32, "n": pl.Int32, "k": pl.String, "t": pl.Boolean, "m": pl.Int32},
            )
        joined = found.join(kept, on="merged", how="left", maintain_order="left")
        moved = pl.col("n").is_not_null()
        found = joined.with_columns(
            pl.when(moved).then("n").otherwise("number").alias("number"),
            pl.when(moved).then("k").otherwise("key").alias("key"),
            pl.when(moved).then("t").otherwise("trashed").alias("trashed"),
            pl.col("m").alias("merged"),
        ).drop("n", "k", "t", "m")
    return found


def _rejects(rows: pl.DataFrame, file: str, reason: Words, headers: Mapping[str, str]) -> pl.DataFrame:
    """Rows as they were read, header by header: their file is not at hand any more."""
    plain = rows.select(
        pl.col(field).cast(pl.String).alias(header)
        for field, header in headers.items()
        if field in rows.columns
    )
    texts = plain.select(pl.struct(pl.all()).struct.json_encode().alias("row"))["row"]
    return pl.DataFrame(
        {
            "file": pl.Series([file]).new_from_index(0, rows.height),
            "line": rows[LINE].cast(pl.Int64),
            "reason_ja": pl.Series([reason.ja]).new_from_index(0, rows.height),
            "reason_en": pl.Series([reason.en]).new_from_index(0, rows.height),
            "row": texts.str.slice(0, ROW_TEXT_LIMIT),
        },
        schema=REJECTED_SCHEMA,
    )


def highest(table: str) -> int:
    """The highest number in use; what is made later has a higher one. In a transaction that writes facts."""
    return fetch(f"select coalesce(max(id), 0) from {table}", {"n": pl.Int64}).item()
