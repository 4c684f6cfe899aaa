"""Events that were read: the same event in a second export is known again.

SCORING.md, Inputs: identical rows in one file are that many events; the nth identical row of
another file is the same event. So for each distinct row the ledger keeps the largest number that
one file held.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from mikomi.core.folding import local_days
from mikomi.core.history.shelves import LEDGER, Commit, read_ledger, split

EVENT = ("lead", "at", "kind", "content", "automated")


def count_identical(events: pl.DataFrame | Iterable[pl.DataFrame], source: str) -> pl.DataFrame:
    """Distinct events of one file with `n`, how many of each it holds. Raises ValueError."""
    parts = [events] if isinstance(events, pl.DataFrame) else events
    counted = [_count(part, source) for part in parts]
    if not counted:
        return _count(pl.DataFrame(schema=dict.fromkeys(EVENT, pl.Null)), source)
    if len(counted) == 1:
        return counted[0]
    return pl.concat(counted).group_by(EVENT).agg(pl.col("n").sum())


def only_new(commit: Commit, counted: pl.DataFrame) -> pl.DataFrame:
    """Of `counted` (with `touch`), what is more than the ledger knows; n is the increase."""
    key = list(LEDGER)[:-1]
    known_ranges = set(commit.before.ledger.numbers)
    parts = []
    for number, part in split(counted, commit.before.range_size):
        if number in known_ranges:
            known = read_ledger(commit.folder, commit.before, number).rename({"n": "known"})
            part = part.join(known, on=key, how="left").with_columns(
                n=pl.col("n") - pl.col("known").fill_null(0)
            )
        parts.append(part.filter(pl.col("n") > 0).select(list(LEDGER)))
    return pl.concat(parts) if parts else counted.select(list(LEDGER))


def to_activity(new: pl.DataFrame, timezone: str) -> pl.DataFrame:
    """The new events that count, by the day: `lead, day, touch, n`, not yet summed."""
    counting = new.filter(~pl.col("automated"))
    day = local_days(counting["at"], timezone).alias("day")
    return counting.with_columns(day).select("lead", "day", "touch", "n")


def check_rows(rows: pl.DataFrame, where: str = "") -> None:
    """Raises ValueError for nulls and for lead numbers that 31 bits do not hold."""
    nulls = [column.name for column in rows.null_count() if column.item()]
    if nulls:
        raise ValueError(f"{where}columns hold nulls: {', '.join(nulls)}")
    if rows.height and not rows.select(pl.col("lead").cast(pl.Int64).is_between(0, 2**31 - 1).all()).item():
        raise ValueError(f"{where}lead numbers are 0 to 2^31 - 1")


def _count(events: pl.DataFrame, source: str) -> pl.DataFrame:
    missing = [name for name in EVENT if name not in events.columns]
    if missing:
        raise ValueError(f"{source}: columns are missing: {', '.join(missing)}")
    events = events.select(EVENT)
    check_rows(events, f"{source}: ")
    at = events.schema["at"]
    if events.height and not (isinstance(at, pl.Datetime) and at.time_zone):
        raise ValueError(f"{source}: at must be a datetime with a time zone")
    return (
        events.select(
            pl.col("lead").cast(pl.UInt32),
            pl.col("at").cast(pl.Datetime("us", "UTC")),
            pl.col("kind", "content").cast(pl.String),
            pl.col("automated").cast(pl.Boolean),
        )
        .group_by(EVENT)
        .agg(n=pl.len().cast(pl.Int32))
    )
