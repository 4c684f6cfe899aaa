"""Phone numbers: one writing, the kind, the extension, and why one cannot be read.

The rules of numbering are phonenumbers' (Google's libphonenumber). It takes about 40 µs a number, and
what it says of a Japanese number hangs on the first six digits and the length, so it is asked once
for each such class; numbers abroad are asked one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import phonenumbers
import polars as pl
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from mikomi.core.names.spelling import Row, Schema, by_distinct, clean, cleaned, pattern
from mikomi.core.words import Words

type PhoneKind = Literal["fixed", "mobile", "toll_free", "ip", "navi", "premium", "pager", "other"]

REASONS = {
    "no_number": Words("電話番号ではありません", "it is not a phone number"),
    "several": Words("電話番号が2つ以上あります", "there is more than one number"),
    "rounded": Words(
        "表計算で桁が丸められています（3.12E+08 の形）", "a spreadsheet has rounded it (3.12E+08)"
    ),
    "no_area_code": Words("市外局番がありません", "the area code is missing"),
    "too_short": Words("桁が足りません", "it has too few digits"),
    "too_long": Words("桁が多すぎます", "it has too many digits"),
    "not_assigned": Words("使われていない番号です", "no such number is in use"),
}
"""Why a text gives no number."""

_KINDS: dict[int, PhoneKind] = {
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.VOIP: "ip",
    PhoneNumberType.UAN: "navi",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.PAGER: "pager",
}
_EXTENSION = r"(?i)\s*[,;(]?\s*(?:内線番号|内線|内|extension|ext|x|#)\s*[.:]?\s*([0-9]{1,7})\s*\)?$"
_AHEAD = (
    r"(?i)^\s*(?:tel(?:ephone)?|phone|mobile|電話番号|電話|携帯電話|携帯|直通|代表|本社|会社)?\s*[.:]?\s*"
)
_BEHIND = r"\s*\(?(?:代表|代|直通|携帯|本社|会社)\)?\s*$"
_AROUND = f"{_AHEAD}|{_BEHIND}"
_TRUNK_ZERO = r"(\+\s*[0-9]{1,3}[\s-]*)\(0\)"
_WITH_PLUS = r"^[\s(]*\+"
_WITH_ZERO = r"^[\s(]*(?:\+|0|81)"
_ROUNDED = r"(?i)^[0-9.]+e\+?[0-9]+$"
_SEVERAL = r"[/,;、\s]|または"
_LETTERS = r"^[+0-9\s().\-ー/~]*$"
CLASS = 6
"""Leading digits, the 0 with them, that decide kind, validity and hyphens of a Japanese number."""
COLUMNS = {"e164": pl.String, "national": pl.String, "kind": pl.String, "reason": pl.String}
SCHEMA: Schema = {
    "e164": pl.String, "national": pl.String, "kind": pl.String, "extension": pl.String,
    "mended": pl.Boolean, "reason": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone number.

    `e164` is +81312345678, `national` as it is written in its country (03-1234-5678), for Japan with
    hyphens. `mended`: the leading 0 that a spreadsheet had eaten is back. All None but `reason` (one of
    `REASONS`) where the text gives none.
    """

    e164: str | None
    national: str | None
    kind: PhoneKind | None
    extension: str | None
    mended: bool
    reason: str | None


def read_phone(text: str) -> Phone:
    """`read_phones` for one text."""
    return Phone(**read_phones(pl.Series([text], dtype=pl.String)).row(0, named=True))


def read_phones(values: pl.Series) -> pl.DataFrame:
    """Columns as the fields of `Phone` for each text of a column; a Japanese number where no + says else.

    Unknown (null or white space) is null throughout, also `reason`; `mended` is false then.
    """
    return by_distinct(values, _read, (_read_one, SCHEMA)).with_columns(pl.col("mended").fill_null(False))


def _read(words: pl.Series) -> pl.DataFrame:
    frame = cleaned(words).alias("text").to_frame()
    frame = frame.with_columns(
        pl.col("text")
        .str.replace(r"\.0$", "")
        .str.replace_all("ー", "-")
        .str.replace_all(_AROUND, "")
        .alias("bare")
    )
    frame = frame.with_columns(pl.col("bare").str.extract(_EXTENSION, 1).alias("extension"))
    frame = frame.with_columns(pl.col("bare").str.replace(_EXTENSION, "").str.replace_all(_AROUND, ""))
    digits = pl.col("bare").str.replace(_TRUNK_ZERO, "${1}").str.replace_all("[^0-9]", "")
    frame = frame.with_columns(digits.alias("digits"))
    frame = frame.with_columns(_national().alias("japan"))
    frame = frame.with_columns(_early_reason().alias("early"))
    abroad = pl.col("japan").is_null() & pl.col("early").is_null()
    number = pl.lit("+") + pl.col("digits").str.replace("^010", "")
    frame = frame.with_columns(pl.when(abroad).then(number).alias("abroad"))
    frame = frame.with_columns(pl.when(pl.col("early").is_null()).then("japan").alias("japan"))
    found = pl.concat([_japanese(frame["japan"]), _foreign(frame["abroad"])]).unique("asked")
    frame = frame.with_columns(pl.coalesce("japan", "abroad").alias("asked"))
    frame = frame.join(found, on="asked", how="left", maintain_order="left")
    good = pl.col("e164").is_not_null()
    eaten = good & pl.col("japan").is_not_null() & ~pl.col("bare").str.contains(_WITH_ZERO)
    # 9 digits are a number without its 0 only if a spreadsheet could have taken it for a number.
    return frame.select(
        "e164",
        "national",
        "kind",
        pl.when(good).then("extension").alias("extension"),
        eaten.fill_null(False).alias("mended"),
        pl.coalesce("early", "reason").replace("unknown", None).alias("reason"),
    )


def _early_reason() -> pl.Expr:
    """What can be said without knowing the rules of numbering; null where nothing is wrong so far."""
    text, bare, count = pl.col("text"), pl.col("bare"), pl.col("digits").str.len_chars()
    # 010 is how Japan dials abroad.
    abroad = bare.str.contains(_WITH_PLUS) | pl.col("digits").str.starts_with("010")
    abroad &= pl.col("japan").is_null()
    return (
        pl.when(text == "").then(pl.lit("unknown"))
        .when(text.str.contains(_ROUNDED)).then(pl.lit("rounded"))
        .when(bare.str.contains(_SEVERAL) & (count > 13)).then(pl.lit("several"))
        .when((count == 0) | ~bare.str.contains(_LETTERS)).then(pl.lit("no_number"))
        .when(abroad).then(None)
        .when(count < 6).then(pl.lit("too_short"))
        .when((count < 9) & ~pl.col("digits").str.starts_with("0")).then(pl.lit("no_area_code"))
        .when(pl.col("japan").is_null()).then(pl.lit("too_long"))
    )  # fmt: skip


def _national() -> pl.Expr:
    """The digits of a Japanese number with its 0; null where it is of another country."""
    digits, count = pl.col("digits"), pl.col("digits").str.len_chars()
    plus = pl.col("bare").str.contains(_WITH_PLUS)
    # With its 0 a Japanese number has ten or eleven digits, so 81 and nine or ten more is the country.
    country = digits.str.starts_with("81") & (plus | count.is_in([11, 12]))
    after = digits.str.replace(r"^81", "")
    return (
        pl.when(country).then(pl.lit("0") + after.str.strip_chars_start("0"))
        .when(plus | (count > 11) | digits.str.starts_with("010")).then(None)
        .when(digits.str.starts_with("0")).then(digits)
        .otherwise(pl.lit("0") + digits)
    )  # fmt: skip


def _japanese(numbers: pl.Series) -> pl.DataFrame:
    """Columns asked and `COLUMNS`; the library is asked once a class of first digits and length."""
    frame = numbers.alias("asked").drop_nulls().unique().to_frame()
    frame = frame.with_columns(
        pl.when(pl.col("asked").str.starts_with("00"))
        .then("asked")
        .otherwise(pl.col("asked").str.head(CLASS))
        .alias("head"),
        pl.col("asked").str.len_chars().alias("length"),
    )
    classes = frame.group_by("head", "length").agg(pl.col("asked").min().alias("sample"))
    answers = [_ask(sample, "JP") for sample in classes["sample"]]
    shapes = [tuple(len(part) for part in (answer["national"] or "").split("-")) for answer in answers]
    classes = classes.with_columns(
        pl.Series("kind", [answer["kind"] for answer in answers], dtype=pl.String),
        pl.Series("reason", [answer["reason"] for answer in answers], dtype=pl.String),
        pl.Series("first", [shape[0] for shape in shapes], dtype=pl.Int64),
        pl.Series("second", [shape[1] if len(shape) > 2 else 0 for shape in shapes], dtype=pl.Int64),
    )
    frame = frame.join(classes.drop("sample"), on=["head", "length"], how="left", maintain_order="left")
    asked, first, second = pl.col("asked"), pl.col("first"), pl.col("second")
    middle = pl.when(second > 0).then(asked.str.slice(first, second))
    national = pl.concat_str(
        asked.str.head(first), middle, asked.str.slice(first + second), separator="-", ignore_nulls=True
    )
    good = pl.col("reason").is_null()
    return frame.select(
        "asked",
        pl.when(good).then(pl.lit("+81") + asked.str.slice(1)).alias("e164"),
        pl.when(good).then(national).alias("national"),
        "kind",
        "reason",
    )


def _foreign(numbers: pl.Series) -> pl.DataFrame:
    """Columns asked and `COLUMNS`; the library is asked for every number."""
    asked = numbers.alias("asked").drop_nulls().unique()
    answers = pl.DataFrame([_ask(number, None) for number in asked], schema=COLUMNS)
    return pl.concat([asked.to_frame(), answers], how="horizontal")


def _read_one(text: str) -> Row:
    """What `_read` says of one text."""
    text = clean(text)
    bare = _without_labels(pattern(r"\.0$").sub("", text).replace("ー", "-"))
    found = pattern(_EXTENSION).search(bare)
    extension = found[1] if found else None
    bare = _without_labels(bare[: found.start()] if found else bare)
    digits = pattern("[^0-9]").sub("", pattern(_TRUNK_ZERO).sub(r"\1", bare))
    plus = bool(pattern(_WITH_PLUS).search(bare))
    japan = _national_one(digits, plus)
    early = _early_reason_one(text, bare, digits, japan, plus)
    if early is not None:
        return None, None, None, None, False, None if early == "unknown" else early
    told = _ask("+" + digits.removeprefix("010"), None) if japan is None else _ask(japan, "JP")
    good = told["e164"] is not None
    eaten = good and japan is not None and not pattern(_WITH_ZERO).search(bare)
    return (
        told["e164"], told["national"], told["kind"], extension if good else None, eaten, told["reason"],
    )  # fmt: skip


def _without_labels(text: str) -> str:
    ahead = pattern(_AHEAD).match(text)
    start = ahead.end() if ahead else 0
    # Where nothing stands ahead, the search goes on one letter later, as it does in Rust.
    behind = pattern(f"(?i){_BEHIND}").search(text, start or min(1, len(text)))
    return text[start : behind.start()] if behind else text[start:]


def _national_one(digits: str, plus: bool) -> str | None:
    count = len(digits)
    if digits.startswith("81") and (plus or count in (11, 12)):
        return "0" + digits[2:].lstrip("0")
    if plus or count > 11 or digits.startswith("010"):
        return None
    return digits if digits.startswith("0") else "0" + digits


def _early_reason_one(text: str, bare: str, digits: str, japan: str | None, plus: bool) -> str | None:
    count = len(digits)
    abroad = japan is None and (plus or digits.startswith("010"))
    if not text:
        return "unknown"
    if pattern(_ROUNDED).search(text):
        return "rounded"
    if count > 13 and pattern(_SEVERAL).search(bare):
        return "several"
    if not count or not pattern(_LETTERS).search(bare):
        return "no_number"
    if abroad:
        return None
    if count < 6:
        return "too_short"
    if count < 9 and not digits.startswith("0"):
        return "no_area_code"
    return "too_long" if japan is None else None


@lru_cache(maxsize=1 << 16)
def _ask(number: str, region: str | None) -> dict[str, str | None]:
    nothing: dict[str, str | None] = dict.fromkeys(COLUMNS)
    try:
        parsed = phonenumbers.parse(number, region)
    except NumberParseException as error:
        short = error.error_type in (
            NumberParseException.TOO_SHORT_NSN,
            NumberParseException.TOO_SHORT_AFTER_IDD,
        )
        return nothing | {"reason": "too_short" if short else "not_assigned"}
    if not phonenumbers.is_valid_number(parsed):
        possible = phonenumbers.is_possible_number_with_reason(parsed)
        if region == "JP":
            short, long = len(number) < 10, len(number) > 11
        else:
            short = possible == phonenumbers.ValidationResult.TOO_SHORT
            long = possible == phonenumbers.ValidationResult.TOO_LONG
        return nothing | {"reason": "too_short" if short else "too_long" if long else "not_assigned"}
    return {
        "e164": phonenumbers.format_number(parsed, PhoneNumberFormat.E164),
        "national": phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL),
        "kind": _KINDS.get(phonenumbers.number_type(parsed), "other"),
        "reason": None,
    }
