from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from django.conf import settings
from django.db import connections

from mikomi.core.engine.local import score_days
from mikomi.core.events import ActivitySource
from mikomi.core.history import RANGE_SIZE, History
from mikomi.core.history.disk import only_writer
from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.activity import cache, copies, queries, services
from mikomi.hub.activity.changes import changing
from mikomi.hub.activity.models import Activity, ChangeNumber, Event, HistoryCopy, Subject, Touch
from mikomi.hub.activity.source import StoredActivity
from tests.hub.kit.test_workers import ROOT, database_url

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2026, 5, 1, 1, tzinfo=UTC)
LEADS = (*range(1, 9), RANGE_SIZE + 3, 3 * RANGE_SIZE)
EVENT_KEY = {"subject": pl.Int32, "at": pl.Int64, "id": pl.Int64}
MODEL = parse_model(
    """
name: 控え
engagement:
  - {id: pages, when: {kind: page_view}, points: 3, half_life_days: 14}
  - {id: papers, when: {kind: download, content: '/1*'}, points: 8, half_life_days: 30}
signals:
  - {id: surge, pattern: surge, within_days: 3, at_least: 2, points: 15}
"""
)

DEEDS = {
    "record": 0.5,
    "back": 0.1,
    "merge": 0.1,
    "erase": 0.1,
    "remove": 0.05,
    "compact": 0.05,
    "learn": 0.1,
}

type Rows = list[tuple[int, int, str, str, int]]


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    monkeypatch.setattr(cache, "FEWEST_LEADS", 0)
    return tmp_path


@pytest.fixture
def known() -> None:
    with changing() as number:
        services.attach(pl.DataFrame({"key": [f"k{n}" for n in LEADS], "lead": LEADS}), number)


def record(*rows: tuple[int, int, str, str]) -> None:
    """Events of (lead, hours after the start, kind, content)."""
    frame = pl.DataFrame(
        {
            "lead": [f"k{row[0]}" for row in rows],
            "at": pl.Series(
                [START + timedelta(hours=row[1]) for row in rows], dtype=pl.Datetime("us", "UTC")
            ),
            "kind": [row[2] for row in rows],
            "content": [row[3] for row in rows],
            "automated": False,
        }
    )
    services.record_events(frame)


def some_events() -> None:
    record(
        (1, 0, "page_view", "/x"),
        (1, 0, "page_view", "/y"),
        (2, 30, "download", "/1.pdf"),
        (RANGE_SIZE + 3, 2, "page_view", "/x"),
        (3 * RANGE_SIZE, 50, "page_view", "/z"),
    )


def table() -> Rows:
    """What the activity table says, subjects added up."""
    names = {touch.pk: (touch.kind, touch.content) for touch in Touch.objects.all()}
    found: dict[tuple[int, int, str, str], int] = {}
    for lead, day, touch, n in Activity.objects.values_list("lead", "day", "touch", "n"):
        key = (lead, day, *names[touch])
        found[key] = found.get(key, 0) + n
    return sorted((*key, n) for key, n in found.items())


def given(source: ActivitySource) -> Rows:
    """What a source gives, added up; fails where the order is not the one promised."""
    found: dict[tuple[int, int, str, str], int] = {}
    before = -1
    for piece in source.pieces:
        assert before < piece.first <= piece.last
        before = piece.last
        rows = piece.load()
        order = np.lexsort((rows.touch, rows.day, rows.lead))
        assert np.array_equal(order, np.arange(len(rows)))
        for lead, day, touch, n in zip(rows.lead, rows.day, rows.touch, rows.n, strict=True):
            assert piece.first <= lead <= piece.last
            kind, content = source.touches.frame.row(int(touch))
            key = (int(lead), int(day), str(kind), str(content))
            found[key] = found.get(key, 0) + int(n)
    return sorted((*key, n) for key, n in found.items())


def from_files() -> Rows:
    """What the history files give; fails where they were not used."""
    source = cache.history_source()
    assert isinstance(source, cache.CopiedActivity)
    assert cache.trouble() is None
    return given(source)


def the_copy() -> Path:
    (found,) = _folders()
    return found


def _folders() -> list[Path]:
    home = cache.folder()
    return [path for path in home.iterdir() if path.is_dir()] if home.is_dir() else []


def anywhere(lead: int) -> bool:
    """Whether a row of the lead stands in any file, whatever the manifests say."""
    files = [*cache.folder().rglob("activity-*.parquet")]
    return any(bool((pl.read_parquet(file)["lead"] == lead).any()) for file in files)


def totals(source: ActivitySource) -> list[float]:
    leads = pl.DataFrame({"lead": [f"k{n}" for n in LEADS], "number": LEADS})
    return score_days(MODEL, leads, source, [date(2026, 5, 5)])[0].total.tolist()


def test_it_works(known) -> None:
    some_events()
    assert from_files() == table() != []
    assert totals(cache.history_source()) == totals(queries.activity_source())
    assert len(set(totals(cache.history_source()))) > 2


def test_what_did_not_change_is_not_written_again(known) -> None:
    some_events()
    from_files()
    before = {path: path.stat().st_mtime_ns for path in the_copy().iterdir()}
    assert from_files() == table()
    assert {path: path.stat().st_mtime_ns for path in the_copy().iterdir()} == before


def test_changes_are_taken_in_without_reading_all_again(known, monkeypatch) -> None:
    some_events()
    from_files()
    monkeypatch.setattr(copies, "make_copy", None)
    record((5, 3, "page_view", "/new"), (1, 70, "page_view", "/x"))
    assert from_files() == table()


def test_few_leads_are_read_from_the_database(known, monkeypatch) -> None:
    some_events()
    monkeypatch.setattr(cache, "FEWEST_LEADS", 10**9)
    assert isinstance(cache.history_source(), StoredActivity)
    assert not cache.folder().exists()


def test_without_activity_nothing_is_given() -> None:
    assert given(cache.history_source()) == []


def test_the_last_event_can_be_taken_back(known) -> None:
    some_events()
    from_files()
    every = pl.DataFrame(
        list(Event.objects.values_list("subject", "at", "id")), schema=EVENT_KEY, orient="row"
    )
    services.set_automated(every, True)
    assert given(cache.history_source()) == table() == []
    services.set_automated(every, False)
    assert from_files() == table() != []


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("at_once", [0, 50_000])
def test_whatever_happens_the_files_give_what_the_table_says(known, monkeypatch, seed, at_once) -> None:
    monkeypatch.setattr(copies, "AT_ONCE", at_once)
    monkeypatch.setattr(copies, "FIRST_LEADS", 3)
    monkeypatch.setattr(copies, "FEWEST_LEADS", 1_000)
    draw = np.random.default_rng(seed)
    for _ in range(24):
        what = draw.choice(list(DEEDS), p=list(DEEDS.values()))
        if what == "record":
            record(
                *(
                    (
                        int(draw.choice(LEADS)),
                        int(draw.integers(200)),
                        str(draw.choice(["page_view", "download"])),
                        f"/{draw.integers(20)}",
                    )
                    for _ in range(int(draw.integers(1, 30)))
                )
            )
        elif what == "back":
            every = list(Event.objects.values_list("subject", "at", "id"))
            some = [every[i] for i in draw.choice(len(every), min(5, len(every)), replace=False)]
            judged = pl.DataFrame(some, schema=EVENT_KEY, orient="row")
            services.set_automated(judged, bool(draw.integers(2)))
        elif what == "merge":
            first, second = draw.choice(LEADS, 2, replace=False)
            services.repoint(int(first), int(second))
        elif what == "erase":
            gone = int(draw.choice(LEADS))
            services.erase([gone])
            assert not anywhere(gone)
        elif what == "remove":
            shutil.rmtree(cache.folder(), ignore_errors=True)
        elif what == "compact" and _folders():
            History.open(the_copy()).compact()
        elif what == "learn":
            with changing() as number:
                key = f"k{draw.choice(LEADS)}"
                services.attach(pl.DataFrame({"key": [key], "lead": [int(key[1:])]}), number)
        if draw.integers(3):
            assert given(cache.history_source()) == table()
    assert given(cache.history_source()) == table()
    assert totals(cache.history_source()) == totals(queries.activity_source())


def test_an_erased_lead_is_in_no_file_at_once(known) -> None:
    some_events()
    from_files()
    assert anywhere(1)
    services.erase([1])
    assert not anywhere(1)
    assert anywhere(2)
    assert from_files() == table()


def test_many_erased_leads_are_in_no_file_at_once(known, monkeypatch) -> None:
    monkeypatch.setattr(cache, "ERASED_ONE_BY_ONE", 1)
    some_events()
    from_files()
    services.erase([1, 2])
    assert not anywhere(1)
    assert not anywhere(2)
    assert from_files() == table()


def test_an_erasure_that_finds_the_files_busy_is_taken_in_by_who_is_busy(known, monkeypatch) -> None:
    some_events()
    catch_up = copies.catch_up

    def meanwhile(history: History) -> None:
        catch_up(history)
        if Subject.objects.filter(lead=1).exists():
            services.erase([1])

    monkeypatch.setattr(copies, "catch_up", meanwhile)
    assert from_files() == table()
    assert not anywhere(1)


def test_files_older_than_an_erasure_are_never_used(known) -> None:
    some_events()
    from_files()
    old = cache.folder().with_name("old")
    shutil.copytree(cache.folder(), old)
    services.erase([1])
    shutil.rmtree(cache.folder())
    old.rename(cache.folder())
    assert anywhere(1)
    before = the_copy()
    assert from_files() == table()
    assert the_copy() != before
    assert not anywhere(1)


def test_an_erasure_that_never_reached_the_files_is_taken_in_with_the_next(known, monkeypatch) -> None:
    monkeypatch.setattr(copies, "COMPACT_SHARE", 1_000)
    some_events()
    from_files()
    with monkeypatch.context() as patch:
        patch.setattr(services, "forget", lambda _leads: None)
        services.erase([1])
    services.erase([2])
    before = the_copy()
    assert (anywhere(1), anywhere(2)) == (True, False)
    assert from_files() == table()
    assert the_copy() == before
    assert not anywhere(1)


def test_files_of_another_past_of_the_database_are_never_used(known) -> None:
    some_events()
    from_files()
    record((1, 90, "page_view", "/forgotten"))
    from_files()
    # As a database that was restored from a copy older than the files, and then went on.
    HistoryCopy.objects.update(through=HistoryCopy.objects.get().through - 1)
    Activity.objects.filter(lead=1, day=Activity.objects.filter(lead=1).latest("day").day).delete()
    ChangeNumber.objects.update(last=queries.last_change() + 5)
    assert from_files() == table()


def test_files_of_another_database_are_never_used(known) -> None:
    some_events()
    from_files()
    Activity.objects.filter(lead=1).delete()
    HistoryCopy.objects.all().delete()
    assert from_files() == table()


def test_files_of_another_time_zone_are_made_anew(known, monkeypatch) -> None:
    some_events()
    from_files()
    monkeypatch.setattr(settings, "TIME_ZONE", "Europe/Berlin")
    before = the_copy()
    assert from_files() == table()
    assert the_copy() != before
    assert History.open(the_copy()).timezone == "Europe/Berlin"


@pytest.mark.parametrize("changed", [False, True])
def test_a_truncated_file_never_stops_scoring_and_is_mended(known, caplog, changed: bool) -> None:
    some_events()
    expected = totals(cache.history_source())
    damaged = the_copy()
    for file in damaged.glob("activity-*.parquet"):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    if changed:
        record((2, 31, "download", "/1.pdf"))
        expected = totals(queries.activity_source())
    assert given(cache.history_source()) == table()
    assert totals(cache.history_source()) == expected
    assert "history files" in caplog.text
    assert from_files() == table()
    assert the_copy() != damaged
    assert not (the_copy() / copies.DISTRUSTED).exists()


def test_numbers_that_a_range_cannot_hold_are_noticed(known) -> None:
    some_events()
    from_files()
    file = next(iter(the_copy().glob("activity-*.parquet")))
    facts = pl.read_parquet_metadata(file)
    wrong = pl.read_parquet(file).with_columns(touch=pl.lit(10**6, pl.UInt32))
    wrong.write_parquet(file, metadata={k: v for k, v in facts.items() if k.startswith("mikomi")})
    assert given(cache.history_source()) == table()
    assert from_files() == table()


@pytest.mark.parametrize("name", ["manifest.json", "touches", "activity"])
def test_a_file_that_is_missing_is_made_again(known, name: str) -> None:
    some_events()
    from_files()
    for file in the_copy().glob(f"{name}*"):
        file.unlink()
    assert given(cache.history_source()) == table()
    assert from_files() == table()


def test_a_full_disk_is_said_and_the_database_is_read(known, monkeypatch) -> None:
    some_events()
    from_files()
    record((1, 90, "page_view", "/x"))

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("mikomi.core.history.disk.os.write", full)
        source = cache.history_source()
        assert isinstance(source, StoredActivity)
        assert given(source) == table()
        words = cache.trouble()
        assert words is not None
        assert "the disk is full" in words.en
        assert "ディスクがいっぱい" in words.ja
    assert from_files() == table()


def test_a_folder_that_cannot_be_written_is_said(known) -> None:
    some_events()
    cache.folder().write_text("a file where the folder should be")
    assert given(cache.history_source()) == table()
    assert cache.trouble() is not None
    cache.folder().unlink()
    assert from_files() == table()


def test_files_that_another_process_is_writing_are_left_alone(known, monkeypatch) -> None:
    some_events()
    from_files()
    monkeypatch.setattr(cache, "LOCK_WAIT", 0.0)
    with only_writer(cache.folder()):
        assert isinstance(cache.history_source(), StoredActivity)
    assert from_files() == table()


def test_while_others_write_the_files_give_what_was_there_at_one_moment(known) -> None:
    """Every change gives two leads the same, and moves events between two others: at any moment the
    first two have done as much, and the others together as much as at the beginning."""
    some_events()
    record(*((lead, hour, "page_view", "/m") for lead in (3, 4) for hour in range(10)))
    subject = pl.Series([Subject.objects.get(key="k3").pk])
    enough = threading.Event()
    troubles: list[Exception] = []
    written = 0

    def write() -> None:
        nonlocal written
        try:
            while not enough.is_set():
                path = f"/{written % 50}"
                record((5, written, "page_view", path), (3 * RANGE_SIZE, 60 + written, "page_view", path))
                services.repoint_subjects(subject, 4 if written % 2 else 3)
                written += 1
        except Exception as error:
            troubles.append(error)
        finally:
            connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for look in range(6):
            if look % 3 == 0:
                shutil.rmtree(cache.folder(), ignore_errors=True)
            counts = dict.fromkeys(LEADS, 0)
            for lead, _, _, content, n in from_files():
                counts[lead] += n if content != "/z" else 0
            assert counts[5] == counts[3 * RANGE_SIZE]
            assert counts[3] + counts[4] == 20
    finally:
        enough.set()
        writer.join()
    assert troubles == []
    assert written > 0
    assert from_files() == table()


@pytest.mark.parametrize("place", ["append", "compact", "settle", "replace"])
def test_a_kill_in_the_middle_leaves_nothing_that_is_believed(known, data_folder, place: str) -> None:
    some_events()
    if place == "replace":
        from_files()
        record(*((lead, 95, "page_view", "/late") for lead in LEADS))
    marks = data_folder / "marks"
    surroundings = {**os.environ, "MIKOMI_DATA": str(data_folder), "MIKOMI_DATABASE_URL": database_url()}
    command = [sys.executable, "-m", "tests.hub.activity.maker", str(marks), place]
    process = subprocess.Popen(command, cwd=ROOT, env=surroundings)
    try:
        end = time.monotonic() + 60
        while not marks.exists():
            assert process.poll() is None, "it must still be at work"
            assert time.monotonic() < end
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    assert _folders() != []
    record((1, 96, "page_view", "/later"))
    assert from_files() == table()
    assert [path.name.startswith(copies.COPY) for path in _folders()] == [True]
    assert not list(cache.folder().rglob(".tmp-*"))
