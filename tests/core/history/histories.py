"""A plain dictionary that does what a history does, and ways to compare the two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from mikomi.core.history import History

type Row = tuple[int, int, str, str, int]
type Event = tuple[int, datetime, str, str, bool]
type Counts = dict[tuple[int, int, str, str], int]

ROW_SCHEMA = {"lead": pl.Int64, "day": pl.Int32, "kind": pl.String, "content": pl.String, "n": pl.Int64}
EVENT_SCHEMA = {
    "lead": pl.Int64,
    "at": pl.Datetime("us", "UTC"),
    "kind": pl.String,
    "content": pl.String,
    "automated": pl.Boolean,
}


def rows_frame(rows: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=ROW_SCHEMA, orient="row")


def events_frame(events: Sequence[Event]) -> pl.DataFrame:
    return pl.DataFrame(events, schema=EVENT_SCHEMA, orient="row")


def plain(rows: Iterable[Row]) -> Counts:
    counts: Counter[tuple[int, int, str, str]] = Counter()
    for lead, day, kind, content, n in rows:
        counts[lead, day, kind, content] += n
    return {key: n for key, n in counts.items() if n}


def plain_activity(files: Sequence[Sequence[Event]], hours: int = 9) -> Counts:
    """Activity of the files by the rule: the nth identical row of another file is the same event."""
    most: Counter[Event] = Counter()
    for file in files:
        for event, n in Counter(file).items():
            most[event] = max(most[event], n)
    rows = []
    for (lead, at, kind, content, automated), n in most.items():
        day = ((at + timedelta(hours=hours)).date() - datetime(1970, 1, 1).date()).days
        rows.append((lead, day, kind, content, 0 if automated else n))
    return plain(rows)


def counts_of(history: History) -> Counts:
    """What the pieces of the history give; checks that they are sorted, disjoint and positive."""
    kinds = history.touches.frame["kind"].to_list()
    contents = history.touches.frame["content"].to_list()
    counts: Counts = {}
    before = -1
    for piece in history.pieces:
        assert piece.first > before
        before = piece.last
        activity = piece.load()
        keys = list(zip(activity.lead.tolist(), activity.day.tolist(), activity.touch.tolist(), strict=True))
        assert keys == sorted(set(keys))
        for (lead, day, touch), n in zip(keys, activity.n.tolist(), strict=True):
            assert piece.first <= lead <= piece.last
            assert n >= 1
            counts[lead, day, kinds[touch], contents[touch]] = n
    return counts


def reopened(folder: Path) -> Counts:
    return counts_of(History.open(folder))
