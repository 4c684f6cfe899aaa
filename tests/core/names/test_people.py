"""People's names: split where it is sure, never where it is not. The people are invented."""

from __future__ import annotations

import polars as pl
import pytest

from mikomi.core.names.people import PROBLEMS, PersonName, kana_series, person_parts, split_person


def test_a_name_is_taken_apart_and_kept_as_written() -> None:
    assert split_person("髙橋　一郎 様", "ﾀｶﾊｼ ｲﾁﾛｳ") == PersonName(
        original="髙橋　一郎 様",
        name="髙橋 一郎",
        family="髙橋",
        given="一郎",
        family_kana="タカハシ",
        given_kana="イチロウ",
        honorific="様",
        key="高橋一郎",
        problem=None,
    )


@pytest.mark.parametrize(
    ("name", "kana", "family", "given"),
    [
        ("山田 太郎", None, "山田", "太郎"),
        ("山田　太郎", None, "山田", "太郎"),
        ("山田、太郎", None, "山田", "太郎"),
        ("佐々木 一", None, "佐々木", "一"),
        ("山田 マイケル", None, "山田", "マイケル"),
        ("林修", "ハヤシ オサム", "林", "修"),
        ("山田さくら", "やまだ さくら", "山田", "さくら"),
        ("さくら花子", "サクラ ハナコ", "さくら", "花子"),
        ("Yamada, Taro", None, "Yamada", "Taro"),
        ("YAMADA Taro", None, "YAMADA", "Taro"),
        ("Taro YAMADA", None, "YAMADA", "Taro"),
    ],
)
def test_it_is_split_where_that_is_sure(name: str, kana: str | None, family: str, given: str) -> None:
    found = split_person(name, kana)
    assert (found.family, found.given) == (family, given)


@pytest.mark.parametrize(
    ("name", "kana"),
    [
        ("山田太郎", None), ("山田太郎", "ヤマダ タロウ"), ("長谷川一", "ハセガワ ハジメ"),
        ("林修", None), ("林修", "ハヤシオサム"),
        ("Taro Yamada", None), ("TARO YAMADA", None), ("ジョン スミス", None), ("ヤマダ タロウ", None),
        ("マイケル 田中", None),
        ("山田 太郎 ジュニア", None), ("山田", None), ("山田さくら", None), ("佐々", "サ ッサ"),
        ("山田さくら", "ヤマダ ハナコ"),
    ],
)  # fmt: skip
def test_it_is_not_split_where_that_is_not_sure(name: str, kana: str | None) -> None:
    found = split_person(name, kana)
    assert (found.family, found.given, found.name) == (None, None, name)


@pytest.mark.parametrize(
    ("text", "name", "honorific"),
    [
        ("山田太郎様", "山田太郎", "様"),
        ("山田 太郎 殿", "山田 太郎", "殿"),
        ("山田太郎先生", "山田太郎", "先生"),
        ("山田太郎さん", "山田太郎", "さん"),
        ("山田 太郎 氏", "山田 太郎", "氏"),
        ("Mr. John Smith", "John Smith", "Mr."),
        ("Dr John Smith", "John Smith", "Dr"),
        ("鵜殿", "鵜殿", None),
        ("王昭君", "王昭君", None),
        ("Drew Barker", "Drew Barker", None),
    ],
)
def test_the_honorific_is_cut_off_and_kept(text: str, name: str, honorific: str | None) -> None:
    found = split_person(text)
    assert (found.name, found.honorific) == (name, honorific)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋 一郎", "高橋一郎"),
        ("渡邉花子 様", "渡辺　花子"),
        ("Taro YAMADA", "Yamada, Taro"),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダタロウ"),
    ],
)
def test_one_person_written_otherwise_has_one_key(one: str, other: str) -> None:
    assert split_person(one).key == split_person(other).key


def test_another_kanji_is_another_name() -> None:
    assert split_person("斎藤 一郎").key != split_person("斉藤 一郎").key


@pytest.mark.parametrize(
    ("text", "kana", "problem"),
    [("taro@example.com", None, "mail"), ("090-1234-5678", None, "number"), ("株式会社北浜", None, "company"),
     ("山田 太郎", "Yamada Taro", "kana")],
)  # fmt: skip
def test_what_is_no_name_is_said_and_kept(text: str, kana: str | None, problem: str) -> None:
    found = split_person(text, kana)
    assert (found.problem, found.name) == (problem, text)
    assert problem in PROBLEMS
    assert (found.key is None) == (problem != "kana")


def test_a_column_keeps_its_rows_and_its_nulls() -> None:
    found = person_parts(
        pl.Series(["山田 太郎", None, "", "山田 太郎"]), pl.Series([None, None, None, "ﾔﾏﾀﾞ ﾀﾛｳ"])
    )
    assert found["family"].to_list() == ["山田", None, None, "山田"]
    assert found["family_kana"].to_list() == [None, None, None, "ヤマダ"]
    assert found["key"].to_list() == ["山田太郎", None, None, "山田太郎"]


def test_kana_are_evened_or_refused() -> None:
    kana = pl.Series("カナ", ["ﾔﾏﾀﾞ　ﾀﾛｳ", "やまだ たろう", "山田", "Yamada", "", None])
    assert kana_series(kana).to_list() == ["ヤマダ タロウ", "ヤマダ タロウ", None, None, None, None]
