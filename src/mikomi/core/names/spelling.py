"""One spelling for what is written in several: widths, marks, old kanji, kana.

Two grades. `folded` keeps apart everything that may be a different name: two texts with one folded
form are one name written in two ways. `likened` goes further, for proposals that a person decides.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection
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
_DROPPED = dict.fromkeys(" ・·•‧∙⋅,.'’‘`´\"“”「」『』", "")
_DECIMAL = r"([0-9])[.,]([0-9])"
_BRACKETS = dict.fromkeys("()[]〔〕【】〈〉《》<>/_", "")

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
_DIGITS = dict(zip("一二三四五六七八九", "123456789", strict=True))
_LIKE_WORDS = {"アンド": "&", "ホルデイングス": "hd", "holdings": "hd"}
_ACCENTED = {
    chr(code): bare
    for code in range(0xC0, 0x250)
    if (bare := unicodedata.normalize("NFD", chr(code))[0]).isascii() and len(bare) == 1
}


def by_distinct(values: pl.Series, compute: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    """`compute`, asked once for each distinct value, spread over all rows in their order.

    `compute` takes distinct texts without null and gives a frame of as many rows. A null row is null
    in every column.
    """
    words = values.drop_nulls().unique()
    if words.len() == values.len():
        return compute(values)
    found = compute(words).with_columns(words.alias("_word"))
    rows = values.alias("_word").to_frame()
    return rows.join(found, on="_word", how="left", maintain_order="left").drop("_word")


def mended(values: pl.Series, sieve: str | Collection[str], mend: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """`mend` over the values in which `sieve` is found; few are, most of the time.

    A text is a pattern, a collection is of texts to be found as they are. The second is not only quicker:
    Polars remembers a few dozen patterns and compiles again what it forgot, which for a single name
    takes longer than all else.
    """
    found = values.str.contains(sieve) if isinstance(sieve, str) else values.str.contains_any(list(sieve))
    if not found.any():
        return values
    text = pl.col(values.name)
    changed = pl.when(found).then(mend(text)).otherwise(text)
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
    text = mended(text, _BEFORE, lambda t: t.str.replace_many(_BEFORE))
    text = mended(text, _VARIATION_SELECTORS, lambda t: t.str.replace_all(_VARIATION_SELECTORS, ""))
    text = text.str.normalize("NFKC")
    text = mended(text, _DASHES, lambda t: t.str.replace_many(_DASHES))
    text = mended(text, ["-"], lambda t: t.str.replace_all(r"([\p{Katakana}])-", "${1}ー"))
    return mended(text, r"\s", lambda t: t.str.replace_all(r"\s+", " ").str.strip_chars())


def folded(values: pl.Series) -> pl.Series:
    """One form for the ways in which one name is written; `values` are `cleaned`.

    Case, old kanji, small kana, the long vowel mark at the end of technical words, ヶ and ケ, the ノ
    between kanji, へ among katakana, spaces, 「・」, commas and full stops, accents, `and` and `&`.
    """
    same, _ = kanji_forms()
    text = values.alias("text").str.to_lowercase()
    text = mended(text, _ACCENTED, lambda t: t.str.replace_many(_ACCENTED))
    text = mended(text, same, lambda t: t.str.replace_many(same))
    text = mended(text, [" and "], lambda t: t.str.replace_many({" and ": "&"}))
    text = mended(text, list(".,"), lambda t: t.str.replace_all(_DECIMAL, "${1}:${2}"))
    text = mended(text, _DROPPED, lambda t: t.str.replace_many(_DROPPED))
    text = mended(text, list("ノ々"), _between_kanji)
    text = mended(text, list("へべぺ"), _he_of_katakana)
    text = mended(text, SMALL_KANA, lambda t: t.str.replace_many(SMALL_KANA))
    # Voicing marks that stood after a small kana.
    text = mended(text, list("\u3099\u309a"), lambda t: t.str.normalize("NFC"))
    return mended(text, ["ー"], lambda t: t.str.replace_many(_LONG_VOWELS))


def likened(values: pl.Series) -> pl.Series:
    """One form for names that look or sound alike; `values` are `folded`. Not proof of anything."""
    _, alike = kanji_forms()
    text = values.alias("text")
    text = mended(text, KATAKANA, lambda t: t.str.replace_many(KATAKANA).str.replace_many(SMALL_KANA))
    text = mended(text, alike, lambda t: t.str.replace_many(alike))
    text = mended(text, _BRACKETS, lambda t: t.str.replace_many(_BRACKETS))
    text = mended(text, _LIKE_KANA, lambda t: t.str.replace_many(_LIKE_KANA, leftmost=True))
    text = mended(text, _LIKE_WORDS, lambda t: t.str.replace_many(_LIKE_WORDS))
    text = mended(text, ["the"], lambda t: t.str.replace(r"^the(\w)", "${1}"))
    return mended(text, _DIGITS, lambda t: t.str.replace_many(_DIGITS))


def katakana(values: pl.Series) -> pl.Series:
    """Kana in full-width katakana, white space as one space; other letters stay."""
    text = cleaned(values)
    return mended(text, KATAKANA, lambda t: t.str.replace_many(KATAKANA))


def _between_kanji(text: pl.Expr) -> pl.Expr:
    text = text.str.replace_all(r"(\p{Han})ノ(\p{Han})", "${1}の${2}")
    return text.str.replace_all("佐々", "佐佐", literal=True)


def _he_of_katakana(text: pl.Expr) -> pl.Expr:
    # へ and ヘ are drawn alike; among katakana it is one of them.
    for hiragana, other in (("へ", "ヘ"), ("べ", "ベ"), ("ぺ", "ペ")):
        text = text.str.replace_all(f"([ァ-ヺー]){hiragana}", f"${{1}}{other}")
        text = text.str.replace_all(f"{hiragana}([ァ-ヺー])", f"{other}${{1}}")
    return text
