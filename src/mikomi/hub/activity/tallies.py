"""How many events there are, by day, source, kind and reason: kept beside the events, inside the same
transaction of `changing()`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from mikomi.hub.kit.setwise import fetch, run, staged

KEY = ("day", "source", "kind", "reason")
SCHEMA: dict[str, type[pl.DataType]] = {
    "day": pl.Int32,
    "source": pl.String,
    "kind": pl.String,
    "reason": pl.String,
    "n": pl.Int64,
}
WHY = "case when e.automated then e.reason else '' end"
"""SQL for the reason that an event `e` is counted under."""


def tally(change: pl.DataFrame) -> None:
    """Adds `change` (columns `KEY` and `n`, which may be negative); what comes to nothing goes."""
    summed = change.group_by(KEY).agg(pl.col("n").cast(pl.Int64).sum()).filter(pl.col("n") != 0).sort(KEY)
    if summed.is_empty():
        return
    with staged(summed.select(*KEY, "n"), "told"):
        run(
            "insert into activity_eventcount (day, source, kind, reason, n)"
            " select day, source, kind, reason, n from told where true"
            " on conflict (day, source, kind, reason) do update set n = activity_eventcount.n + excluded.n"
        )
    if (summed["n"] < 0).any():
        run("delete from activity_eventcount where n <= 0")


def tally_without(where: str, params: Sequence[Any] = ()) -> None:
    """Takes the events `e` that meet `where` out of the counts, before they are deleted."""
    going = fetch(
        f"select e.day, e.source, t.kind, {WHY}, -count(*) from activity_event e"
        f" join activity_touch t on t.id = e.touch where {where} group by 1, 2, 3, 4",
        SCHEMA,
        params,
    )
    tally(going)


def broken_tallies() -> int:
    """How many counts differ from the events themselves; 0 is sound."""
    return fetch(
        "select count(*) from (select day, source, kind, reason from ("
        "select day, source, kind, reason, n from activity_eventcount union all"
        f" select e.day, e.source, t.kind, {WHY}, -count(*) from activity_event e"
        " join activity_touch t on t.id = e.touch group by 1, 2, 3, 4) told"
        " group by day, source, kind, reason having sum(n) <> 0) broken",
        {"n": pl.Int64},
    ).item()
