"""Since when each row of a file has a ground for mail, where a column says so. No day is guessed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
from django.utils import timezone

from mikomi.core.tabular.table import Chunk
from mikomi.core.tabular.times import parse_dates
from mikomi.core.words import MikomiError, Words
from mikomi.hub.people.importing.checking import PROBLEMS, SHOWN_VALUE
from mikomi.hub.people.importing.options import GivenBasis
from mikomi.hub.people.importing.sheets import zone

UNREADABLE = Words(
    "日付として読めません。この人の配信の根拠は記録しません",
    "it cannot be read as a date; no ground for mail is recorded for this person",
)
AHEAD = Words(
    "先の日付です。この人の配信の根拠は記録しません",
    "it is a day to come; no ground for mail is recorded for this person",
)
MISSING = Words(
    "日付がありません。この人の配信の根拠は記録しません",
    "there is no date; no ground for mail is recorded for this person",
)


def check_basis_column(path: Path, basis: GivenBasis, names: Sequence[str]) -> None:
    """Raises `MikomiError` where the file has no such column."""
    if basis.column not in names:
        shown = ", ".join(names[:12])
        raise MikomiError(
            Words(
                f"{path.name}: 根拠の日の列「{basis.column}」がありません（いまの列: {shown}）",
                f"{path.name}: there is no column '{basis.column}' with the days of the ground"
                f" (there are: {shown})",
            )
        )


def basis_days(chunk: Chunk, column: str) -> tuple[pl.Series, pl.DataFrame]:
    """The local day of each row (Date, null where there is none that counts), and what is wrong with the
    others (`checking.PROBLEMS`)."""
    none = pl.Series([None], dtype=pl.String).new_from_index(0, chunk.frame.height)
    texts = chunk.frame[column] if column in chunk.frame.columns else none
    filled = (texts.str.strip_chars() != "").fill_null(False)
    days, known = parse_dates(texts, zone())
    ahead = known & (days > timezone.localdate()).fill_null(False)
    good = filled & known & ~ahead & days.is_not_null()
    odd = [
        pl.DataFrame({"line": chunk.lines, "value": texts.fill_null(""), "bad": bad})
        .filter("bad")
        .select(
            pl.col("line").cast(pl.Int64),
            pl.lit(column).alias("header"),
            pl.lit("basis").alias("field"),
            pl.col("value").str.slice(0, SHOWN_VALUE),
            pl.lit(why.ja).alias("ja"),
            pl.lit(why.en).alias("en"),
            pl.lit("left_out").alias("what"),
        )
        for bad, why in ((~filled, MISSING), (filled & ahead, AHEAD), (filled & ~known, UNREADABLE))
    ]
    days = pl.select(pl.when(good).then(days)).to_series()
    return days, pl.concat([pl.DataFrame(schema=PROBLEMS), *odd])
