"""The writing side: what waits is committed together, by a thread of its own."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from queue import Empty, SimpleQueue

from mikomi.collector.journal.file import DAMAGE, Row, encode_rows, file_in, identity, make, set_aside
from mikomi.collector.journal.settling import JournalBusy, Settling
from mikomi.collector.reasons import Reason

log = logging.getLogger("mikomi.collector")

MOST_IN_A_ROW = 2048
MANY_TOGETHER = 24
GATHER_SECONDS = 0.005
ROW_BYTES = 500
"""What an entry holds besides its body, roughly."""
MOST_WAITING_BYTES = 32 << 20
MOST_KEPT_BYTES = 8 << 30
LEAST_FREE_BYTES = 256 << 20
FLUSH_SECONDS = 0.5


class _Group:
    """What is committed together. The loop's until it is handed over, then the thread's."""

    __slots__ = ("rows", "settling", "size")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.rows: list[Row] = []
        self.settling = Settling(loop)
        self.size = 0


class Journal:
    """The writing side, for one event loop. A thread commits one group at a time, which the loop hands over
    when the one before is settled: whatever came in the meantime."""

    def __init__(
        self,
        folder: Path,
        *,
        most_waiting: int = MOST_WAITING_BYTES,
        most_kept: int = MOST_KEPT_BYTES,
        least_free: int = LEAST_FREE_BYTES,
    ) -> None:
        """`folder`: the data folder. Opens nothing yet; a journal that cannot be opened refuses."""
        self._file = file_in(folder)
        self._most_waiting = most_waiting
        self._most_kept = most_kept
        self._least_free = least_free
        self._next: _Group | None = None
        self._busy = False
        self._unsettled = 0
        self._handed: SimpleQueue[_Group | None] = SimpleQueue()
        self._refused: Counter[tuple[int, int, str]] = Counter()
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self._full: str = ""
        self._thread: threading.Thread | None = None

    def append(
        self,
        received: int,
        source: int,
        body: bytes,
        kind: str = "batch",
        address: str = "",
        agent: str = "",
        flags: str = "{}",
    ) -> Settling:
        """To be awaited: the entry is durable when it returns. Raises `JournalBusy`, with nothing stored."""
        if self._full:
            raise JournalBusy(self._full, 30)
        if self._unsettled > self._most_waiting:
            raise JournalBusy("too much waits to be written", 1)
        size = len(body) + ROW_BYTES
        self._unsettled += size
        group = self._next or self._begin()
        group.size += size
        group.rows.append((received, source, kind, address, agent, flags, body))
        return group.settling

    def count(self, source: int, reason: Reason, n: int = 1) -> None:
        """Counts what was refused; written within a second."""
        hour = int(time.time()) // 3600
        with self._lock:
            self._refused[hour, source, reason.value] += n
        self._start()

    def close(self) -> None:
        """Writes what waits, and ends."""
        if self._thread is not None:
            if self._next is not None:
                self._handed.put(self._next)
                self._next = None
            self._handed.put(None)
            self._thread.join()
            self._thread = None

    def _begin(self) -> _Group:
        loop = asyncio.get_running_loop()
        group = self._next = _Group(loop)
        self._start()
        if not self._busy:
            self._busy = True
            # Whatever else comes in this turn of the loop goes along.
            loop.call_soon(self._hand_over)
        return group

    def _hand_over(self) -> None:
        """Gives the thread what waits, or lets the next to come do so."""
        group, self._next = self._next, None
        if group is None:
            self._busy = False
        else:
            self._handed.put(group)

    def _settled(self, group: _Group, failure: JournalBusy | None) -> None:
        """Tells those who wait, and sees to those who came since."""
        self._unsettled -= group.size
        if len(group.rows) < MANY_TOGETHER:
            self._hand_over()
        else:
            # More come in than the disk can sync one by one: let them gather.
            group.settling.loop.call_later(GATHER_SECONDS, self._hand_over)
        group.settling.tell(failure)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
            self._thread.start()

    # The rest runs in the writing thread.

    def _write(self) -> None:
        flushed = 0.0
        ending = False
        while not ending:
            try:
                group = self._handed.get(timeout=FLUSH_SECONDS)
            except Empty:
                pass
            else:
                ending = group is None
                if group is not None:
                    self._settle(group, self._commit(group))
            now = time.monotonic()
            if ending or now - flushed >= FLUSH_SECONDS:
                flushed = now
                self._flush()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _commit(self, group: _Group) -> JournalBusy | None:
        """Stores the group durably, or nothing of it and says why."""
        try:
            connection = self._open()
            parts = range(0, len(group.rows), MOST_IN_A_ROW)
            if len(parts) > 1:
                connection.execute("begin immediate")
            for begin in parts:
                rows = group.rows[begin : begin + MOST_IN_A_ROW]
                connection.execute(
                    "insert into groups (n, received, entries) values (?, ?, ?)",
                    (len(rows), rows[0][0], encode_rows(rows)),
                )
            if len(parts) > 1:
                connection.execute("commit")
        except (sqlite3.Error, OSError) as error:
            self._mend(error)
            return JournalBusy(str(error))
        return None

    def _settle(self, group: _Group, failure: JournalBusy | None) -> None:
        try:
            group.settling.loop.call_soon_threadsafe(self._settled, group, failure)
        except RuntimeError:  # the loop has ended, and with it whoever waited
            self._unsettled -= group.size
            self._busy = False

    def _open(self) -> sqlite3.Connection:
        """The connection, to the file that lies there now: what goes to a removed one would be lost."""
        if self._connection is not None and identity(self._file) == self._opened:
            return self._connection
        self._drop()
        self._connection = make(self._file)
        self._opened = identity(self._file)
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            with closing(self._connection):
                self._connection = None
        self._opened = None

    def _mend(self, error: Exception) -> None:
        """Prepares the next try: a new connection, and a new file where this one is damaged."""
        log.error("the journal %s cannot be written: %s", self._file, error)
        self._drop()
        if isinstance(error, sqlite3.DatabaseError) and error.sqlite_errorcode in DAMAGE:
            set_aside(self._file)

    def _flush(self) -> None:
        """Writes the counts, and looks whether there is room."""
        with self._lock:
            counted, self._refused = self._refused, Counter()
        try:
            if counted:
                self._open().execute(
                    "insert into refused select value->>0, value->>1, value->>2, value->>3 from json_each(?)"
                    " where true on conflict (hour, source, reason) do update set n = n + excluded.n",
                    (json.dumps([(*key, n) for key, n in counted.items()]),),
                )
            self._full = self._why_full()
        except (sqlite3.Error, OSError) as error:
            with self._lock:
                self._refused.update(counted)
            self._mend(error)

    def _why_full(self) -> str:
        if self._connection is None and not self._file.exists():
            return ""
        connection = self._open()
        pages, free, size = (
            connection.execute(f"pragma {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        if (pages - free) * size > self._most_kept:
            return "the journal is full: nobody takes its entries"
        if shutil.disk_usage(self._file.parent).free < self._least_free:
            return "the disk is full"
        return ""
