"""The journal's file: its tables, its entries, and how it is opened.

A sequence number is the row's number times 65,536 plus the place in it: it grows with time and is
never used twice, but has gaps.
"""

from __future__ import annotations

import logging
import os
import secrets
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

log = logging.getLogger("mikomi.collector")

FOLDER = "journal"
FILE = "journal.sqlite3"
PLACES = 1 << 16
LOCKED_SECONDS = 5.0
PAGE_BYTES = 16 << 10
CHECKPOINT_BYTES = 16 << 20
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
TABLES = """
create table if not exists about (name text primary key, value text not null) without rowid;
create table if not exists groups (
    id integer primary key autoincrement, n integer not null, received integer not null, entries blob not null
);
create table if not exists refused (
    hour integer not null, source integer not null, reason text not null, n integer not null,
    primary key (hour, source, reason)
) without rowid;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted request.

    `received`: microseconds since 1970 UTC. `source`: the source's id. `kind`: what the body is,
    `batch` for `{"batch": [...], "sentAt": ...}` as `messages.decode_batch` reads it. `address`: the
    sender's IP address or empty. `agent`: the User-Agent. `flags`: JSON of the few headers kept.
    """

    seq: int
    received: int
    source: int
    kind: str
    address: str
    agent: str
    flags: str
    body: bytes


type Row = tuple[int, int, str, str, str, str, bytes]
"""An entry without its number: received, source, kind, address, agent, flags, body."""
decode_rows = msgspec.msgpack.Decoder(list[Row]).decode
encode_rows = msgspec.msgpack.Encoder().encode


def file_in(folder: Path) -> Path:
    """Where the journal of the data folder `folder` lies."""
    return folder / FOLDER / FILE


def make(file: Path) -> sqlite3.Connection:
    """A connection that writes durably; makes the file where there is none.

    Raises `sqlite3.Error` and `OSError`.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = sqlite3.connect(file, timeout=LOCKED_SECONDS, isolation_level=None)
    try:
        # Of a new file only. A group is long, and every page of it is two calls of the system.
        connection.execute(f"pragma page_size = {PAGE_BYTES}")
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        [page] = connection.execute("pragma page_size").fetchone()
        connection.execute(f"pragma wal_autocheckpoint = {CHECKPOINT_BYTES // page}")
        connection.execute("pragma journal_size_limit = 67108864")
        connection.executescript(TABLES)
        connection.execute("insert or ignore into about values ('journal', ?)", (secrets.token_hex(8),))
    except BaseException:
        connection.close()
        raise
    return connection


def identity(file: Path) -> tuple[int, int] | None:
    """What tells this file from another one of the same name; None where there is none."""
    try:
        there = os.stat(file)
    except FileNotFoundError:
        return None
    return there.st_dev, there.st_ino


def set_aside(file: Path) -> None:
    """Keeps a damaged journal under another name, so that collecting goes on in a new one."""
    moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    for ending in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.replace(f"{file}{ending}", f"{file}.damaged-{moment}{ending}")
    log.error("the damaged journal is kept as %s.damaged-%s", file, moment)
