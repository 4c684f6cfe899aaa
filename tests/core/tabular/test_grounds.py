"""Which columns say on what ground mail may be sent, and what their texts mean."""

from __future__ import annotations

import polars as pl
import pytest

from mikomi.core.tabular.grounds import propose_grounds, read_grounds


def proposed(**columns: str):
    frame = pl.DataFrame({name: [value] for name, value in columns.items()})
    return propose_grounds(frame.columns, frame)


def test_a_day_is_proposed_by_its_header_for_the_ground_that_it_means() -> None:
    found = proposed(氏名="山田", 同意日="2026/4/1", 名刺交換日="2026/4/2", 取得日="2026/4/3")
    assert found.days == {"consent": "同意日", "card": "名刺交換日", "deal": "取得日", "published": "取得日"}
    assert found.kind == ""


@pytest.mark.parametrize(
    ("header", "ground"),
    [
        ("Opt-in Date", "consent"),
        ("名刺情報 名刺交換日", "card"),
        ("Date Exchanged", "card"),
        ("取引開始日（必須）", "deal"),
    ],
)
def test_headers_are_read_as_people_write_them(header: str, ground: str) -> None:
    assert proposed(**{header: "2026-04-01"}).days == {ground: header}


@pytest.mark.parametrize(("header", "value"), [("同意日", "した"), ("同意日", ""), ("誕生日", "2026-04-01")])
def test_a_column_without_days_or_of_another_meaning_is_not_proposed(header: str, value: str) -> None:
    assert proposed(**{header: value}).days == {}


def test_the_column_of_the_kind_is_proposed_where_its_texts_are_grounds() -> None:
    assert proposed(根拠="名刺").kind == "根拠"
    assert proposed(根拠="展示会で話した").kind == ""


def test_texts_say_a_ground_or_nothing() -> None:
    texts = [
        "同意",
        "同意 済",
        "書面・名刺",
        "ＣＡＲＤ",
        "取引関係",
        "公表",
        "なし",
        "―",
        "たぶん同意",
        "",
        None,
    ]
    assert read_grounds(pl.Series(texts)).to_list() == [
        "consent", "consent", "card", "card", "deal", "published", "none", "none", None, None, None,
    ]  # fmt: skip
