"""Starting Django on a data folder: the one way, for the web, the worker and the command line."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.apps import apps
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor

from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit import environment
from mikomi.hub.kit.catalogues import compile_catalogues
from mikomi.hub.kit.folder import newer, prepare


def boot(folder: Path | None = None) -> Path:
    """Sets Django up on `folder` (`MIKOMI_DATA` without one) and returns the folder.

    Checks and prepares the folder and compiles the catalogues of words. The database may still
    lack tables: `migrate` brings them. Doing it again on the same folder does nothing; on another
    one it raises `RuntimeError`, since settings are read once a process. Raises `MikomiError` in
    words where the folder cannot be used.
    """
    folder = (folder or environment.data_folder(os.environ)).expanduser().absolute()
    if apps.ready:
        booted = Path(os.environ["MIKOMI_DATA"])
        if booted != folder:
            raise RuntimeError(f"Django is already set up on {booted}")
        return folder
    prepare(folder)
    # Child processes (web, worker) read the same folder from here.
    os.environ["MIKOMI_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "mikomi.hub.settings"
    compile_catalogues()
    django.setup()
    return folder


def migrate(folder: Path) -> bool:
    """Brings the database's tables up to date; says whether there was anything to do.

    Raises `MikomiError` for a database that cannot be reached, and for one that a newer version
    of Mikomi has changed (nothing is changed then).
    """
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        executor = MigrationExecutor(connection)
        known = set(executor.loader.disk_migrations)
        ours = {app.label for app in apps.get_app_configs()}
        applied = set(executor.loader.applied_migrations)
    except OperationalError as error:
        raise unreachable(error) from error
    if any(key not in known and key[0] in ours for key in applied):
        raise newer(folder)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", interactive=False, verbosity=0)
    return True


def unreachable(error: Exception) -> MikomiError:
    """The error for a database that does not answer."""
    reason = " ".join(str(error).split())
    return MikomiError(
        Words(
            f"データベースにつながりません（{reason}）。動いているか、"
            "MIKOMI_DATABASE_URL が正しいかを確かめてください",
            f"cannot reach the database ({reason}); check that it runs and that MIKOMI_DATABASE_URL is right",
        )
    )
