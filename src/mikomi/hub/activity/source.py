"""Activity read from the database, packed: the database writes one long run of numbers.

Fetching rows one by one costs most of a touched lead's second. SQLite writes two 64-bit numbers a
row, two columns in each, as text; PostgreSQL 4 bytes a column. numpy takes both as they are. A
number that does not fit is found out (SQLite) or fails (PostgreSQL), and is never clipped.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from mikomi.core.events import Activity, LoadedActivity, Touches
from mikomi.hub.kit.setwise import fetch, listed, on_postgres

LEADS_A_PIECE = 20_000
COLUMNS = ("lead", "day", "touch", "n")
WIDTH = 4 * len(COLUMNS)

_last = Touches.empty()
"""The dictionary that was read last. Threads may each put theirs here; any is right that is equal."""


def known_touches() -> Touches:
    """The touch dictionary; numbers that were never given out have empty kind and content.

    The same object as before where nothing is new, with what was worked out for it.
    """
    frame = fetch(
        "select id, kind, content from activity_touch order by id",
        {"id": pl.Int32, "kind": pl.String, "content": pl.String},
    )
    if frame.is_empty():
        return Touches.empty()
    every = pl.DataFrame({"id": pl.int_range(frame["id"].item(-1) + 1, dtype=pl.Int32, eager=True)})
    found = (
        every.join(frame, on="id", how="left", maintain_order="left")
        .select("kind", "content")
        .with_columns(pl.all().fill_null(""))
    )
    global _last
    if not _last.frame.equals(found):
        _last = Touches(found)
    return _last


def activity_of(leads: pl.Series) -> LoadedActivity:
    """The activity of the leads (numbers), in memory now."""
    with listed(leads.cast(pl.Int32), "touched", "lead") as (beginning, given):
        rows = "touched t cross join activity_activity a where a.lead = t.lead"
        found = _read(connections[DEFAULT_DB_ALIAS], rows, given, beginning)
    # New touches are only added: those that are read last know all that was read before.
    return LoadedActivity.of(known_touches(), found)


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
    ends = lead_ends()
    starts = range(ends[0], ends[1] + 1, LEADS_A_PIECE) if ends else ()
    turn = threading.Lock()
    pieces = tuple(stored_piece(at, at + LEADS_A_PIECE - 1, turn) for at in starts)
    return StoredActivity(known_touches(), pieces)


def stored_piece(first: int, last: int, turn: threading.Lock) -> StoredPiece:
    """The leads `first` to `last`, read by the calling thread's connection, one piece of `turn` at a time."""
    return StoredPiece(first, last, connections[DEFAULT_DB_ALIAS], turn)


def lead_ends() -> tuple[int, int] | None:
    """The lowest and the highest lead that has activity."""
    # SQLite looks up one end of an index, and reads all of it where both are asked for at once.
    low, high = fetch(
        "select (select min(lead) from activity_activity), (select max(lead) from activity_activity)",
        {"low": pl.Int64, "high": pl.Int64},
    ).row(0)
    return None if low is None else (low, high)


def packed() -> str:
    """SQL for four columns that `unpacked` takes: all rows of a query in which the table is `a`."""
    if on_postgres():
        run = " || ".join(f"int4send(a.{c})" for c in COLUMNS)
        return f"count(*), string_agg({run}, ''::bytea), 0, 0"
    every = " | ".join(f"a.{c}" for c in COLUMNS)
    return (
        "group_concat(a.lead << 32 | a.day), group_concat(a.touch << 32 | a.n),"
        f" coalesce(min({every}), 0), coalesce(max({every}), 0)"
    )


def unpacked(row: Sequence[Any]) -> Activity:
    """The activity in the four columns of `packed`, sorted by lead, day, touch.

    Raises OverflowError where a number is negative or needs more than 31 bits.
    """
    if on_postgres():
        run = row[1] or b""
        if len(run) != row[0] * WIDTH:
            raise _too_wide()
        numbers = np.frombuffer(run, dtype=">i4").reshape(-1, len(COLUMNS))
        columns = [numbers[:, i].astype(np.int32) for i in range(len(COLUMNS))]
    else:
        if row[2] < 0 or row[3] >= 2**31:
            raise _too_wide()
        pairs = [np.fromstring(text or "", dtype=np.int64, sep=",") for text in row[:2]]
        columns = [part.astype(np.int32) for pair in pairs for part in (pair >> 32, pair & 0xFFFFFFFF)]
    lead, day, touch, _ = columns
    place = lead.astype(np.int64) << 32 | day
    forward = (place[1:] > place[:-1]) | ((place[1:] == place[:-1]) & (touch[1:] >= touch[:-1]))
    if not forward.all():
        order = np.lexsort((touch, day, lead))
        columns = [column[order] for column in columns]
    return Activity(*columns)


def _read(
    database: BaseDatabaseWrapper, rows: str, params: Sequence[Any] = (), beginning: str = ""
) -> Activity:
    """The activity of `rows` (the part of a select after `from`; the table is called `a`), sorted.
    `beginning` stands before the select."""
    with database.cursor() as cursor:
        cursor.execute(f"{beginning}select {packed()} from {rows}", params)
        return unpacked(cursor.fetchone())


def _too_wide() -> OverflowError:
    return OverflowError("a number of the activity table needs more than 32 bits")
