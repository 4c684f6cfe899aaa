"""How text is folded: the vectorised way equals Python's own, letter by letter."""

from __future__ import annotations

import random
import sys
import unicodedata

import polars as pl
import pytest

from mikomi.core.conditions.text import (
    SAMPLE,
    fold_series,
    fold_text,
    is_known,
    number_series,
)

LETTERS = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]


def test_every_letter_folds_as_python_folds_it() -> None:
    texts = [f"a{letter}b" for letter in LETTERS] + LETTERS
    found = fold_series(pl.Series(texts))
    wrong = [text for text, got in zip(texts, found.to_list(), strict=True) if got != fold_text(text)]
    # Python and Polars carry different editions of Unicode; letters newer than one of them may differ.
    old = [text for text in wrong if unicodedata.ucd_3_2_0.category(text.strip("ab")) != "Cn"]
    assert old == []
    assert len(wrong) < 300


def test_only_white_space_is_unknown() -> None:
    series = pl.Series([*LETTERS, "", " 　\t", None])
    assert is_known(series).to_list() == [*(bool(fold_text(c)) for c in LETTERS), False, False, False]


@pytest.mark.parametrize("rows", [10, SAMPLE * 3])
def test_repeated_values_fold_like_single_ones(rows: int) -> None:
    draw = random.Random(rows)
    texts = [draw.choice(["ＡＢＣ", "Straße", "ς", " 製造業　", "", None, "㈱北浜"]) for _ in range(rows)]
    expected = [None if text is None else fold_text(text) for text in texts]
    assert fold_series(pl.Series(texts, dtype=pl.String)).to_list() == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234", 1234), ("１，２３４．５", 1234.5), ("+7", 7), ("-0", 0), (" 5e1 ", 50), ("1E-2", 0.01),
        ("12,34", None), ("1,2345", None), ("50名", None), ("", None), ("1e999", None), ("nan", None),
        ("inf", None), (".5", None), ("5.", None), ("1 000", None), ("0x10", None), ("--1", None),
    ],
)  # fmt: skip
def test_what_is_a_number(text: str, number: float | None) -> None:
    assert number_series(pl.Series([text])).to_list() == [number]
