"""One deed of many leads: a kind and a content, when each did it first, and taking it back."""

from __future__ import annotations

import polars as pl
from django.db import transaction

from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.activity.contents import normal_content
from mikomi.hub.activity.counters import counted_up, subtract
from mikomi.hub.activity.tallies import tally_without
from mikomi.hub.kit.setwise import fetch, on_postgres, staged

_TOUCH = "(select id from activity_touch where kind = %s and content = %s)"


def first_times(leads: pl.Series, kind: str, content: str) -> pl.DataFrame:
    """When those of `leads` (numbers) who did it did so first, as people: `lead`, `at` (µs UTC)."""
    with transaction.atomic(), staged(_numbers(leads), "asked"):
        return fetch(
            "select s.lead, min(e.at) from asked a join activity_subject s on s.lead = a.lead"
            f" join activity_event e on e.subject = s.id where e.touch = {_TOUCH} and e.counted"
            " group by s.lead",
            {"lead": pl.Int32, "at": pl.Int64},
            [kind, _spelled(content)],
        )


def take_back(leads: pl.Series, kind: str, content: str) -> int:
    """Deletes that `leads` (numbers) did it, whoever said so, and takes it from the activity; how many events
    went. For what turned out never to have happened."""
    theirs = "select s.id from activity_subject s join undone u on u.lead = s.lead"
    where = f"{{0}}touch = {_TOUCH} and {{0}}subject in ({theirs})"
    asked = [kind, _spelled(content)]
    with changing() as number, staged(_numbers(leads), "undone"):
        tally_without(where.format("e."), asked)
        owners = fetch(
            "select s.id, s.lead from activity_subject s join undone u on u.lead = s.lead",
            {"subject": pl.Int32, "lead": pl.Int32},
        )
        gone = fetch(
            f"delete from activity_event where {where.format('')}"
            f" returning subject, day, touch, {'counted::int' if on_postgres() else 'counted'}",
            {"subject": pl.Int32, "day": pl.Int32, "touch": pl.Int32, "counted": pl.Int8},
            asked,
        )
        counters = counted_up(gone.filter(pl.col("counted") == 1).join(owners, on="subject"))
        subtract(counters)
        mark_changed(counters["lead"], number, activity=True)
    return gone.height


def _numbers(leads: pl.Series) -> pl.DataFrame:
    return leads.cast(pl.Int32).alias("lead").unique().to_frame()


def _spelled(content: str) -> str:
    return pl.select(normal_content(pl.lit(content))).item()
