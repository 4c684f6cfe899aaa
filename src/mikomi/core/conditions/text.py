"""How values are compared: text folding, numbers written as text, free mail.

All of it as Polars expressions over text columns; SCORING.md, "Attribute conditions".
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.names.mail_domains import free_mail_domains

WHITE_SPACE = "".join(c for c in map(chr, range(sys.maxunicode + 1)) if c.isspace())
"""Every character that Python calls white space."""

NUMBER = r"^[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$"
"""A number after NFKC and cutting white space."""


SAMPLE = 16_384
"""Rows looked at to see whether a column's values repeat."""


@cache
def _case_map() -> dict[str, str]:
    """What has to be replaced after lower-casing to arrive at full Unicode case folding."""
    found: dict[str, str] = {}
    for code in range(sys.maxunicode + 1):
        if 0xD800 <= code <= 0xDFFF:
            continue
        char = chr(code)
        lower = char.lower()
        if len(lower) == 1 and lower != char.casefold():
            found[lower] = char.casefold()
    return found


def fold_text(text: str) -> str:
    """NFKC, case folding, white space cut at both ends. `fold_text("ＡＢＣ ") == "abc"`."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def fold_series(values: pl.Series) -> pl.Series:
    """`fold_text` over a text column; null stays null."""
    return _by_distinct(values, _fold_distinct)


def number_series(values: pl.Series) -> pl.Series:
    """The finite number that a text column writes, as Float64; null where it writes none."""
    return _by_distinct(values, _read_distinct)


def is_known(values: pl.Series) -> pl.Series:
    """Whether a text column holds more than white space; no other text folds to nothing."""
    return (values.str.strip_chars(WHITE_SPACE) != "").fill_null(False)


def folded(column: pl.Expr) -> pl.Expr:
    """`fold_series` as an expression."""
    return column.map_batches(fold_series, return_dtype=pl.String)


def as_number(column: pl.Expr) -> pl.Expr:
    """`number_series` as an expression."""
    return column.map_batches(number_series, return_dtype=pl.Float64)


def distinct(values: pl.Series) -> tuple[pl.Series, npt.NDArray[np.uint32] | None]:
    """The distinct values of a text column and, for each row, which of them it has.

    None instead where most rows differ, as mail addresses do: then the values are the rows. A null
    row has the last value, which is null.
    """
    few = values.head(SAMPLE)
    if values.len() <= SAMPLE or few.n_unique() * 2 > SAMPLE:
        return values, None
    coded = values.cast(pl.Categorical(pl.Categories.random()))
    seen = coded.drop_nulls().unique()
    words = seen.cast(pl.String).gather(seen.to_physical().arg_sort())
    codes = coded.to_physical().fill_null(words.len()).cast(pl.UInt32)
    return pl.concat([words, pl.Series([None], dtype=pl.String)]), codes.to_numpy()


def _by_distinct(values: pl.Series, compute: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Computes once for each distinct value: attributes repeat far more often than they differ."""
    words, codes = distinct(values)
    results = compute(words)
    return (results if codes is None else results.gather(codes)).alias(values.name)


def _fold_distinct(values: pl.Series) -> pl.Series:
    if (values.str.len_bytes() == values.str.len_chars()).all():
        return values.str.to_lowercase().str.strip_chars(WHITE_SPACE)
    lower = values.str.normalize("NFKC").str.to_lowercase()
    # Hundreds of letters fold to something else than their lower case; hardly a file has one.
    if lower.str.contains("[" + "".join(sorted(_case_map())) + "]").any():
        lower = lower.str.replace_many(_case_map())
    return lower.str.strip_chars(WHITE_SPACE)


def _read_distinct(values: pl.Series) -> pl.Series:
    text = pl.col("text").str.normalize("NFKC").str.strip_chars(WHITE_SPACE)
    digits = pl.when(text.str.contains(NUMBER)).then(text.str.replace_all(",", "", literal=True))
    number = digits.cast(pl.Float64, strict=False)
    return values.alias("text").to_frame().select(pl.when(number.is_finite()).then(number))["text"]


def is_free_mail(folded_column: pl.Expr) -> pl.Expr:
    """Whether folded text is an address (it has an `@`) at a free mail service; unknown: false."""
    _, domains = free_mail_domains()
    domain = folded_column.str.extract(r"@([^@]*)$", 1)
    return domain.is_in(list(domains)).fill_null(False)
