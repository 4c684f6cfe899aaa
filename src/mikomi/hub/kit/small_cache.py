"""Work through many rows with little of the database in memory."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from mikomi.hub.kit.memory import give_back

CACHE_KILOBYTES = 16_384
_SETTINGS = ("cache_size", "mmap_size")


@contextmanager
def small_cache() -> Iterator[None]:
    """While the block runs, SQLite keeps few pages and maps none of its file into memory: a run through all
    of it would bring them all in. Other databases keep theirs elsewhere. What the work took is given back at
    the end. Also a decorator."""
    if connection.vendor != "sqlite":
        try:
            yield
        finally:
            give_back()
        return
    connection.ensure_connection()
    before = {name: connection.connection.execute(f"pragma {name}").fetchone()[0] for name in _SETTINGS}
    _set({"cache_size": -CACHE_KILOBYTES, "mmap_size": 0})
    try:
        yield
    finally:
        # By the driver itself: Django's cursor refuses in a transaction that has failed.
        if connection.connection is not None:
            with contextlib.suppress(sqlite3.Error):
                _set(before)
                connection.connection.execute("pragma shrink_memory")
        give_back()


def _set(settings: dict[str, int]) -> None:
    for name, value in settings.items():
        connection.connection.execute(f"pragma {name}={value}")
