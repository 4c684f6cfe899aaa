"""On what ground, and since when, each row of a file may get mail, where columns say so. None is guessed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
from django.utils import timezone

from mikomi.core.tabular.grounds import NO_GROUND, read_grounds
from mikomi.core.tabular.table import Chunk
from mikomi.core.tabular.times import parse_dates
from mikomi.core.words import MikomiError, Words
from mikomi.hub.people.importing.checking import PROBLEMS, SHOWN_VALUE
from mikomi.hub.people.importing.options import EACH, GivenBasis
from mikomi.hub.people.importing.sheets import zone

BASIS_KIND = "#basis_kind"
BASIS_DAY = "#basis_day"
BASIS = "#basis"
"""Columns of the rows: the kind of ground and since when it is there; null where there is none. `BASIS` is
what both are called in problems and in the preview."""

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
NO_KIND = Words(
    "根拠の種類がありません。「同意」「名刺」「取引」「公表」「なし」のどれかを書いてください",
    "it does not say which ground there is; write 'consent', 'card', 'deal', 'published' or 'none'",
)
OTHER_KIND = Words(
    "どの根拠か読めません。「同意」「名刺」「取引」「公表」「なし」のどれかに直してください",
    "which ground it is cannot be told; write 'consent', 'card', 'deal', 'published' or 'none'",
)
NO_WORDING = Words(
    "同意を求めた文が書かれていないため、この人の配信の根拠は記録しません",
    "what people were asked to agree to is not given; no ground for mail is recorded for this person",
)
NO_URL = Words(
    "公表しているページのURLが書かれていないため、この人の配信の根拠は記録しません",
    "the page that publishes it is not given; no ground for mail is recorded for this person",
)


def check_basis_columns(path: Path, basis: GivenBasis, names: Sequence[str]) -> None:
    """Raises `MikomiError` where the file has no such columns."""
    wanted = ((basis.column, "根拠の日", "with the days"), (basis.kind_column, "根拠の種類", "with the kind"))
    for column, ja, en in wanted:
        if column and column not in names:
            shown = ", ".join(names[:12])
            raise MikomiError(
                Words(
                    f"{path.name}: {ja}の列「{column}」がありません（いまの列: {shown}）",
                    f"{path.name}: there is no column '{column}' {en} of the ground (there are: {shown})",
                )
            )


def row_grounds(chunk: Chunk, basis: GivenBasis, asked: pl.Series) -> tuple[list[pl.Series], pl.DataFrame]:
    """`BASIS_DAY` and, where a column says it, `BASIS_KIND` of each row, both null where there is no ground
    that counts; and what is wrong with those of the others that are `asked`, as they have an address
    (`checking.PROBLEMS`)."""
    height = chunk.frame.height
    problems: list[pl.DataFrame] = []
    kinds = pl.Series([basis.kind], dtype=pl.String).new_from_index(0, height)
    if basis.kind == EACH:
        texts = _texts(chunk, basis.kind_column)
        kinds = read_grounds(texts)
        filled = (texts.str.strip_chars() != "").fill_null(False)
        lacks_wording = (kinds == "consent").fill_null(False) & (not basis.wording)
        lacks_url = (kinds == "published").fill_null(False) & (not basis.url)
        for bad, why in (
            (~filled, NO_KIND),
            (filled & kinds.is_null(), OTHER_KIND),
            (lacks_wording, NO_WORDING),
            (lacks_url, NO_URL),
        ):
            problems.append(_odd(chunk, basis.kind_column, texts, asked & bad, why))
        none = (kinds == NO_GROUND).fill_null(False) | lacks_wording | lacks_url
        kinds = kinds.set(none, None)
    days = pl.Series([basis.since], dtype=pl.Date).new_from_index(0, height)
    if basis.column:
        texts = _texts(chunk, basis.column)
        filled = (texts.str.strip_chars() != "").fill_null(False)
        days, known = parse_dates(texts, zone())
        ahead = known & (days > timezone.localdate()).fill_null(False)
        # Whose kind is wrong already is told that.
        asked = asked & kinds.is_not_null()
        for bad, why in ((~filled, MISSING), (filled & ahead, AHEAD), (filled & ~known, UNREADABLE)):
            problems.append(_odd(chunk, basis.column, texts, asked & bad, why))
        good = filled & known & ~ahead & days.is_not_null()
        days = days.set(~good, None)
    both = kinds.is_not_null() & days.is_not_null()
    series = [days.set(~both, None).alias(BASIS_DAY)]
    if basis.kind == EACH:
        series.append(kinds.set(~both, None).alias(BASIS_KIND))
    return series, pl.concat([pl.DataFrame(schema=PROBLEMS), *problems])


def _texts(chunk: Chunk, column: str) -> pl.Series:
    none = pl.Series([None], dtype=pl.String).new_from_index(0, chunk.frame.height)
    return chunk.frame[column] if column in chunk.frame.columns else none


def _odd(chunk: Chunk, column: str, texts: pl.Series, bad: pl.Series, why: Words) -> pl.DataFrame:
    return (
        pl.DataFrame({"line": chunk.lines, "value": texts.fill_null(""), "bad": bad})
        .filter("bad")
        .select(
            pl.col("line").cast(pl.Int64),
            pl.lit(column).alias("header"),
            pl.lit(BASIS).alias("field"),
            pl.col("value").str.slice(0, SHOWN_VALUE),
            pl.lit(why.ja).alias("ja"),
            pl.lit(why.en).alias("en"),
            pl.lit("left_out").alias("what"),
        )
    )
