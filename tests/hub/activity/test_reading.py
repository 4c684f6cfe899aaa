from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pytest
from django.db import DataError, connection

from mikomi.core.events import Activity as Loaded
from mikomi.hub.activity import queries, seen, services, source
from mikomi.hub.activity.models import Activity, Touch
from mikomi.hub.activity.tallies import broken_tallies
from mikomi.hub.kit.setwise import fetch
from tests.hub.activity.test_facts import events, known, stored

pytestmark = pytest.mark.django_db


def rows_of(parts: list[Loaded]) -> list[tuple[int, int, int, int]]:
    return [
        tuple(map(int, row))
        for part in parts
        for row in zip(part.lead, part.day, part.touch, part.n, strict=True)
    ]


@pytest.fixture
def some() -> None:
    rng = np.random.default_rng(1)
    known(**{f"k{i}": i + 1 for i in range(20)})
    services.record_events(
        events(
            *(
                (f"k{rng.integers(20)}", int(rng.integers(900)), "page_view", f"/{rng.integers(6)}")
                for _ in range(400)
            )
        )
    )
    services.repoint(3, 4)


def test_all_activity_is_read_in_pieces_of_whole_leads(some, monkeypatch) -> None:
    monkeypatch.setattr(source, "LEADS_A_PIECE", 6)
    read = queries.activity_source()
    assert len(read.pieces) == 4
    rows = rows_of([piece.load() for piece in read.pieces])
    assert sorted(rows) == sorted((lead, day, touch, n) for lead, day, touch, _, n in stored())
    assert rows == sorted(rows, key=lambda row: row[:3])
    for piece in read.pieces:
        loaded = piece.load()
        assert loaded.lead.dtype == np.int32
        assert piece.first <= loaded.lead.min() <= loaded.lead.max() <= piece.last


def test_pieces_may_be_loaded_by_other_threads_and_see_the_callers_transaction(some, monkeypatch) -> None:
    monkeypatch.setattr(source, "LEADS_A_PIECE", 3)
    read = queries.activity_source()
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda piece: piece.load(), read.pieces))
    assert sum(int(part.n.sum()) for part in parts) == sum(n for *_, n in stored()) == 400


def test_touched_leads_are_read_alone(some) -> None:
    read = queries.activity_source([5, 9, 9, 777])
    rows = rows_of([piece.load() for piece in read.pieces])
    wanted = [(lead, day, touch, n) for lead, day, touch, _, n in stored() if lead in (5, 9)]
    assert sorted(rows) == sorted(wanted)
    assert rows == sorted(rows, key=lambda row: row[:3])


def test_touch_numbers_name_their_kind_and_content(some) -> None:
    Touch.objects.filter(content="/2").delete()
    frame = queries.activity_source([]).touches.frame
    for touch in Touch.objects.all():
        assert frame.row(touch.pk) == (touch.kind, touch.content)
    assert ("page_view", "/2") not in frame.rows()


def test_no_activity_is_no_pieces() -> None:
    assert list(queries.activity_source().pieces) == []
    assert list(queries.activity_source([1]).pieces) == []


def test_a_number_too_wide_is_an_error_never_clipped() -> None:
    known(a=1)
    services.record_events(events(("a", 0, "page_view", "/x")))

    def store_and_read() -> None:
        # SQLite stores it and reading must refuse it; PostgreSQL's column does not take it at all.
        Activity.objects.update(n=2**33)
        queries.activity_source([1])

    with pytest.raises((OverflowError, DataError)):
        store_and_read()


def test_page_views_in_a_row_are_one_moment_and_other_kinds_stand_alone() -> None:
    known(a=1)
    services.record_events(
        events(
            ("a", 0, "page_view", "/a"),
            ("a", 1, "page_view", "/b"),
            ("a", 2, "page_view", "/a"),
            ("a", 3, "download", "資料"),
            ("a", 4, "download", "資料"),
            ("a", 5, "page_view", "/c"),
            ("a", 30, "page_view", "/c"),
        )
    )
    moments = queries.timeline(1).moments
    assert [(m.kind, m.n, m.contents) for m in moments] == [
        ("page_view", 1, (("/c", 1),)),
        ("page_view", 1, (("/c", 1),)),
        ("download", 1, (("資料", 1),)),
        ("download", 1, (("資料", 1),)),
        ("page_view", 3, (("/a", 2), ("/b", 1))),
    ]
    assert moments[-1].first < moments[-1].last


@pytest.mark.parametrize("limit", [1, 3, 7])
def test_paging_through_the_timeline_shows_every_event_once(some, limit: int) -> None:
    seen, before = 0, None
    while True:
        page = queries.timeline(4, limit, before)
        seen += sum(moment.n for moment in page.moments)
        if page.before is None:
            break
        before = page.before
    assert seen == sum(n for lead, _, _, _, n in stored() if lead == 4) > 20


def test_the_list_of_touches_says_what_was_really_seen() -> None:
    known(a=1, b=2)
    services.record_events(
        events(("a", 0, "page_view", "/x"), ("b", 1, "page_view", "/x"), ("a", 2, "download", "d"))
    )
    services.record_events(events(("a", 0, "page_view", "/machine"), automated=True))
    services.record_events(events(("visitor:1:x", 3, "page_view", "/x")))
    first = int(seen.touch_list(0, {})["last"].min()) - 10
    columns = ("kind", "content", "events", "leads")
    assert seen.touch_list(first, {}).select(columns).rows() == [
        ("page_view", "/x", 3, 2),
        ("download", "d", 1, 1),
    ]
    late = seen.touch_list(int(seen.touch_list(0, {})["last"].max()) + 1, {})
    assert late.select("recent", "recent_leads").rows() == [(0, 0), (0, 0)]
    taken = fetch("select subject, at, id from activity_event where touch = (select id from activity_touch"
        " where content = 'd')", {"subject": pl.Int32, "at": pl.Int64, "id": pl.Int64})  # fmt: skip
    services.set_automated(taken, True)
    assert seen.touch_list(first, {})["content"].to_list() == ["/x"]
    assert broken_tallies() == 0
    services.set_automated(taken, False)
    assert seen.touch_list(first, {}).select(columns).row(1) == ("download", "d", 1, 1)
    services.erase([1])
    assert seen.touch_list(first, {}).select(columns).rows() == [("page_view", "/x", 2, 1)]
    assert broken_tallies() == 0


def test_people_who_saw_both_addresses_of_a_content_that_moved_count_once() -> None:
    known(a=1, b=2)
    services.record_events(events(("a", 0, "page_view", "/x"), ("b", 1, "page_view", "/x")))
    services.record_events(events(("a", 4, "page_view", "/y"), ("b", 4, "download", "/y")))
    found = seen.touch_list(int(seen.touch_list(0, {})["last"].min()), {"/x": "/y"})
    moved = found.filter(pl.col("kind") == "page_view").sort("content")
    assert moved.select("content", "now", "recent_leads", "now_leads").rows() == [
        ("/x", "/y", 2, 2),
        ("/y", "/y", 1, 2),
    ]


def test_first_and_last_days_of_leads(some) -> None:
    days = queries.last_days()
    frame = pl.DataFrame(stored(), schema=["lead", "day", "touch", "subject", "n"], orient="row")
    wanted = frame.group_by("lead").agg(pl.col("day").min().alias("first"), pl.col("day").max().alias("last"))
    assert days.sort("lead").rows() == wanted.sort("lead").rows()
    assert queries.last_days([5]).rows() == days.filter(pl.col("lead") == 5).rows()


def test_on_sqlite_facts_lie_in_the_order_of_their_key() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no such tables")
    with connection.cursor() as cursor:
        cursor.execute("select name from sqlite_master where type = 'table' and sql like '%%WITHOUT ROWID%%'")
        names = {name for (name,) in cursor.fetchall()}
    assert {"activity_activity", "activity_event", "activity_outcome"} <= names
