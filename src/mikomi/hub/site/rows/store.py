"""Reading and writing the lead rows set-wise, so that readers are never disturbed.

What is known of a person and what scoring says stand in two tables: a night writes the narrow one
alone. Few rows are updated in place. Many (over 5 %) are written with their indexes built anew:
SQLite drops and makes them inside the transaction, which its readers do not see; PostgreSQL fills a
second table beside the first and takes the first one's name at the end, because dropping an index
there would make readers wait.
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

from mikomi.hub.kit.setwise import on_postgres
from mikomi.hub.site.rows import binary, postgres, sqlite
from mikomi.hub.site.rows.schema import SCORE_COLUMNS

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
"""One scored lead: `schema.SCORE_COLUMNS` behind its number, then what its cell knows."""

STORED = np.dtype([(name, SCORES[name]) for name in ("lead_id", *SCORE_COLUMNS)])

TELLING = ("fit", "engagement", "last_day", "cell")
"""The score columns by which one write-back differs from another."""

FOLLOWS = {"total": ("fit", "engagement"), "rank": ("fit", "engagement", "cell")}
"""The columns that can only change where one of these does."""

REBUILD_SHARE = 0.05
FEWEST_TO_REBUILD = 5_000
ROWS_AT_ONCE = 50_000

type Scores = npt.NDArray[np.void]
type Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Moved:
    """The scores that a write-back changes: `rows` by lead number, and for each of
    `schema.SCORE_COLUMNS` in which of them it differs (true for all of a lead that is new)."""

    rows: Scores
    differs: dict[str, npt.NDArray[np.bool_]]


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
        where, params = f" where {member_of('lead_id')}", (number_param(lead_ids),)
    sql = f"select lead_id, {', '.join(columns)} from site_lead_score{where}"
    if on_postgres():
        # Sorting the numbers here is quicker than by the server.
        rows = binary.read(sql, params, dtype)
        return rows[np.argsort(rows["lead_id"], kind="stable")]
    sql += " order by lead_id"
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        parts = [_part(rows, dtype) for rows in iter(lambda: cursor.fetchmany(ROWS_AT_ONCE), [])]
    return np.concatenate(parts) if parts else np.empty(0, dtype)


def changed(old: Scores, new: Scores) -> Moved:
    """What of `new` is not in `old` just so. Both sorted by lead number.

    `old` needs the columns `TELLING`: all others follow from them (a cell has one heat and grades).
    """
    if not len(old):
        return Moved(new, {name: np.ones(len(new), dtype=np.bool_) for name in SCORE_COLUMNS})
    at = np.minimum(np.searchsorted(old["lead_id"], new["lead_id"]), len(old) - 1)
    before = old[at]
    unknown = before["lead_id"] != new["lead_id"]
    differs = {name: unknown | (before[name] != new[name]) for name in TELLING}
    for name, causes in FOLLOWS.items():
        differs[name] = np.logical_or.reduce([differs[cause] for cause in causes])
    some = np.logical_or.reduce([differs[name] for name in TELLING])
    return Moved(new[some], {name: mask[some] for name, mask in differs.items()})


def write(people: pl.DataFrame | None, moved: Moved | None) -> Written:
    """Writes people's columns (whole rows where new) and scores, in one transaction.

    `people` has `lead_id` and `schema.PEOPLE_COLUMNS`; leads in `moved` must have a row by then.
    """
    puts = 0 if people is None else people.height
    marks = 0 if moved is None else len(moved.rows)
    if not puts and not marks:
        return Written(0, 0, False)
    many = max(REBUILD_SHARE * row_count(), FEWEST_TO_REBUILD)
    people = people if puts else None
    scores = (
        None if moved is None or not marks else np.ascontiguousarray(moved.rows[list(STORED.names or ())])
    )
    with transaction.atomic():
        if on_postgres():
            postgres.write(people, scores, many)
        else:
            sqlite.write(people, scores, moved.differs if moved else {}, many)
    return Written(puts, marks, max(puts, marks) > many)


def delete(lead_ids: Numbers) -> None:
    """Removes the rows of `lead_ids`."""
    with connection.cursor() as cursor:
        for table in ("site_lead_row", "site_lead_score", "site_kept_out"):
            cursor.execute(f"delete from {table} where {member_of('lead_id')}", [number_param(lead_ids)])


def company_members(lead_ids: Numbers) -> Numbers:
    """The leads whose rows name a company that one of `lead_ids` has in its row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select lead_id from site_lead_row where company_id in"
            f" (select company_id from site_lead_row where {member_of('lead_id')})",
            [number_param(lead_ids)],
        )
        return np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)


def member_of(column: str) -> str:
    """SQL for `column` being in the list that `number_param` fills.

    PostgreSQL then looks each number up, or tests each row: it never joins, which would read whole
    tables and lose the order of a walk.
    """
    if on_postgres():
        return f"{column} = any(%s::bigint[])"
    return f"{column} in (select value from json_each(%s))"


def number_param(numbers: Iterable[int] | Numbers) -> Any:
    """Numbers as one parameter, however many they are."""
    plain = numbers.tolist() if isinstance(numbers, np.ndarray) else list(numbers)
    return plain if on_postgres() else json.dumps(plain)


def _part(rows: list[tuple[Any, ...]], dtype: np.dtype[np.void]) -> Scores:
    """Rows of numbers; by way of float64, which holds every whole number up to 2^53.

    A rank may be larger, so it goes by way of Python's own integers.
    """
    names = dtype.names or ()
    part = np.empty(len(rows), dtype)
    if "rank" in names:
        for name, values in zip(names, zip(*rows, strict=True), strict=True):
            part[name] = values
        return part
    plain = np.array(rows, dtype=np.float64)
    for at, name in enumerate(names):
        part[name] = plain[:, at]
    return part
