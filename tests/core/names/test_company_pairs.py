"""Company names in pairs: no wrong join, hardly one missed (`company_pairs.txt`)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from mikomi.core.names.companies import company_key, company_parts
from mikomi.core.names.comparing import (
    REASONS,
    company_candidates,
    compare_companies,
    compare_parts,
    same_company,
)

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


def candidates(*names: str) -> set[tuple[str, str, str, str]]:
    return set(company_candidates(company_parts(pl.Series(names))).rows())


def test_candidates_are_found_among_many_names() -> None:
    assert candidates("株式会社北浜商事", "北浜商事㈱", "南浜商事", "有限会社東浜") == {
        ("北浜商事|株式会社|前", "北浜商事|株式会社|後", "maybe", "position")
    }
    assert candidates("株式会社さくら企画", "株式会社サクラ企画", "㈱さくら企画") == {
        ("さくら企画|株式会社|前", "サクラ企画|株式会社|前", "maybe", "alike")
    }
    assert candidates("株式会社北浜", "株式会社北浜茅ヶ丘支店", "株式会社北") == {
        ("北浜|株式会社|前", "北浜茅ケ丘支店|株式会社|前", "maybe", "longer")
    }


def test_a_name_without_form_is_a_sure_candidate_of_the_only_company_of_that_name() -> None:
    assert candidates("北浜商事", "株式会社北浜商事") == {
        ("北浜商事", "北浜商事|株式会社|前", "sure", "form_missing")
    }
    found = candidates("北浜商事", "株式会社北浜商事", "有限会社北浜商事")
    assert {(one, other): verdict for one, other, verdict, _ in found} == {
        ("北浜商事", "北浜商事|株式会社|前"): "maybe",
        ("北浜商事", "北浜商事|有限会社|前"): "maybe",
    }


def test_candidates_are_those_that_comparing_all_with_all_finds() -> None:
    names = [name for pair in PAIRS for name in pair[1:]]
    parts = company_parts(pl.Series(names)).filter(pl.col("key").is_not_null()).unique("key").sort("key")
    rows = pl.int_range(parts.height, eager=True).alias("a").to_frame()
    pairs = rows.join(rows.rename({"a": "b"}), how="cross").filter(pl.col("a") < pl.col("b"))
    verdicts = compare_parts(parts[pairs["a"]], parts[pairs["b"]])
    keys = pl.DataFrame({"key_1": parts["key"][pairs["a"]], "key_2": parts["key"][pairs["b"]]})
    expected = keys.hstack(verdicts).filter(pl.col("verdict") != "no")
    found = company_candidates(parts)
    assert set(found.select("key_1", "key_2", "reason").rows()) == set(
        expected.select("key_1", "key_2", "reason").rows()
    )
