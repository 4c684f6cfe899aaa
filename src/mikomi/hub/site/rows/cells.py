"""Counts of leads by everything lists filter by, kept with each write-back.

A list's filters are a set of cells. Their counts say how many leads it has without counting them,
and whether few (found by cell) or many (met often on any way through the rows).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from django.db import connection

from mikomi.hub.kit.setwise import fetch, staged

DIMENSIONS = ("heat", "fit_grade", "engagement_grade", "recency", "owner", "industry", "status")
SCHEMA: dict[str, type[pl.DataType]] = {
    "id": pl.Int32,
    "heat": pl.Int16,
    "fit_grade": pl.Int16,
    "engagement_grade": pl.Int16,
    "recency": pl.Int16,
    "owner": pl.String,
    "industry": pl.String,
    "status": pl.Int16,
    "n": pl.Int32,
}
EPOCH = date(1970, 1, 1)
RECENT_DAYS = (7, 30, 90)


def recency(last_day: npt.NDArray[np.int32], on: date) -> npt.NDArray[np.int16]:
    """`LeadCell.recency` of last active days, seen from `on`."""
    age = (on - EPOCH).days - last_day.astype(np.int64)
    level = np.select([age < days for days in RECENT_DAYS], [4, 3, 2], 1)
    return np.where(last_day > 0, level, 0).astype(np.int16)


def all_cells() -> pl.DataFrame:
    """Every cell, columns `SCHEMA`."""
    return fetch(f"select {', '.join(SCHEMA)} from site_lead_cell", SCHEMA)


def assign(rows: pl.DataFrame) -> npt.NDArray[np.int32]:
    """The cell of each row of `rows` (columns `DIMENSIONS`); cells nobody was in yet are made."""
    typed = rows.select(pl.col(name).cast(SCHEMA[name]) for name in DIMENSIONS)
    known = all_cells()
    fresh = typed.unique(maintain_order=True).join(known, on=DIMENSIONS, how="anti")
    if fresh.height:
        first = int(known["id"].max() or 0) + 1  # type: ignore[arg-type]
        fresh = fresh.with_columns(
            id=pl.int_range(first, first + fresh.height, dtype=pl.Int32), n=pl.lit(0, pl.Int32)
        ).select(list(SCHEMA))
        with staged(fresh, "cells_in"), connection.cursor() as cursor:
            names = ", ".join(SCHEMA)
            cursor.execute(f"insert into site_lead_cell ({names}) select {names} from cells_in")
        known = pl.concat([known, fresh])
    found = typed.join(known, on=DIMENSIONS, how="left", maintain_order="left")
    return found["id"].to_numpy()


def count_all(cell: npt.NDArray[np.int32]) -> None:
    """Sets every count anew from the cells of all leads, and forgets cells without leads."""
    counts = np.bincount(cell)
    used = np.flatnonzero(counts)
    frame = pl.DataFrame({"id": used, "n": counts[used]}, schema={"id": pl.Int64, "n": pl.Int64})
    with staged(frame, "counts_in"), connection.cursor() as cursor:
        cursor.execute("delete from site_lead_cell where id not in (select id from counts_in)")
        cursor.execute(
            "update site_lead_cell set n = (select c.n from counts_in c where c.id = site_lead_cell.id)"
        )


def move(before: npt.NDArray[np.int32], after: npt.NDArray[np.int32]) -> None:
    """Takes leads out of the cells `before` and counts them in `after`; 0 is nowhere."""
    size = int(max(before.max(initial=0), after.max(initial=0))) + 1
    delta = np.bincount(after, minlength=size) - np.bincount(before, minlength=size)
    delta[0] = 0
    moved = np.flatnonzero(delta)
    if not len(moved):
        return
    frame = pl.DataFrame({"id": moved, "d": delta[moved]}, schema={"id": pl.Int64, "d": pl.Int64})
    with staged(frame, "moves_in"), connection.cursor() as cursor:
        cursor.execute(
            "update site_lead_cell set n = n + (select m.d from moves_in m where m.id = site_lead_cell.id)"
            " where id in (select id from moves_in)"
        )


def heat_counts() -> dict[int, int]:
    """How many leads have each temperature, 0 to 4."""
    with connection.cursor() as cursor:
        cursor.execute("select heat, sum(n) from site_lead_cell group by heat")
        return dict.fromkeys(range(5), 0) | {int(heat): int(n) for heat, n in cursor.fetchall()}


def status_counts() -> dict[tuple[int, int], int]:
    """How many leads have each status (`site.statuses`) at each temperature, those with any."""
    with connection.cursor() as cursor:
        cursor.execute("select status, heat, sum(n) from site_lead_cell where n > 0 group by status, heat")
        return {(int(status), int(heat)): int(n) for status, heat, n in cursor.fetchall()}


def counted_heats() -> dict[int, int]:
    """How many leads have each temperature, those left out who are kept out of the counts."""
    with connection.cursor() as cursor:
        cursor.execute("select heat, count(*) from site_kept_out where not counted group by heat")
        out = {int(heat): int(n) for heat, n in cursor.fetchall()}
    return {heat: n - out.get(heat, 0) for heat, n in heat_counts().items()}
