"""Which companies are proposed as one, how surely, and which never."""

from __future__ import annotations

import polars as pl
import pytest

from mikomi.core.matching.companies import CROWD, find_company_pairs, tell_company_reasons
from mikomi.core.matching.levels import Level
from mikomi.core.names.companies import company_key


def found(*companies: tuple[str, str, str]) -> list[tuple[int, int, Level, list[str]]]:
    """The pairs of companies (name, 法人番号, mail domains), numbered from 0."""
    names, numbers, domains = zip(*companies, strict=True)
    frame = pl.DataFrame(
        {
            "company": range(len(names)),
            "key": company_key(pl.Series(names)),
            "number": [number or None for number in numbers],
        },
        schema_overrides={"number": pl.String},
    )
    rows = [(at, domain) for at, told in enumerate(domains) for domain in told.split()]
    theirs = pl.DataFrame(rows, schema={"company": pl.Int64, "domain": pl.String}, orient="row")
    return [
        (first, second, Level(level), [told.code for told in tell_company_reasons(reasons)])
        for first, second, level, reasons in find_company_pairs(frame, theirs).iter_rows()
    ]


def test_it_works() -> None:
    assert found(
        ("株式会社北浜精機", "1", ""),
        ("キタハマ株式会社", "1", ""),
        ("北浜精機株式会社", "", ""),
        ("南浜樹脂", "", ""),
    ) == [
        (0, 1, Level.SURE, ["same_number", "other_name"]),
        (0, 2, Level.LIKELY, ["same_name", "other_side"]),
    ]


@pytest.mark.parametrize(
    ("one", "two", "level", "reasons"),
    [
        ("株式会社森田", "森田株式会社", Level.MAYBE, ["same_name", "other_side", "short_name"]),
        ("株式会社北浜精機", "有限会社北浜精機", Level.MAYBE, ["same_name", "other_form"]),
        ("株式会社北浜精機", "北浜精機", Level.LIKELY, ["same_name", "no_form"]),
    ],
)
def test_names_alone_make_no_pair_sure(one: str, two: str, level: Level, reasons: list[str]) -> None:
    assert found((one, "", ""), (two, "", "")) == [(0, 1, level, reasons)]


def test_a_shared_domain_speaks_only_for_names_that_are_alike() -> None:
    mail = "kitahama.example"
    assert found(("北浜精機株式会社", "", mail), ("株式会社北浜精機販売", "", mail)) == [
        (0, 1, Level.MAYBE, ["same_domain", "like_name"])
    ]
    assert found(("株式会社北浜精機", "", mail), ("有限会社北浜精機", "", mail))[0][2] is Level.LIKELY
    assert found(("株式会社北浜精機", "", mail), ("株式会社タカセ金型", "", mail)) == []


def test_different_corporate_numbers_are_two_companies_whatever_they_are_called() -> None:
    mail = "kitahama.example"
    assert found(("株式会社北浜精機", "1", mail), ("北浜精機株式会社", "2", mail)) == []


def test_a_name_without_its_form_is_likely_neither_of_two_that_bear_it() -> None:
    pairs = found(("株式会社北浜精機", "", ""), ("有限会社北浜精機", "", ""), ("北浜精機", "", ""))
    assert {pair[2] for pair in pairs} == {Level.MAYBE}


def test_a_domain_that_a_crowd_shares_says_nothing() -> None:
    many = [(f"北浜精機{at}番工場", "", "rented.example") for at in range(CROWD + 1)]
    assert found(*many) == []
    assert found(*many[:2])


def test_nobody_gives_no_pairs() -> None:
    assert found(("株式会社北浜精機", "", "")) == []
