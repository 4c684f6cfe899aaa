"""A text by itself is read as among many: both ways of each function say the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from unicodedata import category

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from mikomi.core.names import spelling
from mikomi.core.names.companies import company_parts
from mikomi.core.names.corporate_number import corporate_numbers
from mikomi.core.names.mail_domains import mail_domains
from mikomi.core.names.people import kana_series, person_parts
from mikomi.core.names.phones import read_phones
from mikomi.core.names.spelling import cleaned, folded, katakana, likened, sounds
from tests.examples import examples

type Read = Callable[[pl.Series], pl.DataFrame]


def _column(read: Callable[[pl.Series], pl.Series]) -> Read:
    return lambda texts: read(texts).alias("text").to_frame()


WAYS: dict[str, Read] = {
    "cleaned": _column(cleaned),
    "folded": _column(lambda texts: folded(cleaned(texts))),
    "likened": _column(lambda texts: likened(folded(cleaned(texts)))),
    "katakana": _column(katakana),
    "sounds": _column(sounds),
    "kana": _column(kana_series),
    "person": person_parts,
    "person read": lambda texts: person_parts(texts, texts.reverse()),
    "company": company_parts,
    "phone": read_phones,
    "mail": mail_domains,
    "corporate number": corporate_numbers,
}

WORDS = (
    "株式会社", "（株）", "㈱", "ｶ)", "カ)", "(カ", "有限会社", "合同会社", "一般社団法人", "医療法人",
    "Co., Ltd.", "inc", "K.K.", "LLC", "GmbH", "大阪支店", "営業部", "第一工場", "本社", "健康保険組合",
    "御中", "様", " 様", "さん", "殿", "Mr. ", "旧", "(旧 北浜)", "（きたはま）", "(Kitahama)",
    "北浜精機", "みどり会", "コンピューター", "センター", "ヘルス", "へ", "ヘ", "佐々木", "山ノ内",
    "茅ヶ崎", "髙", "﨑", "齋藤", "葛󠄀城", "ｶﾞ", "カ゛", "ヴァ", "ー", "-", "―", "・", "田中", "太郎",
    "山田", "さくら", "タナカ", "タロウ", "ヤマダ", "サクラ", "たろう", "Yamada", "TARO", "and",
    " and ", "&", "the", "「", "」", "(", ")", "/", ",", "、", ".", ":", "’", "é", "Ω", "ﬁ", "\u200b",
    "\u3099", "\ufe00", "\u3000", " ", "\t", "\n", "\x1f", "03", "090", "0120", "+81", "+1", "81",
    "010", "(0)", "-1234-", "5678", "１２３４", "内線", "ext", "代表", "(代)", "TEL:", "携帯", ".0",
    "E+08", "またはー", "#12", "x3", "taro", "info", "@", "midori.example", "co.jp", ".jp", "gmail.com",
    "docomo.ne.jp", "1234567890123", "T7000012050002", "法人番号:", "々", "一", "二", "之", "なし",
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(st.sampled_from(WORDS), min_size=0, max_size=7).map("".join),
    st.text(st.characters(exclude_categories=("Cs", "Cn", "Co")), max_size=12),
)


def both_ways(read: Read, texts: Sequence[str | None]) -> tuple[pl.DataFrame, pl.DataFrame]:
    column = pl.Series("text", texts, dtype=pl.String)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(spelling, "FEW", len(texts))
        one_by_one = read(column)
        patched.setattr(spelling, "FEW", -1)
        return one_by_one, read(column)


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=examples(60), deadline=None)
@given(texts=st.lists(st.none() | TEXTS, max_size=30))
def test_a_text_by_itself_is_read_as_among_many(way: str, texts: list[str | None]) -> None:
    assert_frame_equal(*both_ways(WAYS[way], texts))


@pytest.mark.parametrize("way", ["cleaned", "likened", "sounds"])
def test_every_letter_is_read_alike(way: str) -> None:
    every = [chr(code) for code in range(0x1_0000) if category(chr(code)) not in ("Cs", "Cn", "Co")]
    around = [f"青{letter}ア" for letter in every]
    assert_frame_equal(*both_ways(WAYS[way], [*every, *around]))


def test_known_company_names_are_read_alike() -> None:
    lines = Path(__file__).with_name("company_pairs.txt").read_text("utf-8").splitlines()
    names = [part.strip() for line in lines for part in line.split("|")]
    assert len(names) > 600
    assert_frame_equal(*both_ways(company_parts, names))


def test_a_long_text_is_left_to_the_way_of_many() -> None:
    long = "北" * (spelling.SHORT + 1)
    assert company_parts(pl.Series([long]))["core_key"].item() == long
