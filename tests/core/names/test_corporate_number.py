"""法人番号 and its check digit."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikomi.core.names.corporate_number import REASONS, check_digit, corporate_number, corporate_numbers

# The example by which the rule is explained: 2+2+0+18+8+14+6+10+4+6+2+2 = 74, 74 mod 9 = 2, 9 - 2 = 7.
EXAMPLE = "7123456789012"


def test_the_check_digit_is_that_of_the_worked_example() -> None:
    assert check_digit(EXAMPLE[1:]) == 7


@given(st.text("0123456789", min_size=12, max_size=12))
def test_a_number_made_by_the_rule_is_valid_and_any_other_first_digit_is_not(twelve: str) -> None:
    right = check_digit(twelve)
    assert 1 <= right <= 9
    found = corporate_numbers(pl.Series([f"{first}{twelve}" for first in range(10)]))
    assert [row["number"] is not None for row in found.rows(named=True)] == [n == right for n in range(10)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (EXAMPLE, None),
        ("７１２３４５６７８９０１２", None),
        ("T7123456789012", None),
        ("7-1234-5678-9012", None),
        (" 7 1234 5678 9012 ", None),
        ("7123456789012.0", None),
        ("法人番号:7123456789012", None),
        ("7123456789013", "check_digit"),
        ("0123456789012", "check_digit"),
        ("123456789012", "only_12_digits"),
        ("71234567890123", "not_13_digits"),
        ("7.12346E+12", "rounded"),
        ("なし", "not_13_digits"),
    ],
)
def test_what_is_a_corporate_number(text: str, reason: str | None) -> None:
    assert corporate_numbers(pl.Series([text])).row(0) == (None if reason else EXAMPLE, reason)
    assert reason is None or reason in REASONS


def test_unknown_is_no_mistake() -> None:
    assert corporate_numbers(pl.Series(["", "　", None])).rows() == [(None, None)] * 3


def test_one_text_is_as_a_column_of_one() -> None:
    assert corporate_number("T7123456789012") == EXAMPLE
    assert corporate_number("7123456789011") is None
    with pytest.raises(ValueError, match="twelve"):
        check_digit("12")
