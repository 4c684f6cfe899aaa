"""Numbers that a statement reads by, few and many."""

from __future__ import annotations

import polars as pl
import pytest
from django.db import connection

from mikomi.hub.kit import setwise
from mikomi.hub.kit.setwise import fetch, listed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("few", [0, 1_000])
@pytest.mark.parametrize("numbers", [[], [7], [7, 3, None, 7, 2**31 - 1]])
def test_every_number_is_joined_once(monkeypatch, few: int, numbers: list[int | None]) -> None:
    monkeypatch.setattr(setwise, "FEW", few)
    with listed(pl.Series(numbers, dtype=pl.Int32), "asked", "lead") as (beginning, given):
        sql = f"{beginning}select lead from asked where lead > %s order by lead"
        found = fetch(sql, {"lead": pl.Int32}, [*given, 2])["lead"].to_list()
    assert found == sorted({n for n in numbers if n is not None})


@pytest.mark.django_db(transaction=True)
def test_few_numbers_are_read_without_a_transaction() -> None:
    with listed(pl.Series([1], dtype=pl.Int32), "asked", "lead"):
        assert not connection.in_atomic_block
