"""One row a company: how many people, the hottest of them, the last active day. What its list sorts by.

Kept with every write-back, like the counts of `cells`: a page of the list reads as many rows as it shows.
Companies without people stand last by temperature.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from django.db import connection

from mikomi.core.names.companies import company_parts
from mikomi.hub.kit.setwise import fetch, run, staged
from mikomi.hub.people import queries as people_of
from mikomi.hub.site.rows.store import Numbers, Scores, member_of, number_param
from mikomi.hub.site.rows.suffixes import put_companies, searched
from mikomi.hub.site.temperature import COLDEST_HOT_RANK

SCHEMA: dict[str, type[pl.DataType]] = {
    "company_id": pl.Int64,
    "name": pl.String,
    "leads": pl.Int64,
    "hot": pl.Int64,
    "rank": pl.Int64,
    "best": pl.Int64,
    "last_day": pl.Int64,
}
"""What is counted: people, hot ones, the rank and the number of the best, the last active day."""

INDEXES = {
    "site_company_sort": "sort",
    "site_company_leads": "leads",
    "site_company_rank": "rank",
    "site_company_last_day": "last_day",
}
"""The indexes, and the column that each puts companies in order by."""
_PARTS = (("name", "sort", "text"), ("leads",), ("last_day",), ("rank", "best", "hot"))
"""Columns that change together; a night changes the last ones of nearly everybody."""
_MEMBERS = {
    "lead_id": pl.Int64,
    "company_id": pl.Int64,
    "key": pl.String,
    "rank": pl.Int64,
    "last_day": pl.Int64,
}
NOBODY = 2**62
"""The rank of a company without people."""
MANY = 5_000
"""Rows from which on it is quicker to build an index anew."""


def create(vendor: str) -> list[str]:
    """The statements that make the table. Names sort by code point on both databases."""
    text = 'text collate "C"' if vendor == "postgresql" else "text"
    big = "bigint" if vendor == "postgresql" else "integer"
    columns = (
        f"company_id {big} not null primary key, name text not null, sort {text} not null,"
        f" text text not null, leads integer not null, hot integer not null, rank {big} not null,"
        f" best {big} not null, last_day integer not null"
    )
    return [f"create table site_company_row ({columns})", *map(_create_index, INDEXES)]


def of_leads(lead_ids: Numbers) -> Numbers:
    """The companies in the rows of these leads."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct company_id from site_lead_row where company_id is not null"
            f" and {member_of('lead_id')}",
            [number_param(lead_ids)],
        )
        return np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)


def count_all(people: pl.DataFrame, scores: Scores) -> None:
    """Counts every company anew. `people` has `lead_id`, `key`, `company_id` of all leads, `scores` their
    scores in the same order. In a transaction."""
    members = people.select("lead_id", "key", "company_id").with_columns(
        rank=scores["rank"], last_day=scores["last_day"]
    )
    _keep(_counted(members, people_of.companies_there()), None)


def recount(company_ids: Numbers) -> None:
    """Counts some companies from the rows as they stand. In a transaction."""
    if not len(company_ids):
        return
    with staged(pl.DataFrame({"company_id": np.unique(company_ids)}), "counted"):
        members = fetch(
            "select r.lead_id, r.company_id, r.key, s.rank, s.last_day from counted c"
            " join site_lead_row r on r.company_id = c.company_id"
            " join site_lead_score s on s.lead_id = r.lead_id",
            _MEMBERS,
        )
    _keep(_counted(members, people_of.companies_there(company_ids.tolist())), company_ids)


def count_new() -> None:
    """Takes companies in that came without people, and forgets those that went. In a transaction.

    Where nothing of the kind happened, that is seen by counting."""
    held = fetch(
        "select count(*), coalesce(max(company_id), 0) from site_company_row",
        {"n": pl.Int64, "last": pl.Int64},
    )
    if held.row(0) == people_of.company_count():
        return
    there = people_of.companies_there()["company_id"]
    rows = fetch("select company_id from site_company_row", {"company_id": pl.Int64})["company_id"]
    recount(np.setxor1d(there.to_numpy(), rows.to_numpy()))


def move(lead_ids: Numbers, company: int) -> None:
    """Shows leads under another company. In a transaction; who counts them anew is the caller."""
    named = people_of.companies_there([company]).with_columns(_shown(pl.col("name")))
    with staged(pl.DataFrame({"lead_id": lead_ids}), "moved"):
        run(
            "update site_lead_row set company_id = %s, company = %s"
            " where lead_id in (select lead_id from moved)",
            named.row(0),
        )


def _create_index(name: str) -> str:
    return f"create index {name} on site_company_row ({INDEXES[name]}, company_id)"


def _counted(members: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """Rows of `SCHEMA` for the companies that are `there`, whoever of `members` belongs to them."""
    counted = (
        members.lazy()
        .filter(pl.col("company_id").is_not_null())
        .sort("rank", "key")
        .group_by("company_id", maintain_order=True)
        .agg(
            pl.len().alias("leads"),
            (pl.col("rank") <= COLDEST_HOT_RANK).sum().alias("hot"),
            pl.col("rank").first(),
            pl.col("lead_id").first().alias("best"),
            pl.col("last_day").max(),
        )
    )
    nobody = {"leads": 0, "hot": 0, "rank": NOBODY, "best": 0, "last_day": 0}
    return (
        there.lazy()
        .with_columns(_shown(pl.col("name")))
        .join(counted, on="company_id", how="left", maintain_order="left")
        .with_columns(pl.col(column).fill_null(value) for column, value in nobody.items())
        .cast(dict(SCHEMA))  # type: ignore[arg-type]
        .select(list(SCHEMA))
        .collect()
    )


def _shown(name: pl.Expr) -> pl.Expr:
    return name.str.replace_all(r"\s+", " ").str.strip_chars()


def _keep(fresh: pl.DataFrame, company_ids: Numbers | None) -> None:
    """Writes what differs, and forgets companies (of `company_ids`, or all) that are none any more."""
    columns = ", ".join(SCHEMA)
    if company_ids is None:
        old = fetch(f"select {columns} from site_company_row", SCHEMA)
    else:
        where = member_of("company_id")
        old = fetch(
            f"select {columns} from site_company_row where {where}", SCHEMA, [number_param(company_ids)]
        )
    gone = old.join(fresh, on="company_id", how="anti")["company_id"].to_numpy()
    if len(gone):
        run(f"delete from site_company_row where {member_of('company_id')}", [number_param(gone)])
    new = fresh.join(old, on="company_id", how="anti")
    if new.height:
        with staged(_named(new).sort("company_id"), "companies_in"):
            run(
                f"insert into site_company_row ({columns}, sort, text)"
                f" select {columns}, sort, text from companies_in"
            )
        # Those with people are found by what their rows say already.
        alone = new.filter(pl.col("leads") == 0)
        put_companies(alone.select("company_id", pl.col("name").alias("company")))
    both = fresh.join(old, on="company_id", how="inner", suffix="_old")
    for part in _PARTS:
        counted = [name for name in part if name in SCHEMA]
        moved = both.filter(pl.any_horizontal(pl.col(c) != pl.col(f"{c}_old") for c in counted))
        if moved.height:
            _update(moved if part[0] != "name" else _named(moved), part)


def _update(moved: pl.DataFrame, part: tuple[str, ...]) -> None:
    sets = ", ".join(f"{name} = m.{name}" for name in part)
    # PostgreSQL writes into every index anyway, and dropping one would make readers wait.
    many = moved.height > MANY and connection.vendor == "sqlite"
    rebuilt = [name for name, key in INDEXES.items() if many and key in part]
    with staged(moved.select("company_id", *part).sort("company_id"), "companies_in"):
        for name in rebuilt:
            run(f"drop index {name}")
        run(
            f"update site_company_row set {sets} from companies_in m"
            " where m.company_id = site_company_row.company_id"
        )
        for name in rebuilt:
            run(_create_index(name))


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    """With what a company is sorted by (its name without the legal form) and found by."""
    core = company_parts(rows["name"])["core"]
    named = rows.with_columns(core.fill_null("").alias("core"))
    sort = pl.when(pl.col("core") == "").then("name").otherwise("core")
    return named.with_columns(sort=searched(sort), text=searched(pl.col("name"))).drop("core")
