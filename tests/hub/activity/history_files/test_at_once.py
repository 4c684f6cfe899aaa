"""Several who write, and one who is killed while writing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time

import polars as pl
import pytest
from django.db import connections

from mikomi.core.history import RANGE_SIZE
from mikomi.core.history.disk import only_writer
from mikomi.hub.activity import cache, copies, services
from mikomi.hub.activity.models import Subject
from mikomi.hub.activity.source import StoredActivity
from tests.hub.activity.history_files.world import LEADS, folders, from_files, record, some_events, table
from tests.hub.kit.test_workers import ROOT, database_url

pytestmark = pytest.mark.django_db(transaction=True)


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
    command = [sys.executable, "-m", "tests.hub.activity.history_files.maker", str(marks), place]
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
    assert folders() != []
    record((1, 96, "page_view", "/later"))
    assert from_files() == table()
    assert [path.name.startswith(copies.COPY) for path in folders()] == [True]
    assert not list(cache.folder().rglob(".tmp-*"))
