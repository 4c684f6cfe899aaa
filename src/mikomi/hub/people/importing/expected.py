"""Who is expected at a seminar: parts above this one know who applied, and say so when its list comes."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from mikomi.core.names.companies import company_parts
from mikomi.core.names.people import person_parts
from mikomi.hub.people.importing.identity import names_of

type Teller = Callable[[str], pl.DataFrame]

_tellers: list[Teller] = []


def tell_expected(teller: Teller) -> None:
    """Has `teller` asked, by the key of a seminar, who applied: `lead` (key), `name`, `company` (texts)."""
    if teller not in _tellers:
        _tellers.append(teller)


def expected_at(seminar: str) -> pl.DataFrame:
    """Who applied to a seminar: `lead` (key) with the keys of name and company (`#name`, `#company`; without
    the legal form, which is left out as often as not), where these are no other applicant's."""
    schema = {"lead": pl.String, "name": pl.String, "company": pl.String}
    found = pl.concat(
        [pl.DataFrame(schema=schema), *(teller(seminar).select(*schema) for teller in _tellers)]
    )
    keyed = found.select(
        "lead",
        person_parts(found["name"])["key"].alias("#name"),
        company_parts(found["company"])["core_key"].alias("#company"),
    ).drop_nulls()
    return keyed.filter(pl.struct("#name", "#company").is_unique())


def as_expected(rows: pl.DataFrame, unknown: pl.Series, expected: pl.DataFrame) -> pl.Series:
    """The keys of `rows` (`lead`, fields); where they are `unknown` and name and company are those of one
    applicant, that applicant's key. One row an applicant: the first."""
    if "company" not in rows.columns or expected.is_empty():
        return rows["lead"]
    asked = pl.DataFrame(
        {"#name": person_parts(names_of(rows))["key"], "#company": company_parts(rows["company"])["core_key"]}
    ).with_columns(lead=rows["lead"], open=unknown)
    found = asked.join(
        expected.rename({"lead": "other"}), on=["#name", "#company"], how="left", maintain_order="left"
    )
    first = pl.int_range(pl.len()).over("other") == 0
    taken = pl.col("other").is_in(rows["lead"].implode())
    use = pl.col("open") & pl.col("other").is_not_null() & first & ~taken.fill_null(False)
    return found.select(pl.when(use).then("other").otherwise("lead").alias("lead"))["lead"]
