"""Which leads are proposed as one person, how surely, and that the fast way equals the plain one."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikomi.core.matching.coding import COLLEAGUES, CROWD, SCHEMA
from mikomi.core.matching.levels import Level, Reason, tell_reasons
from mikomi.core.matching.pairs import BLOCK, find_pairs, match_lead
from tests.core.matching.plain import all_pairs
from tests.examples import examples

BLANK: dict[str, Any] = {
    "email": None, "company_domain": None, "phones": None, "name_key": None, "kana_key": None, "family": None,
    "given": None, "company_key": None, "company_core": None, "company_form": None, "corporate_number": None,
}  # fmt: skip


def frame_of(*leads: dict[str, Any]) -> pl.DataFrame:
    rows = [BLANK | {"lead": number} | lead for number, lead in enumerate(leads, start=1)]
    return pl.DataFrame(rows, schema=SCHEMA)


def told(frame: pl.DataFrame) -> dict[tuple[int, int], tuple[int, int]]:
    return {(row[0], row[1]): (row[2], row[3]) for row in find_pairs(frame).iter_rows()}


def level_of(one: dict[str, Any], other: dict[str, Any]) -> Level | None:
    found = told(frame_of(one, other))
    return Level(found[1, 2][0]) if found else None


MAIL = {"email": "taro@aoba.example", "company_domain": "aoba.example"}
FREE = {"email": "taro@free.example"}
PHONE = {"phones": ["+819000000001"]}
TARO = {"name_key": "青葉太郎", "family": "青葉", "given": "太郎"}
JIRO = {"name_key": "若葉花子", "family": "若葉", "given": "花子"}
AT_A = {"company_key": "みどり"}
AT_B = {"company_key": "やまなみ"}
STOCK = {"company_core": "みどり", "company_form": "株式会社"}
INFO = {"email": "info@aoba.example", "company_domain": "aoba.example"}


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (MAIL | TARO, MAIL | TARO, Level.SURE),
        (MAIL | TARO, MAIL, Level.SURE),
        (MAIL, MAIL, Level.SURE),
        (FREE | TARO | AT_A, FREE | TARO | AT_B, Level.SURE),
        (MAIL | TARO, MAIL | {"name_key": "青葉"}, Level.SURE),
        (MAIL | TARO, MAIL | {"name_key": "aobataro"}, Level.SURE),
        (MAIL | TARO, MAIL | JIRO, Level.MAYBE),
        (MAIL | {"name_key": "青葉太郎"}, MAIL | {"name_key": "青葉次郎"}, Level.LIKELY),
        (INFO | TARO, INFO | TARO, Level.SURE),
        (INFO | TARO, INFO, Level.LIKELY),
        (INFO | TARO, INFO | JIRO, Level.MAYBE),
        (PHONE | TARO, PHONE | TARO, Level.SURE),
        (PHONE | TARO | AT_A, PHONE | TARO | AT_B, Level.LIKELY),
        (PHONE | {"name_key": "青葉"}, PHONE | {"name_key": "青葉"}, Level.LIKELY),
        (PHONE | TARO, PHONE | JIRO, None),
        (PHONE | TARO, PHONE, Level.MAYBE),
        (AT_A | TARO, AT_A | TARO, Level.LIKELY),
        (AT_A | {"name_key": "青葉"}, AT_A | {"name_key": "青葉"}, Level.MAYBE),
        (
            AT_A | {"name_key": "林健一", "kana_key": "ハヤシ ケンイチ"},
            AT_A | {"name_key": "林健一"},
            Level.LIKELY,
        ),
        (
            AT_A | {"name_key": "五十嵐", "kana_key": "イガラシ"},
            AT_A | {"name_key": "五十嵐"},
            Level.MAYBE,
        ),
        (AT_A | TARO, AT_A | JIRO, None),
        (AT_A | TARO, AT_B | TARO, None),
        (AT_A | TARO | STOCK, AT_B | TARO | STOCK, Level.MAYBE),
        (AT_A | TARO | STOCK, AT_B | TARO | STOCK | {"company_form": None}, Level.MAYBE),
        (AT_A | TARO | STOCK, AT_B | TARO | STOCK | {"company_form": "有限会社"}, None),
        (AT_A | {"name_key": "青葉"} | STOCK, AT_B | {"name_key": "青葉"} | STOCK, None),
        (AT_A | TARO | STOCK, AT_B | JIRO | STOCK, None),
        (FREE | TARO | AT_A | STOCK, FREE | TARO | AT_B | STOCK, Level.SURE),
        (TARO, TARO, None),
        (AT_A, AT_A, None),
        (
            AT_A | TARO | {"kana_key": "アオバタロウ"},
            AT_A | {"name_key": "アオバタロウ"},
            Level.LIKELY,
        ),
        (
            AT_A | {"name_key": "伊東健二", "kana_key": "イトウケンジ"},
            AT_A | {"name_key": "伊藤賢治", "kana_key": "イトウケンジ"},
            Level.MAYBE,
        ),
        (AT_A | {"name_key": "斉藤健一"}, AT_A | {"name_key": "斎藤健一"}, Level.LIKELY),
        (AT_A | {"name_key": "takahashi"}, AT_A | {"name_key": "takahasi"}, Level.MAYBE),
        (
            AT_A | {"name_key": "青葉健一", "kana_key": "アオバケンイチ"},
            AT_A | {"name_key": "青葉健二", "kana_key": "アオバケンジ"},
            None,
        ),
        (
            AT_A | TARO | {"email": "t.aoba@aoba.example", "company_domain": "aoba.example"},
            AT_A | TARO | MAIL,
            Level.MAYBE,
        ),
        (
            AT_A | TARO | {"corporate_number": "1" * 13},
            AT_A | TARO | {"corporate_number": "2" * 13},
            None,
        ),
        (
            AT_A | TARO | {"corporate_number": "1" * 13},
            AT_B | TARO | {"corporate_number": "1" * 13},
            Level.LIKELY,
        ),
    ],
)
def test_how_sure_two_leads_are_one(one: dict[str, Any], other: dict[str, Any], level: Level | None) -> None:
    assert level_of(one, other) == level
    assert level_of(other, one) == level


def test_a_name_alone_makes_no_pair_however_often_it_occurs() -> None:
    assert told(frame_of(*[TARO] * 40)) == {}


def test_a_shared_address_joins_nobody_but_like_names() -> None:
    names = [f"青葉{letter}子" for letter in "春夏秋冬月星空海山川"]
    leads = [{"email": "info@aoba.example", "name_key": name} for name in (*names, names[0])]
    assert list(told(frame_of(*leads))) == [(1, 11)]
    assert told(frame_of(*leads))[1, 11][1] & Reason.SHARED_MAIL


def test_a_switchboard_of_many_does_not_explode() -> None:
    leads = [PHONE | {"name_key": f"青葉{chr(0x4E00 + i)}郎"} for i in range(3000)]
    assert len(told(frame_of(*leads))) == 0


def test_names_that_differ_in_one_letter_mean_nothing_among_many_colleagues() -> None:
    near = [AT_A | {"name_key": "青葉太郎"}, AT_A | {"name_key": "青葉太朗"}]
    few = [AT_A | {"name_key": f"若葉{chr(0x4E00 + i)}{chr(0x5E00 + i)}"} for i in range(COLLEAGUES - 2)]
    assert list(told(frame_of(*near, *few))) == [(1, 2)]
    assert told(frame_of(*near, *few, AT_A)) == {}


def test_the_same_lead_a_thousand_times_is_one_group_with_few_pairs() -> None:
    found = find_pairs(frame_of(*[MAIL | TARO] * 1000))
    assert found.height < 3000
    assert found["level"].unique().to_list() == [Level.SURE]
    assert set(found["first"].to_list()) | set(found["second"].to_list()) == set(range(1, 1001))


def test_reasons_are_said_in_both_languages_those_for_it_first() -> None:
    found = find_pairs(frame_of(MAIL | TARO, MAIL | JIRO))
    said = tell_reasons(found["reasons"][0])
    assert [one.code for one in said] == ["same_mail", "same_domain", "other_name"]
    assert [one.speaks_for for one in said] == [True, True, False]
    assert all(one.words.ja and one.words.en for one in said)
    assert len({one.words.ja for one in tell_reasons(2 ** len(Reason) - 1)}) == len(Reason)


def test_a_frame_without_optional_columns_or_rows_is_fine() -> None:
    assert find_pairs(pl.DataFrame({"lead": [1, 2], "email": ["a@b.example"] * 2})).height == 1
    assert find_pairs(pl.DataFrame(schema=SCHEMA)).height == 0
    assert find_pairs(pl.DataFrame({"lead": [7, 3]})).height == 0


def pick(*values: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, *values])


leads_of = st.lists(
    st.fixed_dictionaries(
        {
            "email": pick("a@x.example", "info@x.example", "b@x.example", "a@free.example", ""),
            "company_domain": pick("x.example", "y.example"),
            "phones": st.none() | st.lists(st.sampled_from(["+811", "+812", "+813", ""]), max_size=2),
            "name_key": pick(
                "青葉太郎", "青葉太朗", "青葉次郎", "青葉", "青", "アオバタロウ", "アオバ", "斉藤健一",
                "斎藤健一", "林健", "aobataro", "aobatraoo", "aobatoro", "aoba", "あおばたろう", "青葉太郎丸",
            ),
            "kana_key": pick("アオバタロウ", "アオバ タロウ", "アオバジロウ", "サイトウケンイチ"),
            "family": pick("青葉", "斎藤"),
            "given": pick("太郎"),
            "company_key": pick("みどり", "やまなみ"),
            "company_core": pick("緑", "山波"),
            "company_form": pick("株式会社", "有限会社"),
            "corporate_number": pick("1", "2"),
        }
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=examples(250), deadline=None)
@given(leads_of)
def test_the_fast_way_finds_what_comparing_all_with_all_finds(leads: list[dict[str, Any]]) -> None:
    frame = frame_of(*leads)
    assert told(frame) == all_pairs(frame.to_dicts())


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(leads_of, min_size=3, max_size=3), st.integers(CROWD - 2, BLOCK))
def test_crowds_are_judged_alike(parts: list[list[dict[str, Any]]], copies: int) -> None:
    crowd = [{"email": "a@x.example", "phones": ["+811"], "name_key": None}] * copies
    frame = frame_of(*(lead for part in parts for lead in part), *crowd)
    plain = all_pairs(frame.to_dicts())
    fast = told(frame)
    assert set(fast) <= set(plain)
    assert all(plain[pair] == found for pair, found in fast.items())


@settings(max_examples=examples(60), deadline=None)
@given(leads_of.filter(bool), st.data())
def test_one_new_lead_is_matched_as_among_all(leads: list[dict[str, Any]], data: st.DataObject) -> None:
    frame = frame_of(*leads)
    number = data.draw(st.sampled_from(frame["lead"].to_list()))
    alone = match_lead(frame.filter(pl.col("lead") == number), frame)
    among = find_pairs(frame).filter((pl.col("first") == number) | (pl.col("second") == number))
    assert alone.sort("first", "second").equals(among.sort("first", "second"))
