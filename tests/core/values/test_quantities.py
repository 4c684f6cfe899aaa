"""Which texts are quantities, which are not, and that the stored text says the same."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikomi.core.values.quantities import (
    SCHEMA,
    Quantity,
    Unit,
    header_unit,
    parse_quantities,
    parse_quantity,
    write_quantities,
)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("50名", "50"),
        ("約300人", "約300"),
        ("300〜999名", "300〜999"),
        ("1,000人以上", "1000〜"),
        ("50人未満", "〜<50"),
        ("1億2,000万円", "120000000"),
        ("3百万円", "3000000"),
        ("１２千円", "12000"),
        ("¥1,200,000", "1200000"),
        ("￥１，２００", "1200"),
        ("120百万", "120000000"),
        ("1.5億", "150000000"),
        ("2.3億円", "230000000"),
        ("300～999", "300〜999"),
        ("300-999", "300〜999"),
        ("300－999名", "300〜999"),
        ("300名〜999名", "300〜999"),
        ("300 ~ 999 名", "300〜999"),
        ("300名から999名まで", "300〜999"),
        ("100人以上300人未満", "100〜<300"),
        ("100人以上、300人未満", "100〜<300"),
        ("100以上〜300以下", "100〜300"),
        ("100人超", ">100〜"),
        ("100人を超える", ">100〜"),
        ("〜50名", "〜50"),
        ("1000名〜", "1000〜"),
        ("1,000+", "1000〜"),
        ("50人以下", "〜50"),
        ("50名まで", "〜50"),
        ("最大50名", "〜50"),
        ("約5〜6人", "約5〜6"),
        ("50名程度", "約50"),
        ("300人弱", "約300"),
        ("従業員数：約300名", "約300"),
        ("資本金1億円", "100000000"),
        ("50名（2026年4月現在）", "50"),
        ("120億円（連結）", "12000000000"),
        ("3〜5億円", "300000000〜500000000"),
        ("500〜1万人", "500〜10000"),
        ("1億〜5億円", "100000000〜500000000"),
        ("五十名", "50"),
        ("三百人", "300"),
        ("一〇〇", "100"),
        ("二千五百", "2500"),
        ("10K", "10000"),
        ("3M", "3000000"),
        ("1.2 million", "1200000"),
        ("over 100 employees", ">100〜"),
        ("up to 50", "〜50"),
        ("50-99 employees", "50〜99"),
        (">=100", "100〜"),
        ("-5", "-5"),
        ("△1,200", "-1200"),
        ("0", "0"),
        ("0.5", "0.5"),
        ("1,234.25", "1234.25"),
        ("2万5千円", "25000"),
        ("1兆2000億円", "1200000000000"),
        ("千円", "1000"),
        ("1,000円以上5,000円未満", "1000〜<5000"),
    ],
)
def test_what_people_write_is_understood(text: str, stored: str) -> None:
    found = parse_quantity(text)
    assert found is not None
    assert found.text() == stored
    assert parse_quantity(stored) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "不明",
        "数十名",
        "十数名",
        "二三人",
        "-",
        "〜",
        "約",
        "円",
        "人",
        "300人（うち正社員200人）",
        "50/60",
        "12,34",
        "1 000",
        "2026-11-01",
        "2026/11/1",
        "03-1234-5678",
        "0120",
        "999〜300",
        "$100",
        "100ユーロ",
        "100、300",
        "50名以上100名以上",
        "万",
        "一般",
        "5m",
        "100%",
        "月額5万円",
        "〜50〜",
        "50名様ご招待",
        "1e5",
        "nan",
        "1" * 90,
        "100以上超",
        "2026-11",
    ],
)
def test_what_is_not_sure_is_nothing(text: str) -> None:
    assert parse_quantity(text) is None


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("売上高（百万円）", Unit(1e6, "JPY", False)),
        ("資本金(単位:千円)", Unit(1e3, "JPY", False)),
        ("資本金[万円]", Unit(1e4, "JPY", False)),
        ("従業員数（名）", Unit(1.0, "JPY", True)),
        ("Revenue (million yen)", Unit(1e6, "JPY", False)),
        ("Revenue (JPY million)", Unit(1e6, "JPY", False)),
        ("売上高_百万円", Unit(1e6, "JPY", False)),
        ("Budget (USD)", Unit(1.0, "USD", False)),
        ("売上（億）", Unit(1e8, "JPY", True)),
        ("売上高（連結）", None),
        ("会社名", None),
        ("", None),
    ],
)
def test_a_header_tells_its_unit(header: str, unit: Unit | None) -> None:
    assert header_unit(header) == unit


def test_the_unit_of_the_header_counts_where_the_value_has_none() -> None:
    thousands = Unit(1e3, "JPY", False)
    values = pl.Series(["1,200", "約300〜500", "500円", "3百万円", "¥500", "50名", None])
    assert write_quantities(parse_quantities(values, thousands)).to_list() == [
        "1200000",
        "約300000〜500000",
        "500",
        "3000000",
        None,
        None,
        None,
    ]


def test_rows_keep_their_places_and_repeated_texts_their_values() -> None:
    values = pl.Series(["50名", None, "x", "50名", "約9"])
    found = parse_quantities(values)
    assert found["least"].to_list() == [50, None, None, 50, 9]
    assert found["approximate"].to_list() == [False, None, None, False, True]


def test_plain_digits_read_as_the_same_digits_with_a_counter_do() -> None:
    digits = ["7", "1,234", "1234567", "99999999999999", "1,234,567,890,123", "1,23", "012", "0"]
    for unit in (Unit(), Unit(1e3)):
        alone = parse_quantities(pl.Series(digits), unit)
        signed = parse_quantities(pl.Series([f"約{text}" for text in digits]), unit)
        assert alone.drop("approximate").equals(signed.drop("approximate"))
        assert alone["approximate"].is_null().equals(signed["approximate"].is_null())


numbers = st.integers(-(10**12), 10**12) | st.decimals(-(10**6), 10**6, places=3).map(float)


@given(
    numbers,
    numbers,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["one", "both", "low", "high"]),
)
def test_every_quantity_reads_back_from_its_text(
    a: float, b: float, above: bool, below: bool, about: bool, shape: str
) -> None:
    low, high = float(min(a, b)), float(max(a, b))
    if shape == "one" or low == high:
        quantity = Quantity(low, low, False, False, about)
    elif shape == "both":
        quantity = Quantity(low, high, above, below, about)
    elif shape == "low":
        quantity = Quantity(low, None, above, False, about)
    else:
        quantity = Quantity(None, high, False, below, about)
    assert parse_quantity(quantity.text()) == quantity


@given(st.text(max_size=30) | st.text("0123456789,.〜約円万億千人名以上未満-", max_size=12))
def test_no_text_is_too_odd(text: str) -> None:
    frame = parse_quantities(pl.Series([text]))
    assert list(frame.columns) == list(SCHEMA)
    low, high = frame["least"][0], frame["most"][0]
    assert low is None or high is None or low <= high
