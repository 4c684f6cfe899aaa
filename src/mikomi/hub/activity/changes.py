"""Change numbers: which leads changed since one looked last, in commit order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
from django.db import connection, transaction

from mikomi.hub.kit.setwise import run, staged


@contextmanager
def changing() -> Iterator[int]:
    """A transaction that writes facts; gives its change number.

    The row that hands out the number stays locked until the commit, so transactions that write
    facts come one after another, and a higher number is never visible before a lower one.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into activity_changenumber (id, last, erased) values (1, 1, 0)"
                " on conflict (id) do update set last = activity_changenumber.last + 1 returning last"
            )
            (number,) = cursor.fetchone()
        yield number


def mark_changed(leads: pl.Series, number: int, *, activity: bool) -> None:
    """Writes down that `leads` (numbers) changed with change `number`, inside `changing()`.

    `activity` says that their activity did, not only what is known of them.
    """
    if leads.is_empty():
        return
    frame = pl.DataFrame({"lead": leads.unique().sort().cast(pl.Int32)})
    with staged(frame, "changed"):
        run(
            "insert into activity_changedlead (lead, number, activity)"
            " select lead, %s, %s from changed where true"
            " on conflict (lead) do update set number = excluded.number,"
            " activity = case when excluded.activity > 0 then excluded.activity"
            " else activity_changedlead.activity end",
            [number, number if activity else 0],
        )


def mark_erased(number: int) -> None:
    """Writes down that change `number` erased something: caches built before it must go."""
    run("update activity_changenumber set erased = %s where id = 1", [number])
