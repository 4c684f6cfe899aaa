"""Reading and writing the lead rows set-wise, so that readers are never disturbed.

Few rows are updated in place. Many (over 5 %) are written with their indexes built anew: SQLite
drops and makes them inside the transaction, which its readers do not see; PostgreSQL fills a second
table beside the first and takes the first one's name at the end, because dropping an index there
would make readers wait.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from django.db import connection, transaction

from mikomi.hub.kit.setwise import on_postgres, staged
from mikomi.hub.site.rows import binary
from mikomi.hub.site.rows.schema import (
    INDEXES,
    PEOPLE_COLUMNS,
    SCORE_COLUMNS,
    SCORE_INDEXES,
    create_index,
)

SCORES = np.dtype(
    [
        ("lead_id", np.int64),
        ("fit", np.float64),
        ("engagement", np.float64),
        ("total", np.float64),
        ("rank", np.int64),
        ("last_day", np.int32),
        ("cell", np.int32),
        ("heat", np.int16),
        ("fit_grade", np.int16),
        ("engagement_grade", np.int16),
    ]
)
"""One scored lead: the columns of `schema.SCORE_COLUMNS` behind its number."""

TELLING = ("fit", "engagement", "last_day", "cell")
"""The score columns by which one write-back differs from another."""

REBUILD_SHARE = 0.05
FEWEST_TO_REBUILD = 5_000
REBUILD_CACHE_KIB = 600_000
"""SQLite reads the whole table once an index; within this much memory it does so without the disk."""

type Scores = npt.NDArray[np.void]
type Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Written:
    """What one write-back did: rows put, scores changed, and whether indexes were built anew."""

    people: int
    scores: int
    rebuilt: bool


def row_count() -> int:
    """How many lead rows there are, from the kept counts."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(sum(n), 0) from site_lead_cell")
        return int(cursor.fetchone()[0])


def read_scores(lead_ids: Numbers | None = None, columns: tuple[str, ...] = SCORE_COLUMNS) -> Scores:
    """The stored scores of `lead_ids` (all without it) by lead number: `lead_id` and `columns`."""
    dtype = np.dtype([(name, SCORES[name]) for name in ("lead_id", *columns)])
    where, params = "", ()
    if lead_ids is not None:
        where, params = f" where lead_id in {number_list()}", (number_param(lead_ids),)
    sql = f"select lead_id, {', '.join(columns)} from site_lead_row{where} order by lead_id"
    if on_postgres():
        return binary.read(sql, params, dtype)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return np.fromiter(_rows(cursor), dtype=dtype)


def changed(old: Scores, new: Scores) -> Scores:
    """The entries of `new` that are not in `old` just so. Both sorted by lead number.

    `old` needs the columns `TELLING`: all others follow from them (a cell has one heat and grades).
    """
    if not len(old):
        return new
    at = np.minimum(np.searchsorted(old["lead_id"], new["lead_id"]), len(old) - 1)
    before = old[at]
    same = before["lead_id"] == new["lead_id"]
    for name in TELLING:
        same &= before[name] == new[name]
    return new[~same]


def write(people: pl.DataFrame | None, scores: Scores | None) -> Written:
    """Writes people's columns (whole rows where new) and scores, in one transaction.

    `people` has `lead_id` and `schema.PEOPLE_COLUMNS`; leads in `scores` must have a row by then.
    """
    puts = 0 if people is None else people.height
    marks = 0 if scores is None else len(scores)
    if not puts and not marks:
        return Written(0, 0, False)
    many = max(puts, marks)
    rebuild = many > max(REBUILD_SHARE * row_count(), FEWEST_TO_REBUILD)
    people = people if puts else None
    scores = scores if marks else None
    with transaction.atomic():
        (_write_postgres if on_postgres() else _write_sqlite)(people, scores, rebuild)
    return Written(puts, marks, rebuild)


def delete(lead_ids: Numbers) -> None:
    """Removes the rows of `lead_ids`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"delete from site_lead_row where lead_id in {number_list()}", [number_param(lead_ids)]
        )


def company_members(lead_ids: Numbers) -> Numbers:
    """The leads whose rows name a company that one of `lead_ids` has in its row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select lead_id from site_lead_row where company_id in"
            f" (select company_id from site_lead_row where lead_id in {number_list()})",
            [number_param(lead_ids)],
        )
        return np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)


def number_list() -> str:
    """SQL for the list that `number_param` fills: right of `in`."""
    return "(select unnest(%s::bigint[]))" if on_postgres() else "(select value from json_each(%s))"


def member_of(column: str) -> str:
    """SQL for `column` being in the list that `number_param` fills, as a test of each row.

    With `number_list` PostgreSQL may join instead, and then no longer keeps the order of the rows.
    """
    return f"{column} = any(%s::bigint[])" if on_postgres() else f"{column} in {number_list()}"


def number_param(numbers: Iterable[int] | Numbers) -> Any:
    """Numbers as one parameter, however many they are."""
    plain = numbers.tolist() if isinstance(numbers, np.ndarray) else list(numbers)
    return plain if on_postgres() else json.dumps(plain)


def _rows(cursor: Any) -> Iterable[tuple[Any, ...]]:
    while chunk := cursor.fetchmany(20_000):
        yield from chunk


def _write_sqlite(people: pl.DataFrame | None, scores: Scores | None, rebuild: bool) -> None:
    connection.ensure_connection()
    raw: Any = connection.connection
    indexes = tuple(INDEXES if people is not None else SCORE_INDEXES) if rebuild else ()
    usual = raw.execute("pragma cache_size").fetchone()[0]
    if rebuild:
        raw.execute(f"pragma cache_size = -{REBUILD_CACHE_KIB}")
        raw.execute("pragma threads = 2")
    for name in indexes:
        raw.execute(f"drop index {name}")
    if people is not None:
        columns = ("lead_id", *PEOPLE_COLUMNS)
        marks = ", ".join("?" * len(columns))
        keep = ", ".join(f"{c} = excluded.{c}" for c in PEOPLE_COLUMNS)
        raw.executemany(
            f"insert into site_lead_row ({', '.join(columns)}) values ({marks})"
            f" on conflict (lead_id) do update set {keep}",
            people.select(columns).iter_rows(),
        )
    if scores is not None:
        sets = ", ".join(f"{c} = ?" for c in SCORE_COLUMNS)
        values = (scores[c].tolist() for c in (*SCORE_COLUMNS, "lead_id"))
        raw.executemany(f"update site_lead_row set {sets} where lead_id = ?", zip(*values, strict=True))
    for name in indexes:
        raw.execute(create_index(name))
    raw.execute(f"pragma cache_size = {usual}")


def _write_postgres(people: pl.DataFrame | None, scores: Scores | None, rebuild: bool) -> None:
    with connection.cursor() as cursor:
        if scores is not None:
            cursor.execute(
                "create temporary table scores_in (lead_id bigint, fit float8, engagement float8,"
                " total float8, rank bigint, last_day integer, cell integer, heat smallint,"
                " fit_grade smallint, engagement_grade smallint) on commit drop"
            )
            binary.write("scores_in", scores)
            cursor.execute("analyze scores_in")
        if people is None:
            _swap(False) if rebuild else _update_scores()
        else:
            with staged(people.select("lead_id", *PEOPLE_COLUMNS), "people_in"):
                if rebuild:
                    if scores is None:
                        cursor.execute(
                            "create temporary table scores_in on commit drop as select lead_id, "
                            f"{', '.join(SCORE_COLUMNS)} from site_lead_row where false"
                        )
                    _swap(True)
                else:
                    _upsert_people()
                    if scores is not None:
                        _update_scores()
        cursor.execute("drop table if exists pg_temp.scores_in")


def _upsert_people() -> None:
    columns = ", ".join(("lead_id", *PEOPLE_COLUMNS))
    keep = ", ".join(f"{c} = excluded.{c}" for c in PEOPLE_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into site_lead_row ({columns}) select {columns} from people_in"
            f" on conflict (lead_id) do update set {keep}"
        )


def _update_scores() -> None:
    sets = ", ".join(f"{c} = s.{c}" for c in SCORE_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"update site_lead_row r set {sets} from scores_in s where s.lead_id = r.lead_id")


def _swap(with_people: bool) -> None:
    """Makes the table anew beside itself and changes places: readers wait for a rename at most."""
    scores = ", ".join(f"coalesce(s.{c}, r.{c}, 0)" for c in SCORE_COLUMNS)
    if with_people:
        # A company's number may be unknown, so a person's columns are taken whole from one side.
        people = ", ".join(f"case when p.lead_id is null then r.{c} else p.{c} end" for c in PEOPLE_COLUMNS)
        lead = "coalesce(p.lead_id, r.lead_id)"
        tables = (
            f"site_lead_row r full join people_in p on p.lead_id = r.lead_id"
            f" left join scores_in s on s.lead_id = {lead}"
        )
    else:
        people = ", ".join(f"r.{c}" for c in PEOPLE_COLUMNS)
        lead = "r.lead_id"
        tables = "site_lead_row r left join scores_in s on s.lead_id = r.lead_id"
    columns = ", ".join(("lead_id", *PEOPLE_COLUMNS, *SCORE_COLUMNS))
    with connection.cursor() as cursor:
        cursor.execute("lock table site_lead_row in share row exclusive mode")
        cursor.execute("set local maintenance_work_mem = '256MB'")
        cursor.execute("set local work_mem = '128MB'")
        cursor.execute("create table site_lead_row_next (like site_lead_row including defaults)")
        cursor.execute(
            f"insert into site_lead_row_next ({columns}) select {lead}, {people}, {scores} from {tables}"
        )
        cursor.execute(
            "alter table site_lead_row_next add constraint site_lead_row_next_pkey primary key (lead_id)"
        )
        for name in INDEXES:
            cursor.execute(create_index(name, table="site_lead_row_next", suffix="_next"))
        cursor.execute("analyze site_lead_row_next")
    take_place()


def take_place() -> None:
    """Gives the second table the first one's name: the moment that readers may have to wait for."""
    with connection.cursor() as cursor:
        cursor.execute("drop table site_lead_row")
        cursor.execute("alter table site_lead_row_next rename to site_lead_row")
        cursor.execute("alter index site_lead_row_next_pkey rename to site_lead_row_pkey")
        for name in INDEXES:
            cursor.execute(f"alter index {name}_next rename to {name}")
