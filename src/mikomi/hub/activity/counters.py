"""The activity table: signed changes to counters, inside a transaction of `changing()`."""

from __future__ import annotations

import polars as pl

from mikomi.hub.kit.setwise import fetch, run, staged

KEY = ("lead", "day", "touch", "subject")
_SAME = " and ".join(f"a.{c} = delta.{c}" for c in KEY)
_SAME_ROW = " and ".join(f"activity_activity.{c} = delta.{c}" for c in KEY)


class CountersBroken(RuntimeError):
    """Activity would no longer be the sum of the events that count."""


def counted_up(events: pl.DataFrame) -> pl.DataFrame:
    """Events (lead, day, touch, subject; lead null where unknown) as counters with `n`."""
    return (
        events.filter(pl.col("lead").is_not_null())
        .group_by(KEY)
        .agg(pl.len().cast(pl.Int64).alias("n"))
        .sort(KEY)
    )


def add(delta: pl.DataFrame) -> None:
    """Adds `delta` (lead, day, touch, subject, n >= 1) to the activity table."""
    if delta.is_empty():
        return
    with staged(delta.select(*KEY, "n"), "delta"):
        run(
            "insert into activity_activity (lead, day, touch, subject, n)"
            " select lead, day, touch, subject, n from delta where true"
            " on conflict (lead, day, touch, subject) do update set n = activity_activity.n + excluded.n"
        )


def subtract(delta: pl.DataFrame) -> None:
    """Takes `delta` (lead, day, touch, subject, n >= 1) from the activity table; a counter that
    comes to 0 is deleted. Raises `CountersBroken` where a counter is missing or too small."""
    if delta.is_empty():
        return
    with staged(delta.select(*KEY, "n"), "delta"):
        enough = fetch(
            f"select count(*) from activity_activity a join delta on {_SAME} and a.n >= delta.n",
            {"n": pl.Int64},
        ).item()
        if enough != delta.height:
            raise CountersBroken(f"{delta.height - enough} counters are smaller than what is taken back")
        run(
            f"delete from activity_activity where exists"
            f" (select 1 from delta where {_SAME_ROW} and activity_activity.n = delta.n)"
        )
        run(f"update activity_activity set n = activity_activity.n - delta.n from delta where {_SAME_ROW}")
