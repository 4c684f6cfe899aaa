from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mikomi.core.history import History, disk
from mikomi.core.words import MikomiError
from tests.core.history.histories import (
    Counts,
    Event,
    Row,
    counts_of,
    events_frame,
    plain,
    plain_activity,
    reopened,
    rows_frame,
)

NOON = datetime(2026, 11, 20, 3, tzinfo=UTC)
OLD: list[Row] = [(lead, 20_000 + lead % 3, "page_view", f"/{lead % 4}", 1) for lead in range(30)]
EVENTS: list[Event] = [(lead, NOON, "download", "doc", lead % 5 == 0) for lead in range(0, 30, 2)]

WRITES: dict[str, Callable[[History], Any]] = {
    "append": lambda h: h.append(rows_frame([(3, 20_009, "call", "new", 1), *OLD]), through=9),
    "add_events": lambda h: h.add_events(
        events_frame([*EVENTS, *EVENTS, (1, NOON, "call", "x", False)]), source="b"
    ),
    "compact": lambda h: h.compact(),
    "erase": lambda h: h.erase(12, through=9),
    "replace_leads": lambda h: h.replace_leads(
        [2, 3], rows_frame([(2, 20_005, "call", "new", 2)]), through=9
    ),
}


REFUSED = {
    errno.ENOSPC: ("disk is full", "ディスクがいっぱい"),
    errno.EACCES: ("Check the permissions", "権限"),
}


class Killed(BaseException):
    """Stands for the process dying: nothing catches it, nothing is tidied up."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    history = History.create(tmp_path / "history", "Asia/Tokyo", range_size=8)
    history.append(rows_frame(OLD), through=5)
    history.compact()
    history.add_events(events_frame(EVENTS), source="a")
    return history.folder


def boundaries(patch: pytest.MonkeyPatch, at: int, fail: Callable[[], None]) -> list[str]:
    """Makes the `at`th touch of the disk fail; a failing write leaves half of its bytes."""
    seen: list[str] = []

    def guard(name: str, real: Callable[..., None]) -> Callable[..., None]:
        def guarded(*args: Any) -> None:
            if len(seen) == at:
                if name == "_write":
                    real(args[0], memoryview(args[1])[: len(args[1]) // 2])
                seen.append(name)
                fail()
            seen.append(name)
            real(*args)

        return guarded

    for name in ("_write", "_sync", "_rename", "_remove"):
        patch.setattr(disk, name, guard(name, getattr(disk, name)))
    return seen


@pytest.mark.parametrize("name", WRITES)
def test_a_crash_at_any_step_leaves_all_or_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = reopened(folder)
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole)
    with monkeypatch.context() as patch:
        steps = boundaries(patch, -1, lambda: None)
        WRITES[name](History.open(whole))
    after = reopened(whole)
    assert len(steps) > 6
    assert name == "compact" or after != before
    outcomes = set()
    for at in range(len(steps)):
        victim = tmp_path / f"victim-{at}"
        shutil.copytree(folder, victim)
        with monkeypatch.context() as patch:

            def die() -> None:
                raise Killed

            boundaries(patch, at, die)
            with pytest.raises(Killed):
                WRITES[name](History.open(victim))
        found = reopened(victim)
        assert found in (before, after), f"killed at step {at}: {steps[at]}"
        outcomes.add(found == after)
        again = History.open(victim)
        if found == before or name != "append":
            WRITES[name](again)
        assert counts_of(again) == reopened(victim) == after
        assert {path.name for path in victim.glob("*.parquet")} == again._manifest.names()
        assert not list(victim.glob(".tmp-*"))
    assert name == "compact" or outcomes == {True, False}


@pytest.mark.parametrize("number", REFUSED)
@pytest.mark.parametrize("name", WRITES)
def test_a_disk_that_refuses_leaves_the_old_state_and_says_so(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    before = reopened(folder)
    files = sorted(os.listdir(folder))
    english, japanese = REFUSED[number]
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole)
    with monkeypatch.context() as patch:
        steps = boundaries(patch, -1, lambda: None)
        WRITES[name](History.open(whole))
    committed = len(steps) - steps[::-1].index("_rename")
    assert committed > 5
    for at in range(committed):
        victim = tmp_path / f"victim-{at}"
        shutil.copytree(folder, victim)
        with monkeypatch.context() as patch:

            def refuse() -> None:
                raise OSError(number, os.strerror(number))

            boundaries(patch, at, refuse)
            with pytest.raises(MikomiError, match=english) as caught:
                WRITES[name](History.open(victim))
        assert japanese in caught.value.words.ja
        assert reopened(victim) == before
        assert sorted(os.listdir(victim)) == files, f"refused at step {at}: {steps[at]}"


def test_a_state_that_may_not_last_is_said_so(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(folder, tmp_path / "whole")
    with monkeypatch.context() as patch:
        steps = boundaries(patch, -1, lambda: None)
        WRITES["append"](History.open(tmp_path / "whole"))
    last_sync = len(steps) - 1 - steps[::-1].index("_sync")
    before = reopened(folder)
    with monkeypatch.context() as patch:

        def refuse() -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        boundaries(patch, last_sync, refuse)
        with pytest.raises(MikomiError, match="could not promise to keep it"):
            WRITES["append"](History.open(folder))
    assert reopened(folder) != before


def test_two_writers_do_not_meet(folder: Path) -> None:
    before = reopened(folder)
    with disk.only_writer(folder):
        for write in WRITES.values():
            with pytest.raises(MikomiError, match="another process is writing") as caught:
                write(History.open(folder))
            assert "書き込み中" in caught.value.words.ja
        assert reopened(folder) == before
    WRITES["append"](History.open(folder))


def test_a_writer_with_an_old_view_builds_on_the_newest_state(tmp_path: Path) -> None:
    one = History.create(tmp_path / "history", "Asia/Tokyo")
    two = History.open(one.folder)
    one.append(rows_frame([(1, 20_000, "call", "one", 1)]))
    two.append(rows_frame([(1, 20_000, "call", "two", 1), (1, 20_000, "call", "one", 1)]))
    assert reopened(one.folder) == {(1, 20_000, "call", "one"): 2, (1, 20_000, "call", "two"): 1}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_a_killed_process_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """A child appends its round number to every lead; after kill -9 all leads tell the same rounds."""
    folder = tmp_path / "history"
    History.create(folder, "Asia/Tokyo", range_size=16)
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        import polars as pl
        from mikomi.core.history import History
        history = History.open(Path(sys.argv[1]))
        leads = pl.DataFrame({"lead": range(64)})
        while True:
            round = history.built_through + 1
            rows = leads.with_columns(
                day=pl.lit(round), kind=pl.lit("call"), content=pl.lit(str(round)), n=pl.lit(1)
            )
            history.append(rows, through=round)
            if round % 7 == 0:
                history.compact()
            print(round, flush=True)
    """)
    chance = random.Random(20)
    for _ in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", script, str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        told = child.stdout.readline()
        assert told, child.stderr.read() if child.stderr else ""
        time.sleep(0.15 + chance.random() * 0.2)
        child.send_signal(signal.SIGKILL)
        told = ([told, *child.stdout.readlines()])[-1]
        child.wait()
        history = History.open(folder)
        assert history.built_through >= int(told.strip() or 0)
        expected: Counts = {
            (lead, day, "call", str(day)): 1
            for lead in range(64)
            for day in range(1, history.built_through + 1)
        }
        assert counts_of(history) == expected
    assert history.built_through > 10


def test_readers_go_on_while_a_writer_compacts(folder: Path) -> None:
    opened = History.open(folder)
    before = counts_of(opened)
    writer = History.open(folder)
    stop = threading.Event()
    failures: list[BaseException] = []
    readings = 0

    def read() -> None:
        nonlocal readings
        try:
            while not stop.is_set():
                found = counts_of(History.open(folder))
                assert all(found.get(key, 0) >= n for key, n in before.items())
                readings += 1
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    for day in range(30):
        writer.append(rows_frame([(lead, 21_000 + day, "call", f"late {day}", 1) for lead in range(30)]))
        writer.compact()
    stop.set()
    thread.join()
    assert not failures
    assert readings > 2
    # the view opened at the start has lost its files long ago: it reads newer ones, known touches only
    assert counts_of(opened) == before


def test_what_was_read_is_found_after_a_crash_between_two_files(folder: Path) -> None:
    """A file read again after a crash counts once."""
    history = History.open(folder)
    history.add_events(events_frame(EVENTS * 3), source="c")
    again = History.open(folder)
    again.add_events(events_frame(EVENTS * 3), source="c")
    expected = plain([*OLD, *((*key, n) for key, n in plain_activity([EVENTS * 3]).items())])
    assert reopened(folder) == expected
