"""Company names in pairs: no wrong join, hardly one missed (`company_pairs.txt`)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from mikomi.core.names.companies import company_key
from mikomi.core.names.comparing import REASONS, compare_companies, same_company

PAIRS = [
    tuple(line.split("|"))
    for line in Path(__file__).with_name("company_pairs.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
MEANT = {"same": "sure", "maybe": "maybe", "other": "no"}
AT_MOST_MISSED = 0.03


@pytest.fixture(scope="module")
def judged() -> pl.DataFrame:
    meant, ones, others = (pl.Series(column) for column in zip(*PAIRS, strict=True))
    return pl.DataFrame({"meant": meant.replace_strict(MEANT), "one": ones, "other": others}).hstack(
        compare_companies(ones, others)
    )


def test_there_are_enough_pairs_and_none_twice() -> None:
    assert len(PAIRS) >= 300
    assert [pair for pair, times in Counter(frozenset(p[1:]) for p in PAIRS).items() if times > 1] == []


def test_no_pair_is_joined_wrongly(judged: pl.DataFrame) -> None:
    assert judged.filter(pl.col("verdict") == "sure", pl.col("meant") != "sure").rows() == []


def test_no_pair_of_two_companies_has_one_key(judged: pl.DataFrame) -> None:
    keys = judged.with_columns(company_key(judged["one"]).alias("a"), company_key(judged["other"]).alias("b"))
    assert keys.filter(pl.col("a") == pl.col("b"), pl.col("meant") != "sure").rows() == []


def test_hardly_a_pair_is_missed(judged: pl.DataFrame) -> None:
    same = judged.filter(pl.col("meant") == "sure")
    missed = same.filter(pl.col("verdict") != "sure")
    counts = judged.group_by("meant", "verdict").len().sort("meant", "verdict")
    print(counts, missed.rows(), sep="\n")
    assert missed.height / same.height <= AT_MOST_MISSED


def test_what_a_person_has_to_say_is_proposed(judged: pl.DataFrame) -> None:
    assert judged.filter(pl.col("meant") == "maybe", pl.col("verdict") != "maybe").rows() == []
    # A few proposals too many are a nuisance, not a fault.
    assert judged.filter(pl.col("meant") == "no", pl.col("verdict") != "no").height <= 3


def test_the_order_of_a_pair_does_not_matter(judged: pl.DataFrame) -> None:
    turned = compare_companies(judged["other"], judged["one"])
    assert turned.equals(judged.select("verdict", "reason"))


def test_every_verdict_has_a_reason_in_words(judged: pl.DataFrame) -> None:
    assert set(judged["reason"]) <= set(REASONS)
    assert same_company("㈱北浜商事", "北浜商事㈱").words == REASONS["position"]
