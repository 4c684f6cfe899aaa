"""Folding events into activity, against a slow plain count."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikomi.core import folding
from mikomi.core.events import (
    Activity,
    LoadedActivity,
    Touches,
    activity_of,
    fold_events,
    gather_activity,
)
from mikomi.core.folding import local_days
from tests.examples import examples

type Row = tuple[str, datetime, str, str, bool]

ZONES = ["Asia/Tokyo", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe", "America/Sao_Paulo"]
SCHEMA = {
    "lead": pl.String,
    "at": pl.Datetime("us", "UTC"),
    "kind": pl.String,
    "content": pl.String,
    "automated": pl.Boolean,
}

INSTANTS = st.one_of(
    st.sampled_from([datetime(2026, 11, 1, hour, tzinfo=UTC) for hour in (3, 5, 6, 14, 15, 16)]),
    st.datetimes(datetime(1950, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "あ", "a "]),
        INSTANTS,
        st.sampled_from(["page_view", "call"]),
        st.sampled_from(["", "/x", "/y"]),
        st.booleans(),
    ),
    max_size=12,
)


def frame_of(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def plain_fold(files: list[list[Row]], timezone: str) -> list[tuple[str, int, str, str, int]]:
    """The contract, word for word: of identical rows the largest number in one file counts."""
    events: Counter[Row] = Counter()
    for rows in files:
        for row, times in Counter(rows).items():
            events[row] = max(events[row], times)
    counted: Counter[tuple[str, int, str, str]] = Counter()
    for (lead, at, kind, content, automated), times in events.items():
        if not automated:
            day = at.astimezone(ZoneInfo(timezone)).date().toordinal() - 719163
            counted[lead, day, kind, content] += times
    return sorted((*key, n) for key, n in counted.items())


@settings(max_examples=examples(250), deadline=None)
@given(files=st.lists(ROWS, max_size=3), timezone=st.sampled_from(ZONES))
def test_folding_counts_as_the_contract_says(files: list[list[Row]], timezone: str) -> None:
    folded = fold_events([frame_of(rows) for rows in files], timezone)
    assert folded.rows() == plain_fold(files, timezone)
    assert folded.schema == {
        "lead": pl.String,
        "day": pl.Int32,
        "kind": pl.String,
        "content": pl.String,
        "n": pl.Int32,
    }


@settings(max_examples=examples(100), deadline=None)
@given(rows=ROWS, repeats=st.integers(1, 3))
def test_the_same_export_read_again_changes_nothing(rows: list[Row], repeats: int) -> None:
    frame = frame_of(rows)
    assert fold_events([frame] * repeats, "Asia/Tokyo").equals(fold_events(frame, "Asia/Tokyo"))


def test_identical_rows_in_one_file_are_that_many_events() -> None:
    row = ("A", datetime(2026, 11, 1, tzinfo=UTC), "call", "", False)
    assert fold_events([frame_of([row] * 3), frame_of([row] * 2)], "Asia/Tokyo")["n"].to_list() == [3]


def test_other_instants_of_the_same_day_add_up() -> None:
    noon = datetime(2026, 11, 1, 3, tzinfo=UTC)
    one = [("A", noon, "call", "", False)] * 2
    two = [("A", noon, "call", "", False), ("A", noon + timedelta(microseconds=1), "call", "", False)]
    assert fold_events([frame_of(one), frame_of(two)], "Asia/Tokyo")["n"].to_list() == [3]


@settings(max_examples=examples(100), deadline=None)
@given(files=st.lists(ROWS, min_size=1, max_size=2), leads=st.permutations(["B", "A", "x", "あ"]))
def test_activity_is_the_folded_events_in_numbers(files: list[list[Row]], leads: list[str]) -> None:
    known = Touches(pl.DataFrame({"kind": ["page_view", "zz"], "content": ["/y", ""]}))
    frames = [frame_of(rows) for rows in files]
    names = pl.Series("lead", leads[:3])
    touches, activity = gather_activity(frames, names, "Asia/Tokyo", known)
    assert touches.frame.rows()[:2] == known.frame.rows()
    assert touches.frame.is_unique().all()
    told = [
        (leads[lead], day, *touches.frame.row(touch), n)
        for lead, day, touch, n in zip(activity.lead, activity.day, activity.touch, activity.n, strict=True)
    ]
    folded = [row for row in fold_events(frames, "Asia/Tokyo").rows() if row[0] in leads[:3]]
    assert sorted(told) == sorted(folded)
    order = list(zip(activity.lead, activity.day, activity.touch, strict=True))
    assert order == sorted(order)
    assert {array.dtype for array in (activity.lead, activity.day, activity.touch, activity.n)} == {
        np.dtype(np.int32)
    }
    again, same = activity_of(fold_events(frames, "Asia/Tokyo"), names, known)
    by_pair = {pair: i for i, pair in enumerate(touches.frame.rows())}
    assert set(again.frame.rows()) <= set(by_pair)
    assert sorted(told) == sorted(
        (leads[lead], day, *again.frame.row(touch), n)
        for lead, day, touch, n in zip(same.lead, same.day, same.touch, same.n, strict=True)
    )


@pytest.mark.parametrize("zone", ZONES)
def test_local_days_are_those_of_the_clock_on_the_wall(zone: str) -> None:
    start = datetime(2009, 1, 1, tzinfo=UTC)
    at = pl.Series("at", [start + timedelta(minutes=37 * i) for i in range(60_000)]).cast(SCHEMA["at"])
    expected = at.dt.convert_time_zone(zone).dt.date().cast(pl.Int32)
    assert local_days(at, zone).to_list() == expected.to_list()


def test_one_far_date_leaves_room_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[Row] = [
        ("A", datetime(2, 1, 1, tzinfo=UTC), "call", "", False),
        ("B", datetime(2026, 11, 1, tzinfo=UTC), "call", "/x", False),
        ("A", datetime(9998, 7, 1, 12, tzinfo=UTC), "call", "", False),
        ("A", datetime(9998, 7, 1, 13, tzinfo=UTC), "call", "", False),
    ]
    expected = plain_fold([rows], "America/New_York")
    assert fold_events(frame_of(rows), "America/New_York").rows() == expected
    monkeypatch.setattr(folding, "KEY_BITS", 5)
    assert fold_events(frame_of(rows), "America/New_York").rows() == expected
    monkeypatch.setattr(folding, "KEY_BITS", 3)
    with pytest.raises(OverflowError):
        fold_events(frame_of(rows), "America/New_York")


def test_no_events_fold_into_nothing() -> None:
    for events in (frame_of([]), [], [frame_of([]), frame_of([])]):
        assert fold_events(events, "Asia/Tokyo").height == 0
        touches, activity = gather_activity(events, pl.Series(["A"]), "Asia/Tokyo")
        assert len(activity) == len(touches) == 0


def test_pieces_hold_whole_leads() -> None:
    lead = np.repeat(np.arange(10, dtype=np.int32), 7)
    rest = np.ones(70, np.int32)
    source = LoadedActivity.of(Touches.empty(), Activity(lead, rest, rest, rest), 4)
    seen = [set(piece.load().lead.tolist()) for piece in source.pieces]
    assert set().union(*seen) == set(range(10))
    assert sum(map(len, seen)) == 10
    assert [(piece.first, piece.last) for piece in source.pieces] == [(min(s), max(s)) for s in seen]
