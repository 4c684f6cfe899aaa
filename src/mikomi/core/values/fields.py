"""What fits a field: one function that checks and normalises a column of texts for every kind of field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import polars as pl

from mikomi.core.names import phones
from mikomi.core.tabular.times import parse_dates
from mikomi.core.values.choices import Choice, read_choices, read_yes_no
from mikomi.core.values.links import holds_several_mails, read_mails, read_urls
from mikomi.core.values.quantities import ONE, Unit, parse_quantities, write_quantities
from mikomi.core.words import Words

type FieldKind = Literal[
    "text",
    "long_text",
    "number",
    "money",
    "date",
    "choice",
    "choices",
    "yes_no",
    "url",
    "mail",
    "phone",
    "person",
]
KINDS: tuple[str, ...] = get_args(FieldKind.__value__)

LONGEST_TEXT, LONGEST_LONG_TEXT = 1_000, 50_000


@dataclass(frozen=True, slots=True)
class FieldOptions:
    """What a field asks of its values besides its kind.

    `longest`: characters of a text. `least`, `most`: of numbers and money, both ends of a range. `unit`: what
    numbers without a unit are in, often from the header of the file (`header_unit`). `timezone`: of
    dates that are written with a time and an offset.
    """

    required: bool = False
    longest: int | None = None
    least: float | None = None
    most: float | None = None
    unit: Unit = ONE
    choices: tuple[Choice, ...] = ()
    timezone: str = "Asia/Tokyo"


PLAIN = FieldOptions()

_REASONS = {
    "missing": Words("値がありません（必須の項目です）", "the value is missing and is required"),
    "no_number": Words("数として読めません", "it cannot be read as a number"),
    "no_money": Words("金額として読めません", "it cannot be read as an amount of money"),
    "no_date": Words("日付として読めません", "it cannot be read as a date"),
    "no_yes_no": Words("「はい」か「いいえ」で書いてください", "write yes or no"),
    "no_url": Words("http か https の URL ではありません", "it is no web address of http or https"),
    "no_mail": Words("メールアドレスの形になっていません", "it is no mail address"),
    "several_mails": Words("メールアドレスが2つ以上あります", "there is more than one mail address"),
}


def reason_words(code: str, options: FieldOptions = PLAIN) -> Words:
    """What a reason that `normalised` gives is said as. Raises `KeyError` for a code that it never gives."""
    if code == "too_long" and options.longest is None:
        return Words("長すぎます", "it is too long")
    if code == "too_long":
        return Words(
            f"{options.longest} 文字を超えています", f"it is longer than {options.longest} characters"
        )
    if code == "too_small":
        return Words(f"{options.least:g} より小さい値です", f"it is less than {options.least:g}")
    if code == "too_large":
        return Words(f"{options.most:g} より大きい値です", f"it is more than {options.most:g}")
    if code == "no_choice":
        ja = "、".join(choice.label.ja for choice in options.choices[:10])
        en = ", ".join(choice.label.en for choice in options.choices[:10])
        return Words(f"選択肢にない値です（選択肢: {ja}）", f"it is none of the choices ({en})")
    if code.startswith("phone."):
        return phones.REASONS[code.removeprefix("phone.")]
    return _REASONS[code]


def normalised(
    texts: pl.Series, kind: FieldKind, options: FieldOptions = PLAIN
) -> tuple[pl.Series, pl.Series]:
    """The stored texts of a column, and for each row that does not fit the code of the reason.

    Both are text columns of as many rows. A stored text is null where the text is empty or does not
    fit; a reason is null where it fits. What is stored: `300〜999` (`parse_quantities` reads it) for
    numbers and money, `2026-11-01` for dates, keys for choices, `yes` and `no`, E.164 for phones. Stored
    texts are their own stored texts, where `unit` is one. A person is a text
    here: who is meant, only the database knows.
    """
    given = texts.cast(pl.String).str.replace_all(r"\r\n?", "\n").str.strip_chars().alias("given")
    given = given.set(given == "", None)
    distinct = given.drop_nulls().unique()
    values, reasons = _checked(distinct, kind, options)
    found = pl.DataFrame({"given": distinct, "value": values, "reason": reasons})
    rows = given.to_frame().join(found, on="given", how="left", maintain_order="left")
    reason = pl.col("reason")
    if options.required:
        reason = pl.when(pl.col("given").is_null()).then(pl.lit("missing")).otherwise(reason)
    rows = rows.with_columns(reason.alias("reason"))
    return rows["value"].alias(texts.name), rows["reason"]


def _checked(texts: pl.Series, kind: FieldKind, options: FieldOptions) -> tuple[pl.Series, pl.Series]:
    if kind in ("text", "long_text", "person"):
        return _texts(texts, kind, options)
    if kind in ("number", "money"):
        return _quantities(texts, kind, options)
    if kind == "phone":
        read = phones.read_phones(texts)
        return read["e164"], pl.select("phone." + pl.lit(read["reason"])).to_series()
    if kind == "mail":
        values = read_mails(texts)
        several = holds_several_mails(texts)
        reason = pl.when(values.is_null() & several).then(pl.lit("several_mails"))
        return values, pl.select(reason.when(values.is_null()).then(pl.lit("no_mail"))).to_series()
    if kind == "url":
        return _or_reason(read_urls(texts), "no_url")
    if kind == "date":
        return _or_reason(parse_dates(texts, options.timezone)[0].cast(pl.String), "no_date")
    if kind == "yes_no":
        answers = read_yes_no(texts).cast(pl.Int8)
        words = {0: "no", 1: "yes"}
        return _or_reason(answers.replace_strict(words, default=None, return_dtype=pl.String), "no_yes_no")
    return _or_reason(read_choices(texts, options.choices, several=kind == "choices"), "no_choice")


def _or_reason(values: pl.Series, code: str) -> tuple[pl.Series, pl.Series]:
    return values, pl.select(pl.when(values.is_null()).then(pl.lit(code))).to_series()


def _texts(texts: pl.Series, kind: FieldKind, options: FieldOptions) -> tuple[pl.Series, pl.Series]:
    longest = options.longest or (LONGEST_LONG_TEXT if kind == "long_text" else LONGEST_TEXT)
    text = texts.str.normalize("NFC")
    if kind != "long_text":
        text = text.str.replace_all(r"\s*\n\s*", " ")
    fits = text.str.len_chars() <= longest
    return (
        pl.select(pl.when(fits).then(text)).to_series(),
        pl.select(pl.when(~fits).then(pl.lit("too_long"))).to_series(),
    )


def _quantities(texts: pl.Series, kind: FieldKind, options: FieldOptions) -> tuple[pl.Series, pl.Series]:
    unit = options.unit
    if kind == "money":
        unit = Unit(unit.scale, unit.currency, counted=False)
    found = parse_quantities(texts, unit)
    least, most = found["least"], found["most"]
    lowest, highest = least.zip_with(least.is_not_null(), most), most.zip_with(most.is_not_null(), least)
    small = pl.lit(lowest < options.least) if options.least is not None else pl.lit(False)
    large = pl.lit(highest > options.most) if options.most is not None else pl.lit(False)
    reason = (
        pl.when(pl.lit(found["approximate"].is_null()))
        .then(pl.lit(f"no_{kind}"))
        .when(small)
        .then(pl.lit("too_small"))
        .when(large)
        .then(pl.lit("too_large"))
    )
    reasons = pl.select(reason).to_series()
    return pl.select(pl.when(reasons.is_null()).then(write_quantities(found))).to_series(), reasons
