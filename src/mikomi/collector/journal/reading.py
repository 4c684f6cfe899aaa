"""The reading side: for the hub, which takes entries out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from mikomi.collector.journal.file import LOCKED_SECONDS, PLACES, Entry, decode_rows, file_in

FORGET_TOGETHER = 200


class RefusedCount(NamedTuple):
    """How often something was refused: `hour` in hours since 1970 UTC, `source` 0 for an unknown one."""

    hour: int
    source: int
    reason: str
    n: int


class Backlog(NamedTuple):
    """What waits to be taken: requests, bytes, and since when (microseconds UTC, None for nothing)."""

    entries: int
    bytes: int
    oldest: int | None


def read_after(folder: Path, seq: int, *, limit: int = 10_000, limit_bytes: int = 16 << 20) -> list[Entry]:
    """The entries after `seq`, oldest first: at most `limit` of them, and not many more than `limit_bytes`.

    Always one where there is one. `folder` is the data folder. Raises `sqlite3.Error` for a journal
    that cannot be read.
    """
    found: list[Entry] = []
    size = 0
    with _reading(folder) as connection:
        if connection is None:
            return found
        rows = connection.execute(
            "select id, entries from groups where id >= ? order by id", (max(seq, 0) // PLACES,)
        )
        for group, packed in rows:
            for place, row in enumerate(decode_rows(packed)):
                if group * PLACES + place <= seq:
                    continue
                found.append(Entry(group * PLACES + place, *row))
                size += len(row[-1])
                if len(found) >= limit or size >= limit_bytes:
                    return found
    return found


def forget(folder: Path, through: int) -> None:
    """Deletes the entries up to and with `through`, in short steps: who appends hardly waits."""
    with _reading(folder) as connection:
        while connection is not None:
            done = connection.execute(
                "delete from groups where id in (select id from groups"
                " where id < :group or (id = :group and n <= :place) order by id limit :most)",
                {"group": through // PLACES, "place": through % PLACES + 1, "most": FORGET_TOGETHER},
            )
            if done.rowcount < FORGET_TOGETHER:
                return


def take_refused(folder: Path) -> list[RefusedCount]:
    """The counts of what was refused since they were last taken; they are taken once."""
    with _reading(folder) as connection:
        if connection is None:
            return []
        rows = connection.execute("delete from refused returning hour, source, reason, n").fetchall()
        return [RefusedCount(*row) for row in sorted(rows)]


def journal_id(folder: Path) -> str:
    """The name that was given to this journal when it was made; empty where there is none yet.

    A cursor is good for the journal of its name only.
    """
    with _reading(folder) as connection:
        return "" if connection is None else str(connection.execute(_NAME).fetchone()[0])


def backlog(folder: Path) -> Backlog:
    """What nobody has taken yet."""
    with _reading(folder) as connection:
        if connection is None:
            return Backlog(0, 0, None)
        return Backlog(
            *connection.execute(
                "select coalesce(sum(n), 0), coalesce(sum(length(entries)), 0), min(received) from groups"
            ).fetchone()
        )


_NAME = "select value from about where name = 'journal'"


@contextmanager
def _reading(folder: Path) -> Iterator[sqlite3.Connection | None]:
    """A connection to a journal that is there and whole; None where none was made yet."""
    file = file_in(folder)
    if not file.is_file():
        yield None
        return
    with closing(sqlite3.connect(file, timeout=LOCKED_SECONDS, isolation_level=None)) as connection:
        # What is deleted and comes back after a power cut is taken again, and known by its ids.
        connection.execute("pragma synchronous = normal")
        made = connection.execute("select count(*) from sqlite_master where name = 'refused'").fetchone()[0]
        named = made and connection.execute(_NAME).fetchone()
        yield connection if named else None
