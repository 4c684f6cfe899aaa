"""Frames into SQL: one statement for many rows, the same on SQLite and PostgreSQL.

A frame is staged as a temporary table; what follows is plain SQL that joins it. Nothing loops over
rows in Python, and the two databases get the same statements.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
from django.db import connection, transaction

FEW = 1_000
"""Up to so many numbers are sent with the statement that reads by them."""
PG_TYPES: dict[type[pl.DataType], str] = {
    pl.Int8: "smallint",
    pl.Int16: "smallint",
    pl.Int32: "integer",
    pl.Int64: "bigint",
    pl.UInt32: "bigint",
    pl.Float64: "double precision",
    pl.Boolean: "boolean",
    pl.String: "text",
    pl.Datetime: "timestamptz",
    pl.Null: "text",
}


def on_postgres() -> bool:
    """Whether the database is PostgreSQL (otherwise it is SQLite)."""
    return connection.vendor == "postgresql"


@contextmanager
def staged(frame: pl.DataFrame, name: str = "staged") -> Iterator[str]:
    """The rows of `frame` as the temporary table `name`, columns as in the frame.

    Must stand in a transaction: PostgreSQL drops the table with it, and a failure inside rolls it
    back. Time stamps must be in UTC. Raises KeyError for a column type no database column fits.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"drop table if exists {_temporary(name)}")
        if on_postgres():
            columns = ", ".join(f'"{c}" {PG_TYPES[type(t)]}' for c, t in frame.schema.items())
            cursor.execute(f"create temporary table {name} ({columns}) on commit drop")
            insert(name, frame)
            cursor.execute(f"analyze {name}")
        else:
            columns = ", ".join(f'"{c}"' for c in frame.columns)
            cursor.execute(f"create temporary table {name} ({columns})")
            insert(name, frame)
    yield name
    with connection.cursor() as cursor:
        cursor.execute(f"drop table {_temporary(name)}")


@contextmanager
def listed(numbers: pl.Series, name: str, column: str) -> Iterator[tuple[str, list[Any]]]:
    """Whole numbers, every one once, that a select joins as the table `name` with one `column`: how the
    statement begins, and its first parameters.

    Few are sent with the statement: to read a page then takes no transaction, which on SQLite waits for
    whoever writes. Many are staged. Join it first, with `cross join`: SQLite does not know how few they are,
    and would begin with all rows of the other table.
    """
    if len(numbers) > FEW:
        every = numbers.drop_nulls().unique().sort()
        with transaction.atomic(), staged(every.alias(column).to_frame(), name):
            yield "", []
        return
    rows = "unnest(%s::integer[])" if on_postgres() else "value from json_each(%s)"
    # Plain: of few numbers, waking the engine's threads takes longer than all else.
    plain = sorted({number for number in numbers.to_list() if number is not None})
    yield f"with {name}({column}) as (select {rows}) ", [plain if on_postgres() else json.dumps(plain)]


def insert(table: str, frame: pl.DataFrame) -> None:
    """Adds the rows of `frame` to a table with columns of those names; time stamps must be in UTC."""
    names = ", ".join(f'"{c}"' for c in frame.columns)
    with connection.cursor() as cursor:
        if on_postgres():
            # Django's cursor hands on what it does not know itself to psycopg's.
            driver: Any = cursor
            with driver.copy(f"copy {table} ({names}) from stdin (format csv)") as copy:
                copy.write(_csv(frame))
        else:
            marks = ", ".join(["%s"] * frame.width)
            rows: Any = _plain(frame).iter_rows()
            cursor.executemany(f"insert into {table} ({names}) values ({marks})", rows)


def run(sql: str, params: Sequence[Any] = ()) -> int:
    """Runs one statement; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def fetch(sql: str, schema: Mapping[str, type[pl.DataType]], params: Sequence[Any] = ()) -> pl.DataFrame:
    """The rows of one statement as a frame with the columns and types of `schema`."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    if not rows:
        return pl.DataFrame(schema=schema)
    return pl.DataFrame(rows, schema=schema, orient="row")


def json_value(column: str) -> str:
    """SQL for the text in `column` read as a JSON object without its null members."""
    if on_postgres():
        return f"jsonb_strip_nulls({column}::jsonb)"
    return f"json_patch('{{}}', {column})"


def json_merged(old: str, new: str) -> str:
    """SQL for the JSON object `old` with the members of the text column `new` that are not null."""
    if on_postgres():
        return f"({old} || {json_value(new)})"
    return f"json_patch({old}, {json_value(new)})"


def _temporary(name: str) -> str:
    return f"pg_temp.{name}" if on_postgres() else f"temp.{name}"


def _csv(frame: pl.DataFrame) -> bytes:
    return frame.write_csv(include_header=False, datetime_format="%Y-%m-%d %H:%M:%S%.6f+00").encode()


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Time stamps as Django writes them into SQLite: UTC text, fractions only where there are any."""
    stamps = [c for c, t in frame.schema.items() if isinstance(t, pl.Datetime)]
    return frame.with_columns(
        pl.col(c).dt.strftime("%Y-%m-%d %H:%M:%S%.6f").str.strip_suffix(".000000") for c in stamps
    )
