"""One spelling for what is written in several: widths, marks, old kanji, kana.

Two grades. `folded` keeps apart everything that may be a different name: two texts with one folded
form are one name written in two ways. `likened` goes further, for proposals that a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import resources

import polars as pl

SMALL_KANA = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
KATAKANA = {chr(code): chr(code + 0x60) for code in range(0x3041, 0x3097)}
"""Hiragana to katakana."""

# Marks that NFKC would turn into something else than what the writer meant, and what is not seen.
_BEFORE = {
    "㊑": "(株)", "㊒": "(有)", "㊓": "(社)", "㊔": "(名)", "㊕": "(特)", "㊖": "(財)", "㊫": "(学)",
    "™": "", "®": "", "©": "", "゛": "\u3099", "゜": "\u309a", "\u200b": "", "\u200c": "", "\u200d": "",
    "\u2060": "", "\ufeff": "", "\u00ad": "", "\u200e": "", "\u200f": "",
}  # fmt: skip
_DASHES = dict.fromkeys("‐‑‒–—―−─━﹘﹣", "-")
_VARIATION_SELECTORS = r"[\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}]"
_DROPPED = r"[\s・·•‧∙⋅,.'’‘`´\"“”「」『』]+"
_DECIMAL = r"([0-9])[.,]([0-9])"
_BRACKETS = r"[()\[\]〔〕【】〈〉《》<>/_]"

# The long vowel mark is written or left out at the end of these, also inside longer words.
_LONG_VOWELS = {
    word + "ー": word
    for word in (
        "コンピユータ", "センタ", "サーバ", "ユーザ", "メーカ", "プリンタ", "モータ", "エネルギ", "フイルタ",
        "エレベータ", "エスカレータ", "スキヤナ", "アダプタ", "マスタ", "リーダ", "ドライバ",
        "パートナ", "デザイナ", "プランナ", "カウンタ", "レーザ", "データ", "メモリ", "テクノロジ",
        "コーデイネータ", "ジエネレータ", "オペレータ", "コンバータ", "インバータ", "モニタ", "タイマ",
        "ヒータ", "ブラウザ", "ルータ", "シリンダ", "トレーダ", "プロバイダ", "ベンダ", "セミナ",
    )
}  # fmt: skip

_LIKE_KANA = {"ヴア": "バ", "ヴイ": "ビ", "ヴエ": "ベ", "ヴオ": "ボ", "ヴ": "ブ", "ヂ": "ジ", "ヅ": "ズ"}
_LIKE_KANA |= {"ヰ": "イ", "ヱ": "エ", "ヲ": "オ", "ー": "", "-": "", "之": "ノ"}
_LIKE_WORDS = {"アンド": "&", "ツエ": "チエ", "フオ": "ホ", "テイ": "チ", "デイ": "ジ"}


def by_distinct(values: pl.Series, compute: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    """`compute`, asked once for each distinct value, spread over all rows in their order.

    `compute` takes distinct texts without null and gives a frame of as many rows. A null row is null
    in every column.
    """
    words = values.drop_nulls().unique()
    found = compute(words).with_columns(words.alias("_word"))
    rows = values.alias("_word").to_frame()
    return rows.join(found, on="_word", how="left", maintain_order="left").drop("_word")


def mended(values: pl.Series, sieve: str, mend: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """`mend` over the values in which the pattern `sieve` is found; few are, most of the time."""
    marked = values.str.contains(sieve)
    if not marked.any():
        return values
    text = pl.col(values.name)
    changed = pl.when(marked).then(mend(text)).otherwise(text)
    return values.to_frame().select(changed.alias(values.name))[values.name]


@cache
def kanji_forms() -> tuple[dict[str, str], dict[str, str]]:
    """Forms of one character, and characters often taken for one another: each to the form kept."""
    lines = resources.files(__package__).joinpath("kanji.txt").read_text("utf-8").splitlines()
    alike_from = lines.index("# alike")
    tables: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for place, line in enumerate(lines):
        if line and not line.startswith("#"):
            tables[place > alike_from].update(dict.fromkeys(line[1:], line[0]))
    return tables


def cleaned(values: pl.Series) -> pl.Series:
    """Text as a person reads it: NFKC, no invisible marks, one space for white space, none at the ends."""
    text = values.alias("text")
    text = mended(text, f"[{''.join(map(re.escape, _BEFORE))}]", lambda t: t.str.replace_many(_BEFORE))
    text = mended(text, _VARIATION_SELECTORS, lambda t: t.str.replace_all(_VARIATION_SELECTORS, ""))
    text = text.str.normalize("NFKC")
    text = mended(text, f"[{''.join(_DASHES)}]", lambda t: t.str.replace_many(_DASHES))
    text = mended(text, r"[\p{Katakana}]-", lambda t: t.str.replace_all(r"([\p{Katakana}])-", "${1}ー"))
    return mended(
        text, r"^\s|\s$|[\s&&[^ ]]|\s\s", lambda t: t.str.replace_all(r"\s+", " ").str.strip_chars()
    )


def folded(values: pl.Series) -> pl.Series:
    """One form for the ways in which one name is written; `values` are `cleaned`.

    Case, old kanji, small kana, the long vowel mark at the end of technical words, ヶ and ケ, the ノ
    between kanji, へ among katakana, spaces, 「・」, commas and full stops, `and` and `&`.
    """
    same, _ = kanji_forms()
    text = values.alias("text").str.to_lowercase()
    text = mended(text, f"[{''.join(same)}]", lambda t: t.str.replace_many(same))
    text = mended(text, r"\sand\s", lambda t: t.str.replace_all(r"\s+and\s+", "&"))
    text = mended(text, _DECIMAL, lambda t: t.str.replace_all(_DECIMAL, "${1}:${2}"))
    text = mended(text, _DROPPED, lambda t: t.str.replace_all(_DROPPED, ""))
    text = mended(text, r"\p{Han}[ノヶ々]", _between_kanji)
    text = mended(text, r"[へべぺ]", _he_of_katakana)
    text = mended(text, r"[ァィゥェォッャュョヮヵヶ]", lambda t: t.str.replace_many(SMALL_KANA))
    return mended(text, "ー", _long_vowels)


def likened(values: pl.Series) -> pl.Series:
    """One form for names that look or sound alike; `values` are `folded`. Not proof of anything."""
    _, alike = kanji_forms()
    text = values.alias("text")
    text = mended(text, r"\p{Hiragana}", lambda t: t.str.replace_many(KATAKANA).str.replace_many(SMALL_KANA))
    text = mended(text, f"[{''.join(alike)}]", lambda t: t.str.replace_many(alike))
    text = mended(text, _BRACKETS, lambda t: t.str.replace_all(_BRACKETS, ""))
    text = mended(text, r"[ヴヂヅヰヱヲー之\-]", _like_kana)
    text = mended(text, "|".join(_LIKE_WORDS), lambda t: t.str.replace_many(_LIKE_WORDS))
    return mended(text, r"^the\w|第?[一二三四五六七八九]", _like_numbers)


def katakana(values: pl.Series) -> pl.Series:
    """Kana in full-width katakana, white space as one space; other letters stay."""
    text = cleaned(values)
    return mended(text, r"\p{Hiragana}", lambda t: t.str.replace_many(KATAKANA))


def _between_kanji(text: pl.Expr) -> pl.Expr:
    text = text.str.replace_all(r"(\p{Han})ノ(\p{Han})", "${1}の${2}")
    return text.str.replace_all("佐々", "佐佐", literal=True)


def _he_of_katakana(text: pl.Expr) -> pl.Expr:
    # へ and ヘ are drawn alike; among katakana it is one of them.
    for hiragana, other in (("へ", "ヘ"), ("べ", "ベ"), ("ぺ", "ペ")):
        text = text.str.replace_all(f"([ァ-ヺー]){hiragana}", f"${{1}}{other}")
        text = text.str.replace_all(f"{hiragana}([ァ-ヺー])", f"{other}${{1}}")
    return text


def _long_vowels(text: pl.Expr) -> pl.Expr:
    return text.str.replace_many(_LONG_VOWELS)


def _like_kana(text: pl.Expr) -> pl.Expr:
    return text.str.replace_many(_LIKE_KANA, leftmost=True)


def _like_numbers(text: pl.Expr) -> pl.Expr:
    digits = dict(zip("一二三四五六七八九", "123456789", strict=True))
    return text.str.replace(r"^the(\w)", "${1}").str.replace_many(digits)
