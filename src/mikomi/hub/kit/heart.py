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

from django.db import DatabaseError, connection

LIFE = timedelta(seconds=30)
"""Who has shown no life for this long counts as dead."""
BEAT_SECONDS = 5.0

log = logging.getLogger("mikomi.heart")

type Beat = Callable[[], None]

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
        while True:
            _changed.wait(BEAT_SECONDS)
            with _lock:
                if not _beats:
                    _thread = None
                    return
                _changed.clear()
                beats = list(_beats.values())
            for beat in beats:
                _call(beat)
    finally:
        connection.close()


def _call(beat: Beat) -> None:
    try:
        beat()
    except DatabaseError as error:
        # The next beat may succeed; whoever finds the lease run out says so in its own words.
        log.warning("could not renew: %s", error)
        connection.close()
