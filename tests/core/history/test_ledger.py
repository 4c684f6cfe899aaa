from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikomi.core.history import Added, History
from tests.core.history.histories import Event, counts_of, events_frame, plain_activity, reopened
from tests.examples import examples

NOON = datetime(2026, 11, 20, 3, tzinfo=UTC)
FIRST: list[Event] = [
    (0, NOON, "page_view", "/pricing", False),
    (0, NOON, "page_view", "/pricing", False),
    (0, NOON + timedelta(hours=12), "page_view", "/pricing", False),
    (9, NOON, "mail_open", "mail/1", True),
    (9, NOON, "mail_open", "mail/1", False),
]

event = st.tuples(
    st.integers(0, 20),
    st.integers(0, 40).map(lambda hours: NOON + timedelta(hours=hours)),
    st.sampled_from(["page_view", "download"]),
    st.just("/a"),
    st.booleans(),
)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History.create(tmp_path / "history", "Asia/Tokyo", range_size=8)


def test_it_works(history: History) -> None:
    added = history.add_events(events_frame(FIRST), source="events.csv")
    assert added == Added(rows=5, new=5, counted=4)
    assert counts_of(history) == plain_activity([FIRST])


def test_reading_twice_what_was_exported_twice_changes_nothing(history: History) -> None:
    history.add_events(events_frame(FIRST), source="monday.csv")
    before = counts_of(history)
    assert history.add_events(events_frame(FIRST[::-1]), source="tuesday.csv") == Added(5, 0, 0)
    assert reopened(history.folder) == before


def test_the_nth_identical_row_of_another_file_is_the_same_event(history: History) -> None:
    history.add_events(events_frame(FIRST), source="two.csv")
    assert history.add_events(events_frame(FIRST[:2] * 2), source="four.csv").new == 2
    assert history.add_events(events_frame(FIRST[:1]), source="one.csv").new == 0


def test_a_file_in_parts_is_one_file(history: History) -> None:
    parts = (events_frame([event]) for event in FIRST * 2)
    assert history.add_events(parts, source="large.csv").new == 10
    assert counts_of(history) == plain_activity([FIRST * 2])


@settings(max_examples=examples(60), deadline=None)
@given(
    files=st.lists(st.lists(event, max_size=25), max_size=6),
    compacted=st.sets(st.integers(0, 5)),
)
def test_any_files_in_any_order_give_the_largest_count_of_each_row(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[Event]], compacted: set[int]
) -> None:
    history = History.create(tmp_path_factory.mktemp("h") / "h", "Asia/Tokyo", range_size=8)
    for at, file in enumerate(files):
        history.add_events(events_frame(file), source=f"{at}.csv")
        if at in compacted:
            history.compact()
    assert reopened(history.folder) == plain_activity(files)


def test_days_are_those_of_the_time_zone(tmp_path: Path) -> None:
    late: list[Event] = [(0, datetime(2026, 11, 20, 15, 30, tzinfo=UTC), "call", "", False)]
    tokyo = History.create(tmp_path / "tokyo", "Asia/Tokyo")
    berlin = History.create(tmp_path / "berlin", "Europe/Berlin")
    for history in (tokyo, berlin):
        history.add_events(events_frame(late), source="late.csv")
    (first,) = counts_of(tokyo)
    (second,) = counts_of(berlin)
    assert first[1] == second[1] + 1


def test_other_zones_of_the_same_instant_are_the_same_event(history: History) -> None:
    history.add_events(events_frame(FIRST), source="utc.csv")
    local = events_frame(FIRST).with_columns(pl.col("at").dt.convert_time_zone("America/New_York"))
    assert history.add_events(local, source="local.csv").new == 0


def test_an_erased_lead_leaves_the_ledger(history: History) -> None:
    history.add_events(events_frame(FIRST), source="a.csv")
    history.compact()
    history.add_events(events_frame([(9, NOON, "call", "", False), *FIRST]), source="b.csv")
    history.erase(9)
    for path in history.folder.glob("ledger-*.parquet"):
        assert 9 not in pl.read_parquet(path)["lead"].to_list()
    assert history.add_events(events_frame(FIRST), source="a.csv").new == 2


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (events_frame(FIRST).drop("at"), "a.csv: columns are missing: at"),
        (events_frame(FIRST).with_columns(kind=pl.lit(None, pl.String)), "a.csv: columns hold nulls: kind"),
        (
            events_frame(FIRST).with_columns(pl.col("at").dt.replace_time_zone(None)),
            "a.csv: at must be a datetime with a time zone",
        ),
    ],
)
def test_events_that_cannot_be_are_refused(history: History, frame: pl.DataFrame, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        history.add_events(frame, source="a.csv")
    assert reopened(history.folder) == {}


def test_no_events_are_no_change(history: History) -> None:
    assert history.add_events([], source="empty.csv") == Added(0, 0, 0)
    assert history.add_events(events_frame([]), source="empty.csv") == Added(0, 0, 0)
