"""What people of ours say of one lead: that it talked with us, what became of it. Taken back exactly."""

from __future__ import annotations

import secrets
from datetime import datetime

import polars as pl

from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.activity.counters import counted_up, subtract
from mikomi.hub.activity.services import record_events, record_outcomes
from mikomi.hub.activity.tallies import tally_without
from mikomi.hub.kit.setwise import fetch, on_postgres, run

SALES = "sales"
"""The source of what sales say."""


def say_event(key: str, kind: str, content: str, at: datetime) -> int:
    """The lead with `key` did something with us at `at` (aware); the event's number, for taking it back."""
    number = secrets.randbits(63)
    record_events(
        pl.DataFrame(
            {
                "lead": [key],
                "at": pl.Series([at], dtype=pl.Datetime("us", "UTC")),
                "kind": [kind],
                "content": [content],
                "automated": [False],
                "id": [number],
            }
        ),
        source=SALES,
    )
    return number


def unsay_event(number: int, at: datetime) -> bool:
    """Takes back what `say_event` recorded; whether it was there still."""
    instant = round(at.timestamp() * 1_000_000)
    asked = [number, instant, SALES]
    found = "id = %s and {0}at = %s and {0}source = %s"
    subject = (
        "select e.subject, s.lead from activity_event e join activity_subject s on s.id = e.subject"
        f" where e.{found.format('e.')}"
    )
    with changing() as change:
        tally_without(f"e.{found.format('e.')}", asked)
        owners = fetch(subject, {"subject": pl.Int32, "lead": pl.Int32}, asked)
        counted = "counted::int" if on_postgres() else "counted"
        gone = fetch(
            f"delete from activity_event where {found.format('')} returning subject, day, touch, {counted}",
            {"subject": pl.Int32, "day": pl.Int32, "touch": pl.Int32, "counted": pl.Int8},
            asked,
        )
        counters = counted_up(gone.filter(pl.col("counted") == 1).join(owners, on="subject"))
        subtract(counters)
        mark_changed(counters["lead"], change, activity=True)
    return gone.height > 0


def say_outcome(key: str, result: str, at: datetime, reason: str = "") -> None:
    """What became of the lead with `key` at `at` (aware): `meeting`, `rejected`, ..."""
    record_outcomes(
        pl.DataFrame(
            {
                "lead": [key],
                "at": pl.Series([at], dtype=pl.Datetime("us", "UTC")),
                "result": [result],
                "reason": [reason],
            }
        ),
        source=SALES,
    )


def unsay_outcome(key: str, result: str, at: datetime) -> bool:
    """Takes back what `say_outcome` recorded; whether it was there still."""
    instant = round(at.timestamp() * 1_000_000)
    with changing() as change:
        owner = fetch(
            "select id, lead from activity_subject where key = %s",
            {"subject": pl.Int32, "lead": pl.Int32},
            [key],
        )
        gone = run(
            "delete from activity_outcome where subject in (select id from activity_subject where key = %s)"
            " and at = %s and result = %s and source = %s",
            [key, instant, result, SALES],
        )
        mark_changed(owner["lead"].drop_nulls(), change, activity=False)
    return gone > 0
