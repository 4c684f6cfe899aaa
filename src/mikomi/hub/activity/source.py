"""Activity read from the database, packed: the database writes one long text of numbers.

Fetching rows one by one costs most of a touched lead's second; a hexadecimal run (SQLite) or a run
of bytes (PostgreSQL) goes to numpy as it is. Numbers are 8 hexadecimal digits or 4 bytes: a number
that needs more makes the run longer (or fails), which is raised, never clipped.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from mikomi.core.events import Activity, LoadedActivity, Touches
from mikomi.hub.kit.setwise import fetch, on_postgres, staged

LEADS_A_PIECE = 20_000
COLUMNS = ("lead", "day", "touch", "n")
WIDTH = 4 * len(COLUMNS)


def known_touches() -> Touches:
    """The touch dictionary; numbers that were never given out have empty kind and content."""
    frame = fetch(
        "select id, kind, content from activity_touch order by id",
        {"id": pl.Int32, "kind": pl.String, "content": pl.String},
    )
    if frame.is_empty():
        return Touches.empty()
    every = pl.DataFrame({"id": pl.int_range(frame["id"].item(-1) + 1, dtype=pl.Int32, eager=True)})
    return Touches(
        every.join(frame, on="id", how="left", maintain_order="left")
        .select("kind", "content")
        .with_columns(pl.all().fill_null(""))
    )


def activity_of(leads: pl.Series) -> LoadedActivity:
    """The activity of the leads (numbers), in memory now."""
    frame = pl.DataFrame({"lead": leads.unique().sort().cast(pl.Int32)})
    with transaction.atomic(), staged(frame, "touched"):
        rows = "touched t cross join activity_activity a where a.lead = t.lead"
        return LoadedActivity.of(known_touches(), _read(connections[DEFAULT_DB_ALIAS], rows))


@dataclass(frozen=True, slots=True)
class StoredPiece:
    """The leads `first` to `last` of the database, read when `load` is called.

    Pieces share the connection of the thread that asked for them, one at a time: they see its
    transaction, and no thread of the engine is left with a connection of its own.
    """

    first: int
    last: int
    lent: BaseDatabaseWrapper
    turn: threading.Lock

    def load(self) -> Activity:
        """Their activity, sorted."""
        with self.turn:
            self.lent.inc_thread_sharing()
            try:
                return _read(
                    self.lent,
                    "activity_activity a where a.lead between %s and %s",
                    [self.first, self.last],
                )
            finally:
                self.lent.dec_thread_sharing()


@dataclass(frozen=True, slots=True)
class StoredActivity:
    """All activity of the database, an `ActivitySource` read piece by piece."""

    touches: Touches
    pieces: Sequence[StoredPiece]


def all_activity() -> StoredActivity:
    """The activity of all leads. Its pieces must be loaded while the calling thread's connection
    lives; inside a transaction they are all of one moment."""
    ends = fetch("select min(lead), max(lead) from activity_activity", {"low": pl.Int64, "high": pl.Int64})
    low, high = ends.row(0)
    turn = threading.Lock()
    lent = connections[DEFAULT_DB_ALIAS]
    starts = [] if low is None else range(low, high + 1, LEADS_A_PIECE)
    pieces = tuple(StoredPiece(at, min(at + LEADS_A_PIECE - 1, high), lent, turn) for at in starts)
    return StoredActivity(known_touches(), pieces)


def _read(database: BaseDatabaseWrapper, rows: str, params: Sequence[int] = ()) -> Activity:
    """The activity of `rows` (the part of a select after `from`; the table is called `a`), sorted."""
    if on_postgres():
        packed = ", ".join(f"int4send(a.{c})" for c in COLUMNS)
        chosen = f"string_agg({packed.replace(', ', ' || ')}, ''::bytea)"
    else:
        packed = ", ".join(f"a.{c}" for c in COLUMNS)
        chosen = f"group_concat(printf('{'%%08x' * len(COLUMNS)}', {packed}), '')"
    with database.cursor() as cursor:
        cursor.execute(f"select count(*), {chosen} from {rows}", params)
        count, run = cursor.fetchone()
    # Bytes on PostgreSQL, hexadecimal text on SQLite; without rows both are null.
    written = 0 if run is None else len(run)
    if written != count * (WIDTH if on_postgres() else 2 * WIDTH):
        raise OverflowError("a number of the activity table needs more than 32 bits")
    data = b"" if run is None else bytes(run) if on_postgres() else bytes.fromhex(run)
    numbers = np.frombuffer(data, dtype=">i4").astype(np.int32).reshape(count, len(COLUMNS))
    lead, day, touch, n = (np.ascontiguousarray(numbers[:, i]) for i in range(len(COLUMNS)))
    order = np.lexsort((touch, day, lead))
    return Activity(lead[order], day[order], touch[order], n[order])
