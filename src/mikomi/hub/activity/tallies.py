"""How many events there are, by day, source, kind and reason, and how many of people by day and touch: kept
beside the events, inside the same transaction of `changing()`."""

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
_BY_TOUCH = {**{name: SCHEMA[name] for name in KEY}, "touch": pl.Int32, "n": pl.Int64}
WHY = "case when e.automated then e.reason else '' end"
"""SQL for the reason that an event `e` is counted under."""


def tally(change: pl.DataFrame) -> None:
    """Adds `change` (columns `KEY`, `touch` and `n`, which may be negative); what comes to nothing goes."""
    _add("activity_eventcount", KEY, change)
    _add("activity_touchcount", ("day", "touch"), change.filter(pl.col("reason") == ""))


def _add(table: str, key: tuple[str, ...], change: pl.DataFrame) -> None:
    summed = change.group_by(key).agg(pl.col("n").cast(pl.Int64).sum()).filter(pl.col("n") != 0).sort(key)
    if summed.is_empty():
        return
    names = ", ".join(key)
    with staged(summed.select(*key, "n"), "told"):
        run(
            f"insert into {table} ({names}, n) select {names}, n from told where true"
            f" on conflict ({names}) do update set n = {table}.n + excluded.n"
        )
        if (summed["n"] < 0).any():
            run(
                f"delete from {table} where n <= 0 and exists (select 1 from told where "
                + " and ".join(f"told.{name} = {table}.{name}" for name in key)
                + ")"
            )


def tally_without(where: str, params: Sequence[Any] = ()) -> None:
    """Takes the events `e` that meet `where` out of the counts, before they are deleted."""
    going = fetch(
        f"select e.day, e.source, t.kind, {WHY}, e.touch, -count(*) from activity_event e"
        f" join activity_touch t on t.id = e.touch where {where} group by 1, 2, 3, 4, 5",
        _BY_TOUCH,
        params,
    )
    tally(going)


def broken_tallies() -> int:
    """How many counts differ from the events themselves; 0 is sound."""
    by_touch = fetch(
        "select count(*) from (select day, touch from (select day, touch, n from activity_touchcount"
        " union all select day, touch, -count(*) from activity_event where counted group by day, touch) told"
        " group by day, touch having sum(n) <> 0) broken",
        {"n": pl.Int64},
    ).item()
    return (
        by_touch
        + fetch(
            "select count(*) from (select day, source, kind, reason from ("
            "select day, source, kind, reason, n from activity_eventcount union all"
            f" select e.day, e.source, t.kind, {WHY}, -count(*) from activity_event e"
            " join activity_touch t on t.id = e.touch group by 1, 2, 3, 4) told"
            " group by day, source, kind, reason having sum(n) <> 0) broken",
            {"n": pl.Int64},
        ).item()
    )
