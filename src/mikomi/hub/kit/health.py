"""Is all well? Asked by `/healthz`, by the light in the menu and by `mikomi doctor`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from mikomi.core.words import Words
from mikomi.hub.kit import environment
from mikomi.hub.kit.heart import LIFE
from mikomi.hub.kit.models import Worker

LOW_DISK = 1024**3
FAILED_SINCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found: well or not, in words that say what to do."""

    well: bool
    words: Words


def worker_runs() -> bool:
    """Whether a worker has shown life within the last 30 seconds."""
    return Worker.objects.filter(seen_at__gte=timezone.now() - LIFE).exists()


def examine(more: Sequence[Callable[[], Finding]] = ()) -> list[Finding]:
    """All looks, in the order a person would mend things; `more` only where the tables are up to date."""
    findings = [_look_at_database()]
    if findings[0].well:
        tables = _look_at_tables()
        findings += [tables, _look_at_workers(), _look_at_jobs()]
        findings += [look() for look in more if tables.well]
    return [*findings, _look_at_disk(), _look_at_assets()]


def _look_at_database() -> Finding:
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA quick_check(1)")
                said = str(cursor.fetchone()[0])
                if said != "ok":
                    return Finding(
                        False,
                        Words(
                            f"データベースが壊れています（{said}）。控えから戻してください",
                            f"the database is damaged ({said}); restore it from a backup",
                        ),
                    )
            else:
                cursor.execute("SELECT 1")
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        return Finding(
            False, Words(f"データベースを使えません（{reason}）", f"the database cannot be used ({reason})")
        )
    return Finding(True, Words("データベースは正常です", "the database is well"))


def _look_at_tables() -> Finding:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return Finding(
            False,
            Words(
                "データベースの表が古いままです。mikomi serve を起動すると新しくなります",
                "the tables are older than this version; starting mikomi serve brings them up to date",
            ),
        )
    return Finding(True, Words("データベースの表は最新です", "the tables are up to date"))


def _when_tables_exist(look: Callable[[], Finding], missing: Words) -> Finding:
    try:
        return look()
    except DatabaseError:
        return Finding(False, missing)


def _look_at_workers() -> Finding:
    stopped = Words(
        "ワーカーが動いていません。mikomi serve を起動してください",
        "no worker runs; start mikomi serve",
    )

    def look() -> Finding:
        return (
            Finding(True, Words("ワーカーは動いています", "a worker runs"))
            if worker_runs()
            else (Finding(False, stopped))
        )

    return _when_tables_exist(look, stopped)


def _look_at_jobs() -> Finding:
    def look() -> Finding:
        failed = DBTaskResult.objects.filter(
            status=TaskResultStatus.FAILED, finished_at__gte=timezone.now() - FAILED_SINCE
        )
        names = sorted({str(row["kwargs"]["name"]) for row in failed.values_list("args_kwargs", flat=True)})
        if not names:
            return Finding(True, Words("失敗したままの仕事はありません", "no job has failed for good"))
        listed = ", ".join(names)
        return Finding(
            False,
            Words(
                f"この7日で失敗したままの仕事があります（{listed}）。mikomi serve の記録を確かめてください",
                f"jobs failed for good in the last 7 days ({listed}); see the log of mikomi serve",
            ),
        )

    return _when_tables_exist(look, Words("仕事の表がありません", "the table of jobs is missing"))


def _look_at_disk() -> Finding:
    folder = Path(settings.DATA_FOLDER)
    free = shutil.disk_usage(folder).free
    size = f"{free / 1024**3:.1f} GiB"
    if free < LOW_DISK:
        return Finding(
            False,
            Words(
                f"データフォルダのディスクの空きが {size} しかありません。空きを作ってください",
                f"only {size} are free on the disk of the data folder; make room",
            ),
        )
    return Finding(True, Words(f"ディスクの空きは {size} です", f"{size} are free on the disk"))


def _look_at_assets() -> Finding:
    if (environment.ASSETS / "manifest.json").is_file():
        return Finding(True, Words("画面の部品はそろっています", "the pages' assets are there"))
    return Finding(
        False,
        Words(
            "画面の部品がありません。mikomi serve を起動すると作られます",
            "the pages' assets are missing; starting mikomi serve builds them",
        ),
    )
