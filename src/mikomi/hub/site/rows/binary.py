"""PostgreSQL's binary COPY format to and from numpy, for rows of fixed width without nulls.

https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"


def read(sql: str, params: Sequence[Any], dtype: np.dtype[np.void]) -> npt.NDArray[np.void]:
    """The rows of a query whose columns are those of `dtype`, all of them not null."""
    with (
        connection.cursor() as cursor,
        cursor.copy(  # type: ignore[attr-defined]
            f"copy ({sql}) to stdout (format binary)", params
        ) as copy,
    ):
        data = b"".join(bytes(part) for part in copy)
    body = memoryview(data)[len(_HEADER) : len(data) - len(_TRAILER)]
    wire = np.frombuffer(body, dtype=_wire(dtype))
    rows = np.empty(len(wire), dtype=dtype)
    for name in dtype.names or ():
        rows[name] = wire[name]
    return rows


def write(table: str, rows: npt.NDArray[np.void]) -> None:
    """Copies `rows` into the columns of `table` that bear the names of their fields."""
    names = rows.dtype.names or ()
    wire = np.empty(len(rows), dtype=_wire(rows.dtype))
    wire["fields"] = len(names)
    for name in names:
        wire[name] = rows[name]
        wire[f"{name} width"] = rows.dtype[name].itemsize
    columns = ", ".join(names)
    with (
        connection.cursor() as cursor,
        cursor.copy(  # type: ignore[attr-defined]
            f"copy {table} ({columns}) from stdin (format binary)"
        ) as copy,
    ):
        copy.write(_HEADER)
        copy.write(wire.tobytes())
        copy.write(_TRAILER)


def _wire(dtype: np.dtype[np.void]) -> np.dtype[np.void]:
    fields: list[tuple[str, Any]] = [("fields", ">i2")]
    for name in dtype.names or ():
        fields += [(f"{name} width", ">i4"), (name, dtype[name].newbyteorder(">"))]
    return np.dtype(fields)
