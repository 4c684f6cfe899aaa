"""Yes or no, one of several, several of several: texts into keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from mikomi.core.words import Words

YES = (
    "はい", "yes", "y", "true", "t", "1", "○", "◯", "〇", "◎", "✓", "✔", "☑", "✅", "レ", "有", "あり",
    "有り", "可", "希望する", "する", "該当", "該当する", "済", "済み", "on", "ok", "オン",
)  # fmt: skip
NO = (
    "いいえ", "no", "n", "false", "f", "0", "×", "✕", "✖", "✗", "☐", "x", "無", "なし", "無し", "不可", "否",
    "希望しない", "しない", "非該当", "該当しない", "未", "未済", "off", "ng", "オフ",
)  # fmt: skip

SEPARATOR = ";"
"""Between the keys of several choices in the stored text; no key holds it."""

_STRONG = r"[;\n|]+"
_WEAK = r"[,、/・]+"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values of a field: its stored key, its label, and other texts that mean it."""

    key: str
    label: Words
    others: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.key or SEPARATOR in self.key or "\n" in self.key:
            raise ValueError(f"a choice's key must not be empty or hold {SEPARATOR!r}: {self.key!r}")


def _folded(texts: pl.Series) -> pl.Series:
    folded = texts.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s+", " ")
    return folded.str.strip_chars()


def read_yes_no(texts: pl.Series) -> pl.Series:
    """Boolean of はい, いいえ, ○, ×, 1, 0, TRUE …; null where the text is none of them."""
    words = dict.fromkeys(_folded(pl.Series(YES)), True) | dict.fromkeys(_folded(pl.Series(NO)), False)
    return _folded(texts).replace_strict(words, default=None, return_dtype=pl.Boolean)


def read_choices(texts: pl.Series, choices: Sequence[Choice], several: bool = False) -> pl.Series:
    """The keys of texts that name a choice by key, label or another text; null where one is not known.

    With `several`, parts are separated by `;` `；` `|` or a new line, and, where a part is no choice, by
    `、` `,` `/` `・`; the keys come in the order of `choices`, once each, joined by `SEPARATOR`.
    """
    known = pl.DataFrame(
        [
            (text, place)
            for place, choice in enumerate(choices)
            for text in (choice.key, choice.label.ja, choice.label.en, *choice.others)
        ],
        schema={"part": pl.String, "place": pl.UInt32},
        orient="row",
    )
    known = known.with_columns(_folded(known["part"])).unique("part", keep="first", maintain_order=True)
    keys = pl.Series([choice.key for choice in choices], dtype=pl.String)
    rows = pl.DataFrame({"part": texts.str.replace_all(r"\r\n?", "\n")}).with_row_index("row").drop_nulls()
    if several:
        rows = _parted(_parted(rows, _STRONG, known), _WEAK, known)
    else:
        rows = rows.with_columns(_folded(rows["part"]))
    found = rows.join(known, on="part", how="left").group_by("row").agg(
        pl.col("place").is_null().any().alias("unknown"),
        keys_of(pl.col("place"), keys).alias("keys"),
    )  # fmt: skip
    index = pl.DataFrame({"row": range(len(texts))}, schema={"row": pl.UInt32})
    all_rows = index.join(found.cast({"row": pl.UInt32}), on="row", how="left", maintain_order="left")
    return all_rows.select(pl.when(~pl.col("unknown")).then("keys").alias(texts.name))[texts.name]


def keys_of(places: pl.Expr, keys: pl.Series) -> pl.Expr:
    """The keys at `places`, each once, in their order, joined."""
    ordered = places.drop_nulls().unique().sort()
    numbers = dict(enumerate(keys))
    return ordered.replace_strict(numbers, default=None, return_dtype=pl.String).str.join(SEPARATOR)


def _parted(rows: pl.DataFrame, separators: str, known: pl.DataFrame) -> pl.DataFrame:
    """Rows whose `part` is no choice split at the separators; empty parts are left out."""
    rows = rows.with_columns(pl.col("part").str.normalize("NFKC").str.to_lowercase().str.strip_chars())
    whole = pl.col("part").is_in(known["part"].implode())
    split = pl.col("part").str.replace_all(separators, "\x1f").str.split("\x1f")
    parts = rows.with_columns(pl.when(whole).then(pl.concat_list("part")).otherwise(split).alias("part"))
    parts = parts.explode("part").with_columns(
        pl.col("part").str.replace_all(r"\s+", " ").str.strip_chars()
    )  # fmt: skip
    return parts.filter(pl.col("part") != "")
