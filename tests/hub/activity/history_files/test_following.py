"""The files give what the activity table says, whatever happens to it."""

from __future__ import annotations

import shutil

import numpy as np
import polars as pl
import pytest

from mikomi.core.history import History
from mikomi.hub.activity import cache, copies, queries, services
from mikomi.hub.activity.changes import changing
from mikomi.hub.activity.models import Event
from mikomi.hub.activity.source import StoredActivity
from tests.hub.activity.history_files.world import (
    LEADS,
    anywhere,
    folders,
    from_files,
    given,
    record,
    some_events,
    table,
    the_copy,
    totals,
)

pytestmark = pytest.mark.django_db(transaction=True)

EVENT_KEY = {"subject": pl.Int32, "at": pl.Int64, "id": pl.Int64}
DEEDS = {
    "record": 0.5,
    "back": 0.1,
    "merge": 0.1,
    "erase": 0.1,
    "remove": 0.05,
    "compact": 0.05,
    "learn": 0.1,
}


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
        elif what == "compact" and folders():
            History.open(the_copy()).compact()
        elif what == "learn":
            with changing() as number:
                key = f"k{draw.choice(LEADS)}"
                services.attach(pl.DataFrame({"key": [key], "lead": [int(key[1:])]}), number)
        if draw.integers(3):
            assert given(cache.history_source()) == table()
    assert given(cache.history_source()) == table()
    assert totals(cache.history_source()) == totals(queries.activity_source())
