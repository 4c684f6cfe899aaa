"""Whether the cells of a leads file fit their fields, and what is put right where they do not.

A row is kept though one of its cells does not fit: that cell is left out, named with its line and
reason, and the row stands in the file of rows to be mended. A whole row is rejected only where it cannot
be told whose it is, when its lead began or whether it asks for no more mail, or where a required value
is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from mikomi.core.names.corporate_number import REASONS as NUMBER_REASONS
from mikomi.core.names.corporate_number import corporate_numbers
from mikomi.core.tabular.proposals import MAIL, PERSONAL
from mikomi.core.values.choices import read_yes_no
from mikomi.core.values.fields import reason_words
from mikomi.core.values.links import holds_several_mails, read_mails
from mikomi.core.values.quantities import Unit, header_unit
from mikomi.core.words import Words
from mikomi.hub.people.fields import CHOICES, STANDARD
from mikomi.hub.people.importing.options import NewField
from mikomi.hub.people.kinds import check_values, kind_of, options_of
from mikomi.hub.people.models import Field

LINE = "#line"
PROBLEMS: dict[str, type[pl.DataType]] = {
    "line": pl.Int64,
    "header": pl.String,
    "field": pl.String,
    "value": pl.String,
    "ja": pl.String,
    "en": pl.String,
    "what": pl.String,
}
LONGEST = 50_000
"""Characters of a text."""
SHOWN_VALUE = 200

MAIL_HERE = Words("メールアドレスが入っています", "it is a mail address")
MAIL_MOVED = Words(
    "メールアドレスが入っていたので、空いていたメールの欄に移しました",
    "it is a mail address and was moved to the mail column, which was empty",
)
TOO_LONG = Words(f"{LONGEST:,} 文字を超えています", f"it is longer than {LONGEST:,} characters")
UNCLEAR_STOP = Words(
    "配信してよいかどうか読めません。「配信停止」か「配信中」と書いてください",
    "it does not say whether mail may be sent; write 'stopped' or 'active'",
)
STOPPED = ("配信停止", "停止", "停止中", "解除", "解除済み", "解除済", "エラー停止", "エラー", "拒否",
           "配信拒否", "受信拒否", "配信不可", "送信不可", "退会", "購読解除", "登録解除", "無効",
           "オプトアウト", "stopped", "unsubscribed", "opted out", "opt out", "optout", "opt-out", "bounced",
           "cleaned", "inactive", "do not email", "blocked", "complained")  # fmt: skip
ACTIVE = ("配信中", "配信", "配信可", "配信可能", "有効", "購読中", "登録", "登録中", "登録済み", "正常",
          "許可", "同意", "同意済み", "同意する", "希望", "オプトイン", "active", "subscribed",
          "opted in", "opt in", "optin", "opt-in", "enabled", "valid", "未停止", "ー", "-")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """`rows`: the same rows with values that fit. `problems`: cells that do not (`PROBLEMS`).
    `rejects`: pairs of a mask over the rows and the reason. `refusing`: who asks for no more mail."""

    rows: pl.DataFrame
    problems: pl.DataFrame
    rejects: tuple[tuple[pl.Series, Words], ...]
    refusing: pl.Series


def fields_for(keys: Sequence[str], made: Sequence[NewField]) -> dict[str, Field]:
    """The fields that the columns go to, as defined or as they will be."""
    found = {field.key: field for field in Field.objects.filter(key__in=list(keys))}
    new = {field.key: field for field in map(new_field, made)}
    for key in keys:
        if key not in found:
            ja, en, scope, kind = STANDARD.get(key, (key, key, "lead", "text"))
            plain = Field(
                key=key, label_ja=ja, label_en=en, scope=scope, kind=kind, choices=CHOICES.get(key, [])
            )
            found[key] = new.get(key, plain)
    return found


def new_field(told: NewField) -> Field:
    """A field that is made on the way."""
    return Field(
        key=told.key,
        label_ja=told.label,
        label_en=told.label,
        scope=told.scope,
        kind=told.kind,
        custom=told.key not in STANDARD,
        choices=[{"key": name, "ja": name, "en": name} for name in told.choices],
    )


def check_rows(rows: pl.DataFrame, headers: dict[str, str], fields: dict[str, Field]) -> Checked:
    """Checks all cells of `rows` (text columns by field key, `#line`). `headers`: field -> header."""
    problems: list[pl.DataFrame] = []
    rows, moved = _mails_elsewhere(rows, headers)
    problems += moved
    columns: list[pl.Series] = []
    counts = zip(rows.columns, rows.null_count().row(0), strict=True)
    empty = {name for name, count in counts if count == rows.height}
    for key in [name for name in rows.columns if name in fields and name not in empty]:
        values, reasons = _fit(rows[key], key, headers[key], fields[key])
        if reasons is not None:
            problems.append(_problems(rows, key, headers[key], reasons, "left_out"))
        columns.append(values.alias(key))
    refusing, unclear = _stops(rows)
    checked = rows.with_columns(columns)
    rejects = []
    for key, field in fields.items():
        if "import" in field.required and key in checked.columns:
            missing = checked[key].is_null()
            if missing.any():
                rejects.append((missing, _required(field)))
    if unclear.any():
        rejects.append((unclear, UNCLEAR_STOP))
    kept = [part for part in problems if part.height]
    told = pl.concat(kept) if kept else pl.DataFrame(schema=PROBLEMS)
    return Checked(checked, told, tuple(rejects), refusing)


def _fit(texts: pl.Series, key: str, header: str, field: Field) -> tuple[pl.Series, pl.DataFrame | None]:
    """Values that fit, and `value`, `ja`, `en` with the place (`row`) of those that do not."""
    kind = kind_of(field)
    if key == "email":
        values = read_mails(texts)
        bad = values.is_null() & texts.is_not_null()
        if not bad.any():
            return values, None
        several = holds_several_mails(texts).fill_null(False)
        codes = pl.select(
            pl.when(several).then(pl.lit("several_mails")).otherwise(pl.lit("no_mail"))
        ).to_series()
        return values, _told(texts, bad, codes, {c: reason_words(c) for c in ("several_mails", "no_mail")})
    if key == "corporate_number":
        parts = corporate_numbers(texts)
        bad = parts["reason"].is_not_null()
        return parts["number"], _told(texts, bad, parts["reason"], NUMBER_REASONS) if bad.any() else None
    if kind in ("text", "long_text", "person") and not field.checks.get("longest"):
        longest = texts.str.len_bytes().max()
        if not isinstance(longest, int) or longest <= LONGEST:
            return texts, None
        bad = (texts.str.len_chars() > LONGEST).fill_null(False)
        values = texts.set(bad, None)
        codes = pl.Series(["long"]).new_from_index(0, len(texts))
        return values, _told(texts, bad, codes, {"long": TOO_LONG}) if bad.any() else None
    values, reasons = _checked(texts, header, field, kind)
    if reasons.null_count() == len(reasons):
        return values, None
    options = options_of(field)
    words = {code: reason_words(code, options) for code in reasons.drop_nulls().unique()}
    return values, _told(texts, reasons.is_not_null(), reasons, words)


def _checked(texts: pl.Series, header: str, field: Field, kind: str) -> tuple[pl.Series, pl.Series]:
    unit = header_unit(header) if kind in ("number", "money") else None
    if unit is None or unit == Unit():
        return check_values(texts, field)
    # A number without a unit is in the header's (百万円): said in the cell, it is read as any other.
    scaled = _with_unit(texts, header, unit)
    return check_values(scaled, field)


def _with_unit(texts: pl.Series, header: str, unit: Unit) -> pl.Series:
    if unit.scale == 1:
        return texts
    plain = texts.str.strip_chars().str.replace_all(",", "", literal=True)
    number = plain.cast(pl.Float64, strict=False) * unit.scale
    written = number.round(0).cast(pl.Int64, strict=False).cast(pl.String)
    return written.zip_with(written.is_not_null(), texts)


def _told(texts: pl.Series, bad: pl.Series, codes: pl.Series, words: dict[str, Words]) -> pl.DataFrame:
    frame = pl.DataFrame({"value": texts, "code": codes, "bad": bad}).with_row_index("row").filter("bad")
    ja, en = {c: w.ja for c, w in words.items()}, {c: w.en for c, w in words.items()}
    return frame.select(
        "row",
        pl.col("value").str.slice(0, SHOWN_VALUE),
        pl.col("code").replace_strict(ja, default="", return_dtype=pl.String).alias("ja"),
        pl.col("code").replace_strict(en, default="", return_dtype=pl.String).alias("en"),
    )


def _problems(rows: pl.DataFrame, key: str, header: str, told: pl.DataFrame, what: str) -> pl.DataFrame:
    return told.select(
        rows[LINE].gather(told["row"]).alias("line"),
        pl.lit(header).alias("header"),
        pl.lit(key).alias("field"),
        "value",
        "ja",
        "en",
        pl.lit(what).alias("what"),
    )


def _mails_elsewhere(rows: pl.DataFrame, headers: dict[str, str]) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """A mail address in the column of the name (or company, phone …) goes to the mail column where that
    is empty; elsewhere it is left out."""
    problems = []
    for key in [key for key in PERSONAL if key in rows.columns]:
        # Nearly no cell has this sign, and looking for it is quick.
        if not rows[key].str.contains("@", literal=True).any():
            continue
        wrong = rows[key].str.strip_chars().str.contains(MAIL).fill_null(False)
        if not wrong.any():
            continue
        free = pl.Series([False]).new_from_index(0, rows.height)
        if "email" in rows.columns:
            free = wrong & rows["email"].is_null()
            rows = rows.with_columns(rows["email"].zip_with(~free, rows[key]).alias("email"))
        for mask, words, what in ((free, MAIL_MOVED, "mended"), (wrong & ~free, MAIL_HERE, "left_out")):
            if mask.any():
                codes = pl.Series([what]).new_from_index(0, rows.height)
                told = _told(rows[key], mask, codes, {what: words})
                problems.append(_problems(rows, key, headers[key], told, what))
        rows = rows.with_columns(rows[key].set(wrong, None))
    return rows, problems


def _stops(rows: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Which rows ask for no more mail, and of which that cannot be told."""
    none = pl.Series([False]).new_from_index(0, rows.height)
    refusing, unclear = none, none
    for key, means in (("unsubscribed", True), ("consent", False)):
        if key not in rows.columns or rows[key].null_count() == rows.height:
            continue
        texts = rows[key]
        plain = texts.str.normalize("NFKC").str.to_lowercase().str.strip_chars()
        answer = read_yes_no(texts)
        stopped = plain.is_in(list(STOPPED)).fill_null(False)
        active = plain.is_in(list(ACTIVE)).fill_null(False)
        yes = (answer == means).fill_null(False)
        no = (answer == (not means)).fill_null(False)
        # A day in the column says since when.
        since = plain.str.contains(r"^\d{4}[-/年.]\d{1,2}[-/月.]\d{1,2}").fill_null(False) & means
        refusing = refusing | stopped | (yes & ~active) | since
        known = stopped | active | yes | no | since | texts.is_null()
        unclear = unclear | (~known if means else none)
    return refusing, unclear & ~refusing


def _required(field: Field) -> Words:
    return Words(
        f"「{field.label_ja}」は必須ですが、入っていないか読めません",
        f"{field.label_en!r} is required, but is missing or cannot be read",
    )
