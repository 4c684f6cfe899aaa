"""Whatever is written in a column: no reader breaks, loses a row or a word, or answers otherwise alone."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikomi.core.names.addresses import COLUMNS, address_parts
from mikomi.core.names.companies import company_parts
from mikomi.core.names.comparing import compare_companies
from mikomi.core.names.corporate_number import corporate_numbers
from mikomi.core.names.mail_domains import mail_domains
from mikomi.core.names.people import person_parts
from mikomi.core.names.phones import read_phones
from mikomi.core.names.spelling import cleaned, folded, likened
from tests.examples import examples

READERS: list[Callable[[pl.Series], pl.DataFrame]] = [
    address_parts,
    company_parts,
    corporate_numbers,
    mail_domains,
    person_parts,
    read_phones,
]
NEAR = st.text(
    st.sampled_from(
        "0123456789+-() 　.,/#@東京都港区市町村郡山田太郎様株式会社㈱支店部ァヶーｶﾞ゛髙﨑Aa内線〒\x00\x1f\n"
    ),
    max_size=24,
)
TEXTS = st.lists(st.none() | NEAR | st.text(max_size=12), max_size=8)


@pytest.mark.parametrize("reader", READERS)
@given(texts=TEXTS)
@settings(max_examples=examples(60), deadline=None)
def test_a_column_is_read_row_by_row_whatever_it_holds(reader, texts: list[str | None]) -> None:
    column = pl.Series("x", texts, dtype=pl.String)
    found = reader(column)
    assert found.height == len(texts)
    twice = reader(pl.concat([column, column]))
    assert twice.head(len(texts)).equals(found)
    for row, text in enumerate(texts):
        assert reader(pl.Series("x", [text], dtype=pl.String)).equals(found.slice(row, 1))


@given(TEXTS)
@settings(max_examples=examples(60), deadline=None)
def test_no_word_of_an_address_is_lost(texts: list[str | None]) -> None:
    column = pl.Series(texts, dtype=pl.String)
    written = cleaned(column).fill_null("")
    parts = address_parts(column).select(pl.concat_str(list(COLUMNS), ignore_nulls=True))

    def kept(text: str) -> str:
        return "".join(c for c in text if c.isalnum() and c not in "日本国郵便番号")

    for text, found in zip(written, parts.to_series(), strict=True):
        # A prefecture may be added, nothing is taken away.
        assert kept(found or "").endswith(kept(text)) or set(kept(text)) <= set(kept(found or ""))


@given(st.lists(NEAR, min_size=1, max_size=6))
@settings(max_examples=examples(60), deadline=None)
def test_a_name_is_always_surely_itself_and_order_does_not_matter(texts: list[str]) -> None:
    ones, others = pl.Series(texts), pl.Series(list(reversed(texts)))
    itself = compare_companies(ones, ones)
    known = company_parts(ones)["key"].is_not_null()
    assert itself.filter(known)["verdict"].to_list() == ["sure"] * int(known.sum())
    assert itself.filter(~known)["verdict"].to_list() == ["no"] * int((~known).sum())
    assert compare_companies(ones, others).equals(compare_companies(others, ones))


@given(st.lists(NEAR, min_size=1, max_size=6))
@settings(max_examples=examples(60), deadline=None)
def test_one_fold_implies_one_likeness(texts: list[str]) -> None:
    text = folded(cleaned(pl.Series(texts)))
    assert folded(cleaned(text)).to_list() == text.to_list()
    assert likened(text).null_count() == 0
