"""One spelling for what is written in several: widths, marks, old kanji, kana.

Two grades. `folded` keeps apart everything that may be a different name: two texts with one folded
form are one name written in two ways. `likened` goes further, for proposals that a person decides.

What is written set-wise for a million texts takes milliseconds for one, for each step asks Polars anew.
So each function has a sibling for a single text (`clean`, `fold`, `liken`, `kana_of`) that gives the same,
and `by_distinct` chooses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import polars as pl
import regex

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
_VARIATION_SELECTORS = "[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
_DROPPED = dict.fromkeys(" ・·•‧∙⋅,.'’‘`´\"“”「」『』", "")
_BETWEEN = r"[\s・]"
_DECIMAL = r"([0-9])[.,]([0-9])"
_HE = (("へ", "ヘ"), ("べ", "ベ"), ("ぺ", "ペ"))
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


FEW = 100
"""So many texts are read one by one; more are read set-wise."""

SHORT = 300
"""Letters of a text that is read by itself; in longer ones a pattern could wander about for too long."""

type Row = tuple[str | bool | None, ...]
type Schema = Mapping[str, type[pl.DataType]]


def by_distinct(
    values: pl.Series,
    compute: Callable[[pl.Series], pl.DataFrame],
    single: tuple[Callable[[str], Row], Schema] | None = None,
) -> pl.DataFrame:
    """`compute`, asked once for each distinct value, spread over all rows in their order.

    `compute` takes distinct texts without null and gives a frame of as many rows. `single`: what gives a
    row of it for one text, asked where there are few, and the columns. A null row is null in every column.
    """
    few = _few(values) if single is not None else None
    if single is not None and few is not None:
        one, schema = single
        nothing: Row = (None,) * len(schema)
        rows = [nothing if text is None else one(text) for text in few]
        return pl.DataFrame(rows, schema=schema, orient="row")
    words = values.drop_nulls().unique()
    if words.len() == values.len():
        return compute(values)
    found = compute(words).with_columns(words.alias("_word"))
    rows = values.alias("_word").to_frame()
    return rows.join(found, on="_word", how="left", maintain_order="left").drop("_word")


def by_text(values: pl.Series, one: Callable[[str], str | None]) -> pl.Series | None:
    """`one` of each text, null staying null; None where there are many texts or long ones."""
    few = _few(values)
    if few is None:
        return None
    return pl.Series(values.name, [None if text is None else one(text) for text in few], dtype=pl.String)


def _few(values: pl.Series) -> list[str | None] | None:
    if values.len() > FEW:
        return None
    texts: list[str | None] = values.to_list()
    return texts if all(text is None or len(text) <= SHORT for text in texts) else None


@cache
def pattern(written: str) -> regex.Pattern[str]:
    """A pattern as Polars takes it, for one text. White space is what Unicode says, not Python."""
    return regex.compile(written.replace(r"\S", r"\P{White_Space}").replace(r"\s", r"\p{White_Space}"))


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
    few = by_text(text, clean)
    if few is not None:
        return few
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
    few = by_text(values.alias("text"), fold)
    if few is not None:
        return few
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
    text = values.alias("text")
    few = by_text(text, liken)
    if few is not None:
        return few
    _, alike = kanji_forms()
    text = mended(text, KATAKANA, lambda t: t.str.replace_many(KATAKANA).str.replace_many(SMALL_KANA))
    text = mended(text, alike, lambda t: t.str.replace_many(alike))
    text = mended(text, _BRACKETS, lambda t: t.str.replace_many(_BRACKETS))
    text = mended(text, _LIKE_KANA, lambda t: t.str.replace_many(_LIKE_KANA, leftmost=True))
    text = mended(text, _LIKE_WORDS, lambda t: t.str.replace_many(_LIKE_WORDS))
    text = mended(text, ["the"], lambda t: t.str.replace(r"^the(\w)", "${1}"))
    return mended(text, _DIGITS, lambda t: t.str.replace_many(_DIGITS))


def katakana(values: pl.Series) -> pl.Series:
    """Kana in full-width katakana, white space as one space; other letters stay."""
    few = by_text(values.alias("text"), kana_of)
    if few is not None:
        return few
    text = cleaned(values)
    return mended(text, KATAKANA, lambda t: t.str.replace_many(KATAKANA))


def sounds(values: pl.Series) -> pl.Series:
    """Kana in one writing: katakana, small ones large, nothing between them; null where nothing is left."""
    few = by_text(values, sound_of)
    if few is not None:
        return few
    found = katakana(values).str.replace_many(SMALL_KANA).str.replace_all(_BETWEEN, "")
    return found.set(found == "", None)


@dataclass(frozen=True, slots=True)
class _Tables:
    """The tables of one letter each, for `str.translate`; those of several letters as patterns."""

    before: dict[int, str]
    dashes: dict[int, str]
    accented: dict[int, str]
    same: dict[int, str]
    alike: dict[int, str]
    dropped: dict[int, str]
    small: dict[int, str]
    katakana: dict[int, str]
    brackets: dict[int, str]
    digits: dict[int, str]
    long_vowels: regex.Pattern[str]
    like_kana: regex.Pattern[str]
    like_words: regex.Pattern[str]


@cache
def _tables() -> _Tables:
    same, alike = kanji_forms()
    long_vowels, like_kana, like_words = (
        pattern("|".join(map(re.escape, table))) for table in (_LONG_VOWELS, _LIKE_KANA, _LIKE_WORDS)
    )
    return _Tables(
        before=str.maketrans(_BEFORE),
        dashes=str.maketrans(_DASHES),
        accented=str.maketrans(_ACCENTED),
        same=str.maketrans(same),
        alike=str.maketrans(alike),
        dropped=str.maketrans(_DROPPED),
        small=str.maketrans(SMALL_KANA),
        katakana=str.maketrans(KATAKANA),
        brackets=str.maketrans(_BRACKETS),
        digits=str.maketrans(_DIGITS),
        long_vowels=long_vowels,
        like_kana=like_kana,
        like_words=like_words,
    )


def clean(text: str) -> str:
    """`cleaned` of one text."""
    tables = _tables()
    text = pattern(_VARIATION_SELECTORS).sub("", text.translate(tables.before))
    text = unicodedata.normalize("NFKC", text).translate(tables.dashes)
    if "-" in text:
        text = pattern(r"([\p{Katakana}])-").sub(r"\1ー", text)
    return pattern(r"\s+").sub(" ", text).strip(" ")


def fold(text: str) -> str:
    """`folded` of one text."""
    tables = _tables()
    text = text.lower().translate(tables.accented).translate(tables.same).replace(" and ", "&")
    text = pattern(_DECIMAL).sub(r"\1:\2", text).translate(tables.dropped)
    if "ノ" in text or "々" in text:
        text = pattern(r"(\p{Han})ノ(\p{Han})").sub(r"\1の\2", text).replace("佐々", "佐佐")
    for hiragana, other in _HE:
        if hiragana in text:
            text = pattern(f"([ァ-ヺー]){hiragana}").sub(rf"\1{other}", text)
            text = pattern(f"{hiragana}([ァ-ヺー])").sub(rf"{other}\1", text)
    text = text.translate(tables.small)
    if "\u3099" in text or "\u309a" in text:
        text = unicodedata.normalize("NFC", text)
    return tables.long_vowels.sub(lambda found: found[0][:-1], text) if "ー" in text else text


def liken(text: str) -> str:
    """`likened` of one text."""
    tables = _tables()
    kana = text.translate(tables.katakana)
    text = text if kana == text else kana.translate(tables.small)
    text = text.translate(tables.alike).translate(tables.brackets)
    text = tables.like_kana.sub(lambda found: _LIKE_KANA[found[0]], text)
    text = tables.like_words.sub(lambda found: _LIKE_WORDS[found[0]], text)
    return pattern(r"^the(\w)").sub(r"\1", text).translate(tables.digits)


def kana_of(text: str) -> str:
    """`katakana` of one text."""
    return clean(text).translate(_tables().katakana)


def sound_of(text: str) -> str | None:
    """`sounds` of one text."""
    return pattern(_BETWEEN).sub("", kana_of(text).translate(_tables().small)) or None


def _between_kanji(text: pl.Expr) -> pl.Expr:
    text = text.str.replace_all(r"(\p{Han})ノ(\p{Han})", "${1}の${2}")
    return text.str.replace_all("佐々", "佐佐", literal=True)


def _he_of_katakana(text: pl.Expr) -> pl.Expr:
    # へ and ヘ are drawn alike; among katakana it is one of them.
    for hiragana, other in _HE:
        text = text.str.replace_all(f"([ァ-ヺー]){hiragana}", f"${{1}}{other}")
        text = text.str.replace_all(f"{hiragana}([ァ-ヺー])", f"{other}${{1}}")
    return text
