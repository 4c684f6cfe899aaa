"""People's names: family and given name where that is sure, 敬称 cut off and kept, kana, a key.

    split_person("髙橋　一郎 様", "ﾀｶﾊｼ ｲﾁﾛｳ")
    PersonName(original="髙橋　一郎 様", name="髙橋 一郎", family="髙橋", given="一郎",
               family_kana="タカハシ", given_kana="イチロウ", honorific="様", key="高橋一郎", problem=None)

山田太郎 is not split: 山|田太郎 and 山田|太郎 look alike to a rule. Nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from mikomi.core.names.spelling import (
    Row,
    Schema,
    by_distinct,
    clean,
    cleaned,
    fold,
    folded,
    kana_of,
    katakana,
    pattern,
)
from mikomi.core.words import Words

COLUMNS = (
    "name", "family", "given", "family_kana", "given_kana", "honorific", "key", "problem",
)  # fmt: skip
SCHEMA: Schema = dict.fromkeys(COLUMNS, pl.String)

PROBLEMS = {
    "mail": Words("氏名の欄にメールアドレスがあります", "a mail address stands in place of the name"),
    "number": Words("氏名の欄に数字だけがあります", "only digits stand in place of the name"),
    "company": Words("氏名の欄に会社名があるようです", "a company seems to stand in place of the name"),
    "kana": Words("カナの欄にカナでない文字があります", "the kana holds letters that are no kana"),
}
"""What is wrong with a name; it is kept as written all the same."""

_AFTER = "様|さま|サマ|殿|どの|御中|先生|教授|博士|さん|サン|ちゃん|君|くん|氏"
_AFTER_SPACE = rf"\s+({_AFTER})$"
# Joined to the name only those that end no name of a person; 君 and 氏 do, 殿 ends 鵜殿.
_AFTER_JOINED = r"^(.{2,})(様|さま|御中|先生|さん|殿)$"
_BEFORE = r"(?i)^(mr|mrs|ms|miss|dr|prof)\b\.?\s*"
_JAPANESE = r"^[\p{Han}\p{Hiragana}\p{Katakana}々ー〆ヶ]+$"
_IN_TWO = r"^([^ ,、]+) ([^ ,、]+)$"
_BY_COMMA = r"^([^ ,、]+)[,、] ?([^ ,、]+)$"
_KANA_IN_TWO = r"^([^ ・]+) ([^ ・]+)$"
_NOT_KATAKANA = r"[\p{Han}\p{Hiragana}]"
_CAPITALS = r"^[A-Z][A-Z'’-]+$"
_LATIN = r"^[\p{Latin}'’.-]+$"
_TWO_KANJI = r"^\p{Han}{2}$"
_KANJI = r"^\p{Han}+$"
_FAMILY = r"^[\p{Han}々ヶケ]+$"
_MAIL = r"\S@\S+\.\S"
_NUMBER = r"^[0-9\s\-+()]+$"
_KANA = r"^[\p{Katakana}ー・ ]*$"
_APART = "\x1f"
_COMPANY = "株式会社|有限会社|合同会社|\\(株\\)|\\(有\\)|社団法人|財団法人"


@dataclass(frozen=True, slots=True)
class PersonName:
    """One person's name, taken apart. `name` is without 敬称, widths evened, letters as written.

    Family and given name are both there or both None. Kana are full-width katakana. `honorific` is as
    written, `key` is for comparing: old and new kanji forms, spaces and case folded; None without a name.
    `problem` is one of `PROBLEMS`.
    """

    original: str
    name: str
    family: str | None
    given: str | None
    family_kana: str | None
    given_kana: str | None
    honorific: str | None
    key: str | None
    problem: str | None


def split_person(text: str, kana: str | None = None) -> PersonName:
    """`person_parts` for one name, with its kana where they are known."""
    texts, kanas = (pl.Series([value], dtype=pl.String) for value in (text, kana))
    row = person_parts(texts, kanas).row(0, named=True)
    return PersonName(text, **(row | {"name": row["name"] or ""}))


def person_parts(names: pl.Series, kanas: pl.Series | None = None) -> pl.DataFrame:
    """The columns `COLUMNS` for each name of a text column; `kanas` are their readings, row by row.

    A name is split where a space or a comma splits it in two, and where the kana are split and only one
    split of the name agrees with them: a name of two kanji, or one that is written in kana on one side.
    Latin names are split only with a comma (Yamada, Taro) or where one part alone is in capitals
    (YAMADA Taro), for which comes first is not known otherwise.
    """
    if kanas is None:
        kanas = pl.Series([None], dtype=pl.String).new_from_index(0, names.len())
    # One text of both sides, so that each pair of them is computed once.
    sides = [pl.lit(side).fill_null("").str.replace_all(_APART, " ", literal=True) for side in (names, kanas)]
    both = pl.concat_str(*sides, separator=_APART)
    return by_distinct(pl.select(both.alias("both"))["both"], _parts, (_parts_of_one, SCHEMA))


def kana_series(values: pl.Series) -> pl.Series:
    """Readings in full-width katakana, one space between the parts; null where other letters are in them."""
    single = (lambda text: (reading(text),), {"kana": pl.String})
    return by_distinct(values, _readings, single)["kana"].alias(values.name)


def _readings(words: pl.Series) -> pl.DataFrame:
    kept = pl.col("kana").str.contains(_KANA) & (pl.col("kana") != "")
    return katakana(words).alias("kana").to_frame().select(pl.when(kept).then("kana").alias("kana"))


def reading(text: str) -> str | None:
    """`kana_series` of one text."""
    found = kana_of(text)
    return found if found and pattern(_KANA).search(found) else None


def _parts(both: pl.Series) -> pl.DataFrame:
    sides = both.str.split_exact(_APART, 1).struct.unnest()
    frame = cleaned(sides.to_series(0)).alias("text").to_frame()
    read = kana_series(sides.to_series(1)).alias("kana")
    wrong_kana = (read.is_null() & (sides.to_series(1).str.strip_chars() != "")).alias("wrong_kana")
    frame = _without_honorific(frame).with_columns(read, wrong_kana)
    frame = _split_by_space(frame)
    frame = _split_by_kana(frame)
    whole = pl.concat_str("family", "given")
    key = folded(frame.select(pl.coalesce(whole, pl.col("name").str.replace("、", "")).alias("text"))["text"])
    text = pl.col("text")
    problem = (
        pl.when(text.str.contains(_MAIL)).then(pl.lit("mail"))
        .when(text.str.contains(_NUMBER)).then(pl.lit("number"))
        .when(text.str.contains(_COMPANY)).then(pl.lit("company"))
        .when(pl.col("wrong_kana")).then(pl.lit("kana"))
    )  # fmt: skip
    frame = frame.with_columns(key.alias("key"), problem.alias("problem"))
    sound = pl.col("problem").is_null() | (pl.col("problem") == "kana")
    nameless = ~sound | (pl.col("key") == "")
    empty = pl.col("name") == ""
    return frame.with_columns(
        pl.when(~nameless).then(pl.col(name)).alias(name) for name in ("family", "given", "key")
    ).with_columns(pl.when(~empty).then("name").alias("name")).select(COLUMNS)  # fmt: skip


def _without_honorific(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns text, name, honorific."""
    text = pl.col("text")
    before, spaced = text.str.extract(_BEFORE, 0).str.strip_chars(), text.str.extract(_AFTER_SPACE, 1)
    joined = text.str.extract(_AFTER_JOINED, 2)
    return frame.with_columns(
        pl.when(spaced.is_not_null()).then(text.str.replace(_AFTER_SPACE, ""))
        .when(joined.is_not_null()).then(text.str.extract(_AFTER_JOINED, 1))
        .otherwise(text.str.replace(_BEFORE, "")).str.strip_chars(" ,").alias("name"),
        pl.coalesce(spaced, joined, before).alias("honorific"),
    )  # fmt: skip


def _split_by_space(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds family, given, family_kana, given_kana where the writing itself splits them."""
    name = pl.col("name")
    halves = [name.str.extract(_IN_TWO, n) for n in (1, 2)]
    commas = [name.str.extract(_BY_COMMA, n) for n in (1, 2)]
    kana = [pl.col("kana").str.extract(_KANA_IN_TWO, n) for n in (1, 2)]
    frame = frame.with_columns(
        halves[0].alias("a"), halves[1].alias("b"), commas[0].alias("c"), commas[1].alias("d"),
        kana[0].alias("family_kana"), kana[1].alias("given_kana"),
    )  # fmt: skip
    a, b = pl.col("a"), pl.col("b")
    # ジョン スミス and ヤマダ タロウ look alike, and マイケル 田中 is the other way round.
    japanese = a.str.contains(_JAPANESE) & b.str.contains(_JAPANESE)
    japanese &= a.str.contains(_NOT_KATAKANA)
    first_big, second_big = (part.str.contains(_CAPITALS) for part in (a, b))
    latin = (a + b).str.contains(_LATIN)
    capitals_first = latin & first_big & ~second_big
    capitals_second = latin & second_big & ~first_big
    # 山田,太郎 in Japanese; in Latin letters a comma always follows the family name.
    return frame.with_columns(
        pl.when(japanese | capitals_first).then(a).when(capitals_second).then(b)
        .otherwise("c").alias("family"),
        pl.when(japanese | capitals_first).then(b).when(capitals_second).then(a)
        .otherwise("d").alias("given"),
    )  # fmt: skip


def _split_by_kana(frame: pl.DataFrame) -> pl.DataFrame:
    """Splits names without a space where the split kana leave one way only."""
    name, length = pl.col("name"), pl.col("name").str.len_chars()
    read = pl.Series("name_kana", katakana(frame["name"]))
    frame = frame.with_columns(read)
    family_kana, given_kana = pl.col("family_kana"), pl.col("given_kana")
    open_ = pl.col("family").is_null() & given_kana.is_not_null() & name.str.contains(_JAPANESE)
    two = name.str.contains(_TWO_KANJI) & ~name.str.contains("々")
    # 山田さくら read ヤマダ サクラ: the given name is written in kana, what is before it is the family name.
    given_part = length - given_kana.str.len_chars()
    given_written = pl.col("name_kana").str.ends_with(given_kana) & (given_part > 0)
    given_written &= name.str.slice(0, given_part).str.contains(_FAMILY)
    family_part = family_kana.str.len_chars()
    family_written = pl.col("name_kana").str.starts_with(family_kana) & (length > family_part)
    family_written &= name.str.slice(family_part).str.contains(_KANJI)
    at = (
        pl.when(open_ & two).then(pl.lit(1, dtype=pl.UInt32))
        .when(open_ & given_written).then(given_part)
        .when(open_ & family_written).then(family_part)
    )  # fmt: skip
    here = pl.col("at").is_not_null()
    return frame.with_columns(at.alias("at")).with_columns(
        pl.when(here).then(name.str.slice(0, pl.col("at"))).otherwise("family").alias("family"),
        pl.when(here).then(name.str.slice(pl.col("at"))).otherwise("given").alias("given"),
    )


def _parts_of_one(both: str) -> Row:
    """What `_parts` says of one text."""
    text, kana = both.split(_APART, 1)
    text, read = clean(text), reading(kana)
    name, honorific = _name_of(text)
    in_two = pattern(_KANA_IN_TWO).search(read or "")
    family_kana, given_kana = (in_two[1], in_two[2]) if in_two else (None, None)
    parted = _parted_by_space(name) or (in_two and _parted_by_kana(name, in_two[1], in_two[2]))
    family, given = parted or (None, None)
    key = fold(name.replace("、", "", 1) if parted is None else "".join(parted))
    problem = next((code for code, wrong in _WRONG if pattern(wrong).search(text)), None)
    if problem is None and read is None and pattern(r"\S").search(kana):
        problem = "kana"
    if problem in ("mail", "number", "company") or not key:
        family = given = key = None
    return name or None, family, given, family_kana, given_kana, honorific, key, problem


_WRONG = (("mail", _MAIL), ("number", _NUMBER), ("company", _COMPANY))


def _name_of(text: str) -> tuple[str, str | None]:
    """The name without 敬称, and that."""
    before, spaced = pattern(_BEFORE).search(text), pattern(_AFTER_SPACE).search(text)
    joined = pattern(_AFTER_JOINED).search(text)
    honorific = spaced[1] if spaced else joined[2] if joined else before[0].strip(" ") if before else None
    if spaced:
        text = text[: spaced.start()] + text[spaced.end() :]
    elif joined:
        text = joined[1]
    elif before:
        text = text[before.end() :]
    return text.strip(" ,"), honorific


def _parted_by_space(name: str) -> tuple[str, str] | None:
    found = pattern(_IN_TWO).search(name)
    if found:
        a, b = found[1], found[2]
        japanese = pattern(_JAPANESE).search(a) and pattern(_JAPANESE).search(b)
        first_big, second_big = (bool(pattern(_CAPITALS).search(part)) for part in (a, b))
        latin = first_big != second_big and pattern(_LATIN).search(a + b)
        if (japanese and pattern(_NOT_KATAKANA).search(a)) or (latin and first_big):
            return a, b
        if latin:
            return b, a
    found = pattern(_BY_COMMA).search(name)
    return (found[1], found[2]) if found else None


def _parted_by_kana(name: str, family_kana: str, given_kana: str) -> tuple[str, str] | None:
    if not pattern(_JAPANESE).search(name):
        return None
    read, given_part, family_part = kana_of(name), len(name) - len(given_kana), len(family_kana)
    if pattern(_TWO_KANJI).search(name) and "々" not in name:
        at = 1
    elif given_part > 0 and read.endswith(given_kana) and pattern(_FAMILY).search(name[:given_part]):
        at = given_part
    elif read.startswith(family_kana) and pattern(_KANJI).search(name[family_part:]):
        at = family_part
    else:
        return None
    return name[:at], name[at:]
