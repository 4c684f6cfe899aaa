"""One spelling for what is written in several."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest

from mikomi.core.names.spelling import by_distinct, cleaned, folded, kanji_forms, katakana, likened


def fold(text: str) -> str:
    return folded(cleaned(pl.Series([text]))).item()


def like(text: str) -> str:
    return likened(folded(cleaned(pl.Series([text])))).item()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋", "高橋"), ("山﨑", "山崎"), ("齋藤", "斎藤"), ("邊見", "辺見"), ("葛󠄀城", "葛城"),
        ("神", "神"),
        ("ｶﾞｽ", "ガス"), ("カ゛ス", "ガス"), ("キヤノン", "キャノン"), ("茅ヶ崎", "茅ケ崎"),
        ("山ノ内", "山の内"),
        ("へルス", "ヘルス"), ("スーパ-", "スーパー"), ("A B", "Ａ　Ｂ"), ("A・B", "A･B"),
        ("X and Y", "x & y"),
        ("サーバー", "サーバ"), ("\u200b北浜", "北浜"), ("佐々木", "佐佐木"),
    ],
)  # fmt: skip
def test_written_otherwise_is_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("斎藤", "斉藤"), ("冨田", "富田"), ("島", "嶋"), ("さくら", "サクラ"), ("タイガ", "タイガー"),
        ("ヴィラ", "ビラ"),
        ("第一", "第1"), ("T-1", "T1"), ("(A)", "A"),
    ],
)  # fmt: skip
def test_what_only_looks_or_sounds_alike_is_not_the_same_but_alike(one: str, other: str) -> None:
    assert fold(one) != fold(other)
    assert like(one) == like(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("電気", "電機"),
        ("太田", "大田"),
        ("ビル", "ベル"),
        ("パーク", "バーク"),
        ("1.5", "15"),
        ("A&B", "AB"),
    ],
)
def test_other_names_stay_others(one: str, other: str) -> None:
    assert fold(one) != fold(other)
    assert like(one) != like(other)


def test_the_kanji_are_single_letters_each_with_one_form() -> None:
    same, alike = kanji_forms()
    for table in (same, alike):
        assert all(len(letter) == 1 for pair in table.items() for letter in pair)
        assert not set(table) & set(table.values()), "a form kept is replaced by another"
    assert not set(alike) & set(same), "likened text is folded before"
    # What NFKC does already needs no line.
    assert all(unicodedata.normalize("NFKC", letter) == letter for letter in same | alike)


def test_folding_twice_changes_nothing() -> None:
    names = pl.Series(["髙﨑コンピューターセンター", "X and Y", "山ノ内ヶ丘", "1,234.5", "ｽ-ﾊﾟ-", "A B・C"])
    once = folded(cleaned(names))
    assert folded(cleaned(once)).to_list() == once.to_list()


def test_kana_become_full_width_katakana() -> None:
    assert katakana(pl.Series(["ﾔﾏﾀﾞ ﾀﾛｳ", "やまだ　たろう", "山田", None])).to_list() == [
        "ヤマダ タロウ", "ヤマダ タロウ", "山田", None,
    ]  # fmt: skip


def test_each_distinct_value_is_computed_once() -> None:
    asked: list[list[str]] = []

    def lengths(words: pl.Series) -> pl.DataFrame:
        asked.append(sorted(words))
        return pl.DataFrame({"length": words.str.len_chars()})

    found = by_distinct(pl.Series(["aa", None, "b", "aa", "b"]), lengths)
    assert asked == [["aa", "b"]]
    assert found["length"].to_list() == [2, None, 1, 2, 1]
