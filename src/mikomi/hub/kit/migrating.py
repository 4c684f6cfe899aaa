"""Bringing the database's tables up to date, before anything is served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor

from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit.folder import newer

MIGRATION_LOCK = 7_240_611
"""Any number, as long as it is always the same: PostgreSQL knows advisory locks by number."""


def migrate(folder: Path) -> bool:
    """Brings the database's tables up to date; says whether there was anything to do.

    Raises `MikomiError` for a database that cannot be reached, and for one that a newer version
    of Mikomi has changed (nothing is changed then).
    """
    with _one_at_a_time():
        return _migrate(folder)


def _migrate(folder: Path) -> bool:
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        executor = MigrationExecutor(connection)
        known = set(executor.loader.disk_migrations)
        ours = {app.label for app in apps.get_app_configs()}
        applied = set(executor.loader.applied_migrations)
    except DatabaseError as error:
        raise unreachable(error) from error
    if any(key not in known and key[0] in ours for key in applied):
        raise newer(folder)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:  # the disk is full, or the file may only be read
        raise unreachable(error) from error
    return True


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Lets machines that share a PostgreSQL database migrate one after another."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        yield
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
    except OperationalError as error:
        raise unreachable(error) from error
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def unreachable(error: DatabaseError) -> MikomiError:
    """The error for a database that does not answer, or whose file is none."""
    reason = " ".join(str(error).split())
    if not isinstance(error, OperationalError):
        return MikomiError(
            Words(
                f"データベースが壊れています（{reason}）。"
                "控えから戻すか、別のフォルダを --data で指定してください",
                f"the database is damaged ({reason}); "
                "restore it from a backup or name another folder with --data",
            )
        )
    return MikomiError(
        Words(
            f"データベースにつながりません（{reason}）。動いているか、"
            "MIKOMI_DATABASE_URL が正しいかを確かめてください",
            f"cannot reach the database ({reason}); check that it runs and that MIKOMI_DATABASE_URL is right",
        )
    )
