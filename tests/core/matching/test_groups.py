"""Which leads are merged together in bulk, and which groups a person looks at first."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from mikomi.core.matching.coding import SCHEMA
from mikomi.core.matching.groups import GROUPS_SCHEMA, HELD, LARGEST, group_sure
from mikomi.core.matching.levels import Level
from mikomi.core.matching.pairs import PAIRS_SCHEMA, find_pairs

BLANK: dict[str, Any] = dict.fromkeys(SCHEMA)


def frame_of(*leads: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(
        [BLANK | {"lead": number} | lead for number, lead in enumerate(leads, start=1)], schema=SCHEMA
    )


def groups_of(
    frame: pl.DataFrame, apart: list[tuple[int, int]] | None = None
) -> dict[int, tuple[int, str | None]]:
    told = pl.DataFrame(apart, schema=["first", "second"], orient="row") if apart else None
    found = group_sure(frame, find_pairs(frame), told)
    assert found.schema == pl.Schema(GROUPS_SCHEMA)
    return {lead: (group, held) for group, lead, held in found.iter_rows()}


TARO = {"name_key": "青葉太郎", "family": "青葉", "given": "太郎"}
MAIL = {"email": "taro@free.example"}
PHONE = {"phones": ["+819000000001"]}


def test_leads_joined_by_way_of_others_are_one_group() -> None:
    frame = frame_of(TARO | MAIL, TARO | PHONE | MAIL, TARO | PHONE, TARO)
    assert groups_of(frame) == {1: (1, None), 2: (1, None), 3: (1, None)}


def test_likely_pairs_join_nobody() -> None:
    assert groups_of(frame_of(TARO | {"company_key": "みどり"}, TARO | {"company_key": "みどり"})) == {}
    assert groups_of(frame_of()) == {}


def test_a_nameless_lead_does_not_join_two_people() -> None:
    other = {"name_key": "若葉花子"}
    found = groups_of(frame_of(TARO | MAIL, MAIL, other | MAIL))
    assert set(found.values()) == {(1, "names")}


def test_a_group_of_two_corporate_numbers_is_held() -> None:
    one, other = {"corporate_number": "1" * 13}, {"corporate_number": "2" * 13}
    assert set(groups_of(frame_of(TARO | MAIL | one, TARO | MAIL | other)).values()) == {(1, "numbers")}


def test_a_group_of_two_companies_and_two_addresses_is_held() -> None:
    a, b = {"company_key": "みどり"}, {"company_key": "やまなみ"}
    mail = {"email": "t@other.example"}
    frame = frame_of(TARO | MAIL | a, TARO | MAIL | PHONE, TARO | PHONE | mail | b)
    assert set(groups_of(frame).values()) == {(1, "companies")}
    frame = frame_of(TARO | MAIL | a, TARO | MAIL | b)
    assert set(groups_of(frame).values()) == {(1, None)}


def test_a_pair_told_apart_is_not_joined_again() -> None:
    frame = frame_of(TARO | MAIL, TARO | MAIL)
    assert groups_of(frame, [(2, 1)]) == {}
    frame = frame_of(TARO | MAIL, TARO | MAIL, TARO | MAIL)
    assert set(groups_of(frame, [(3, 1)]).values()) == {(1, "apart")}


def test_a_large_group_is_held() -> None:
    assert set(groups_of(frame_of(*[TARO | MAIL] * (LARGEST + 1))).values()) == {(1, "large")}
    assert set(groups_of(frame_of(*[TARO | MAIL] * LARGEST)).values()) == {(1, None)}


def test_why_a_group_is_held_is_said_in_both_languages() -> None:
    assert all(words.ja and words.en for words in HELD.values())


edges = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)).filter(lambda e: e[0] < e[1]), max_size=40)


@settings(deadline=None)
@given(edges)
def test_groups_are_what_can_be_reached(pairs: list[tuple[int, int]]) -> None:
    rows = [(a, b, int(Level.SURE), 1) for a, b in set(pairs)]
    frame = pl.DataFrame(rows, schema=PAIRS_SCHEMA, orient="row")
    found = group_sure(frame_of(*[{}] * 30), frame)
    reached = {lead: {lead} for edge in pairs for lead in edge}
    for a, b in pairs:
        joined = reached[a] | reached[b]
        for lead in joined:
            reached[lead] = joined
    assert {lead: group for group, lead, _ in found.iter_rows()} == {
        lead: min(s) for lead, s in reached.items()
    }
