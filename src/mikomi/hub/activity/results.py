"""One outcome: which it is, and taking it back."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.activity.types import OutcomeKey
from mikomi.hub.kit.setwise import fetch

_KEY = {"subject": pl.Int32, "at": pl.Int64, "id": pl.Int64}


def newest_of(key: str, at: datetime, result: str) -> OutcomeKey:
    """The outcome `result` that the subject with `key` had at `at`, in the transaction that recorded it."""
    micros = pl.Series([at], dtype=pl.Datetime("us", "UTC")).dt.epoch("us")[0]
    found = fetch(
        "select o.subject, o.at, o.id from activity_subject s join activity_outcome o on o.subject = s.id"
        " where s.key = %s and o.at = %s and o.result = %s",
        _KEY,
        [key, micros, result],
    )
    return OutcomeKey(*found.row(-1))


def take_back_outcome(key: OutcomeKey, *, source: str) -> bool:
    """Deletes one outcome that came by `source`; whether it was there."""
    with changing() as number:
        gone = fetch(
            "delete from activity_outcome where subject = %s and at = %s and id = %s and source = %s"
            " returning subject",
            {"subject": pl.Int32},
            [key.subject, key.at, key.id, source],
        )
        if gone.is_empty():
            return False
        leads = fetch("select lead from activity_subject where id = %s", {"lead": pl.Int32}, [key.subject])
        mark_changed(leads["lead"].drop_nulls(), number, activity=False)
    return True
