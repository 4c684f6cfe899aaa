"""Signs of life: one thread a process that renews what this process holds.

Work may keep the main thread busy for minutes; the beats go on beside it, on their own database
connection.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError, OperationalError, connection

LIFE = timedelta(seconds=30)
"""Who has shown no life for this long counts as dead."""
BEAT_SECONDS = 5.0
AGAIN_SECONDS = 0.2
"""After a beat that found the database busy, the next one follows so soon: as the write ends, what
this process holds must be renewed before others see that it ran out."""

log = logging.getLogger("mikomi.heart")

type Beat = Callable[[], None]


class BusyError(Exception):
    """A long write, most likely this process's own, keeps the beat from writing."""


_lock = threading.Lock()
_beats: dict[int, Beat] = {}
_numbers = itertools.count(1)
_changed = threading.Event()
_thread: threading.Thread | None = None


@contextmanager
def beating(beat: Beat) -> Iterator[None]:
    """Calls `beat` every 5 seconds from the heart's thread while the block runs.

    The first call comes 5 seconds after the start: short work never pays for one.
    """
    global _thread
    with _lock:
        number = next(_numbers)
        _beats[number] = beat
        if _thread is None or not _thread.is_alive():
            _changed.clear()
            _thread = threading.Thread(target=_run, name="heart", daemon=True)
            _thread.start()
    try:
        yield
    finally:
        with _lock:
            del _beats[number]
            if not _beats:
                _changed.set()


def _run() -> None:
    global _thread
    try:
        pause = BEAT_SECONDS
        while True:
            _changed.wait(pause)
            with _lock:
                if not _beats:
                    _thread = None
                    return
                _changed.clear()
                beats = list(_beats.values())
            busy = [beat for beat in beats if not _call(beat)]
            pause = AGAIN_SECONDS if busy else BEAT_SECONDS
    finally:
        connection.close()


def _call(beat: Beat) -> bool:
    """Whether the beat need not be repeated at once."""
    try:
        beat()
    except (BusyError, DatabaseError) as error:
        if is_busy(error):
            # Nobody else can write either, so nobody can take what ran out meanwhile.
            connection.close()
            return False
        # The next beat may succeed; whoever finds the lease run out says so in its own words.
        log.warning("could not renew: %s", error)
        connection.close()
    return True


def is_busy(error: Exception) -> bool:
    """Whether it says that another connection is writing, as SQLite does after its time-out."""
    locked = isinstance(error, OperationalError) and "database is locked" in str(error)
    return locked or isinstance(error, BusyError)
