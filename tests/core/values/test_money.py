"""Amounts of money as whole yen."""

from __future__ import annotations

import polars as pl
import pytest

from mikomi.core.values.money import yen_of


@pytest.mark.parametrize(
    ("text", "yen"),
    [
        ("1,200,000", 1_200_000),
        ("¥1,200,000", 1_200_000),
        ("1億2,000万円", 120_000_000),
        ("１５０万円", 1_500_000),
        ("1.5億", 150_000_000),
        ("JPY 300000.00", 300_000),
        ("△5,000", -5_000),
        ("999.5", 1_000),
        ("100万〜200万円", None),
        ("$1,000", None),
        ("未定", None),
        ("", None),
        ("9" * 40, None),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, yen: int | None) -> None:
    assert yen_of(pl.Series([text]))[0] == yen
