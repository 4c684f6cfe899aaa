"""Real worker processes on the database under test: killed, stopped, and side by side."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from mikomi.hub.kit import jobs
from mikomi.hub.kit.models import CacheEntry, Claim, Lease, Slot, Worker

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.django_db(transaction=True)


def database_url() -> str:
    """The address of the database under test, for another process."""
    said = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(said['NAME']))}"
    place = {"user": said["USER"], "password": said["PASSWORD"], "host": said["HOST"], "port": said["PORT"]}
    return f"postgres:///{quote(said['NAME'])}?" + urlencode({**said["OPTIONS"], **place})


class Crew:
    """Starts processes of `crew.py` and reads their marks."""

    def __init__(self, folder: Path) -> None:
        self.marks_file = folder / "marks"
        self.environment = {
            **os.environ,
            "MIKOMI_DATA": str(folder / "data"),
            "MIKOMI_DATABASE_URL": database_url(),
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, action: str, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.hub.kit.crew", action, str(self.marks_file), *arguments],
            cwd=ROOT,
            env=self.environment,
        )
        self.processes.append(process)
        return process

    def marks(self, beginning: str = "") -> list[str]:
        if not self.marks_file.exists():
            return []
        return [line for line in self.marks_file.read_text().splitlines() if line.startswith(beginning)]

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    started = Crew(tmp_path)
    yield started
    started.end()


def wait_for(what: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def status_of(task: object) -> str:
    return DBTaskResult.objects.values_list("status", flat=True).get(pk=task)


def freeze(process: subprocess.Popen[bytes]) -> None:
    """Stops a process between two of its writes: within one it would keep the lock for good."""
    while True:
        process.send_signal(signal.SIGSTOP)
        # What it had already asked of the server is still carried out.
        time.sleep(0.3)
        if nothing_is_locked():
            return
        process.send_signal(signal.SIGCONT)
        time.sleep(0.1)


def nothing_is_locked() -> bool:
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0.5)) as other:
            try:
                other.execute("begin immediate")
            except sqlite3.OperationalError:
                return False
            return True
    # Any open transaction may hold something that the next worker waits for, a slot for instance.
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'"
        )
        return cursor.fetchone()[0] == 0


def test_a_job_survives_kill_9_of_its_worker(crew: Crew, tmp_path: Path) -> None:
    task = jobs.enqueue("test.hold_on", until=str(tmp_path / "go"))
    first = crew.start("work")
    wait_for(lambda: crew.marks("begin 1"))
    first.kill()
    first.wait()
    assert status_of(task) == TaskResultStatus.RUNNING
    (tmp_path / "go").touch()
    dead = crew.marks("worker ")[0].removeprefix("worker ")
    crew.start("work", dead)
    wait_for(lambda: status_of(task) == TaskResultStatus.SUCCESSFUL)
    assert crew.marks("end") == ["end 2"]
    assert not Claim.objects.exists()


def test_a_worker_that_slept_too_long_may_not_write(crew: Crew, tmp_path: Path) -> None:
    task = jobs.enqueue("test.hold_on", until=str(tmp_path / "go"))
    sleeper = crew.start("work")
    wait_for(lambda: crew.marks("begin 1"))
    freeze(sleeper)
    # As if its lease had run out: nothing renews it any more.
    Claim.objects.update(until=timezone.now() - timedelta(seconds=1))
    crew.start("work")
    wait_for(lambda: crew.marks("begin 2"))
    (tmp_path / "go").touch()
    wait_for(lambda: status_of(task) == TaskResultStatus.SUCCESSFUL)
    sleeper.send_signal(signal.SIGCONT)
    wait_for(lambda: crew.marks("refused 1"))
    written = CacheEntry.objects.filter(cache_key__startswith="written").values_list("cache_key", flat=True)
    assert list(written) == ["written by 2"]
    sleeper.send_signal(signal.SIGTERM)
    assert sleeper.wait(20) == 0
    assert status_of(task) == TaskResultStatus.SUCCESSFUL


def test_a_failing_job_is_tried_again_and_given_up_in_the_end(crew: Crew) -> None:
    mended = jobs.enqueue("test.stumble", falls=1)
    hopeless = jobs.enqueue("test.stumble", falls=9)
    crew.start("work")
    wait_for(lambda: status_of(mended) == TaskResultStatus.SUCCESSFUL)
    wait_for(lambda: status_of(hopeless) == TaskResultStatus.FAILED)
    assert Counter(crew.marks("try")) == {"try 1": 2, "try 2": 2, "try 3": 1}
    assert "ValueError: stumbled" in DBTaskResult.objects.get(pk=hopeless).traceback


def test_two_workers_run_a_periodic_job_once_each_slot(crew: Crew) -> None:
    crew.start("work")
    crew.start("work")
    wait_for(lambda: len(crew.marks("worker")) == 2 and crew.marks("chime"))
    time.sleep(3)
    counts = Counter(crew.marks("chime"))
    assert set(counts.values()) == {1}


def test_two_processes_open_each_slot_once_between_them(crew: Crew) -> None:
    for process in [crew.start("tick", "2026-11-22T08:00:00+09:00", "40") for _ in range(2)]:
        assert process.wait(60) == 0
    opened = Counter(crew.marks("opened"))
    assert len(opened) == Slot.objects.filter(name="test.chime").count()
    assert set(opened.values()) == {1}
    assert "opened 2026-11-22T08:39" in opened
    # Those that nobody ran gave way to the latest.
    waiting = DBTaskResult.objects.filter(args_kwargs__kwargs__name="test.chime")
    assert [row.args_kwargs["kwargs"]["arguments"]["slot"] for row in waiting] == ["2026-11-22T08:39"]


def test_processes_get_numbers_without_gaps_or_doubles(crew: Crew) -> None:
    for process in [crew.start("number", "30") for _ in range(3)]:
        assert process.wait(60) == 0
    assert Lease.objects.get(name="test.numbers").number == 90
    found = CacheEntry.objects.filter(cache_key__startswith="number ").values_list("cache_key", flat=True)
    assert sorted(int(key.split()[1]) for key in found) == list(range(1, 91))


def test_a_worker_that_is_asked_to_stop_ends_its_job_first(crew: Crew, tmp_path: Path) -> None:
    task = jobs.enqueue("test.hold_on", until=str(tmp_path / "go"))
    process = crew.start("work")
    wait_for(lambda: crew.marks("begin 1"))
    assert Worker.objects.count() == 1
    process.terminate()
    time.sleep(0.5)
    (tmp_path / "go").touch()
    assert process.wait(20) == 0
    assert status_of(task) == TaskResultStatus.SUCCESSFUL
    assert not Worker.objects.exists()
