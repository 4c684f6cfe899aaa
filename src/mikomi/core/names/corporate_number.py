"""法人番号: thirteen digits, the first of which checks the other twelve.

Source: 法人番号の指定等に関する省令 (平成26年財務省令第70号) 第2条, by
番号利用法施行令 第35条. The invoice number of a company (適格請求書発行事業者登録番号) is T
and its 法人番号; that of a sole trader is T and thirteen other digits, which are a
法人番号 only by chance.
"""

from __future__ import annotations

import polars as pl

from mikomi.core.names.spelling import Row, Schema, by_distinct, clean, cleaned, pattern
from mikomi.core.words import Words

SCHEMA: Schema = dict.fromkeys(("number", "reason"), pl.String)
_LABEL = r"^(?:法人番号:?)?[Tt]?"
_ROUNDED = r"(?i)^[0-9.]+e\+?[0-9]+$"

REASONS = {
    "not_13_digits": Words("13桁の数字ではありません", "it is not thirteen digits"),
    "only_12_digits": Words(
        "12桁です。会社法人等番号には検査用数字がありません", "twelve digits, as in the register"
    ),
    "rounded": Words(
        "表計算で桁が丸められています（1.23E+12 の形）", "a spreadsheet has rounded it (1.23E+12)"
    ),
    "check_digit": Words("検査用数字が合いません", "the check digit is wrong"),
}  # fmt: skip
"""Why a text is no 法人番号."""


def check_digit(twelve: str) -> int:
    """The check digit of the twelve digits of a 会社法人等番号 or another 基礎番号, 1 to 9.

    9 - (sum of Pn x Qn modulo 9); Pn is the nth digit from the right, Qn is 1 for odd n and 2 for even.
    Raises ValueError where `twelve` is not twelve digits.
    """
    if len(twelve) != 12 or not (twelve.isascii() and twelve.isdigit()):
        raise ValueError("twelve digits are expected")
    total = sum(int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(twelve)))
    return 9 - total % 9


def corporate_number(text: str) -> str | None:
    """The 法人番号 that `text` writes, as thirteen digits; None where it writes none that is valid."""
    return corporate_numbers(pl.Series([text], dtype=pl.String))["number"].item()


def corporate_numbers(values: pl.Series) -> pl.DataFrame:
    """Columns `number` (thirteen digits or null) and `reason` (one of `REASONS`, or null).

    Full-width digits, white space, hyphens, a leading T and an ending .0 are taken away. Unknown (null or
    white space) is null in both.
    """
    return by_distinct(values, _numbers, (_number_of_one, SCHEMA))


def _numbers(words: pl.Series) -> pl.DataFrame:
    text = cleaned(words).alias("text")
    bare = text.str.replace(r"\.0+$", "").str.replace_all(r"[\s\-.,]", "")
    bare = bare.str.replace(_LABEL, "").alias("bare")
    digits = [pl.col("bare").str.slice(place, 1).cast(pl.Int32, strict=False) for place in range(13)]
    # From the right: the 13th letter is n = 1, the second is n = 12.
    total = pl.sum_horizontal(digits[place] * (2 if place % 2 else 1) for place in range(1, 13))
    right = pl.col("bare").str.contains(r"^[0-9]{13}$")
    valid = right & (digits[0] == 9 - total % 9)
    reason = (
        pl.when(pl.col("text") == "").then(None)
        .when(valid).then(None)
        .when(right).then(pl.lit("check_digit"))
        .when(pl.col("text").str.contains(_ROUNDED)).then(pl.lit("rounded"))
        .when(pl.col("bare").str.contains(r"^[0-9]{12}$")).then(pl.lit("only_12_digits"))
        .otherwise(pl.lit("not_13_digits"))
    )  # fmt: skip
    frame = pl.DataFrame([text, bare])
    return frame.select(pl.when(valid).then("bare").alias("number"), reason.alias("reason"))


def _number_of_one(text: str) -> Row:
    """What `_numbers` says of one text."""
    text = clean(text)
    bare = pattern(r"[\s\-.,]").sub("", pattern(r"\.0+$").sub("", text))
    bare = pattern(_LABEL).sub("", bare)
    if not text:
        return None, None
    if bare.isascii() and bare.isdigit() and len(bare) == 13:
        valid = check_digit(bare[1:]) == int(bare[0])
        return (bare, None) if valid else (None, "check_digit")
    if pattern(_ROUNDED).search(text):
        return None, "rounded"
    twelve = bare.isascii() and bare.isdigit() and len(bare) == 12
    return None, "only_12_digits" if twelve else "not_13_digits"
