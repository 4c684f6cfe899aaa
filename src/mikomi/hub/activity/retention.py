"""Forgetting what is not needed for ever: the details of events, and events of nobody.

Counts stay: activity, and with it every score, is the same before and after.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from django.db import transaction

from mikomi.hub.activity.changes import changing
from mikomi.hub.activity.late import forget_verdicts
from mikomi.hub.activity.tallies import tally_without
from mikomi.hub.kit.setwise import run, staged

ROWS_A_STEP = 20_000


def strip_payloads(before: int) -> int:
    """Empties the details (address, browser, seconds …) of events of days before `before` (days since
    1970); the events themselves, their verdicts and counts stay. How many were emptied.

    After that what a machine did can no longer be recognised by them. Step by step, so that nobody
    waits: cut off, it goes on where it was.
    """
    emptied = 0
    while True:
        with transaction.atomic():
            some = run(
                "update activity_event set payload = null where (subject, at, id) in (select subject, at, id"
                " from activity_event where payload is not null and day < %s limit %s)",
                [before, ROWS_A_STEP],
            )
        emptied += some
        if some < ROWS_A_STEP:
            return emptied


def forget_subjects(keys: Sequence[str]) -> int:
    """Deletes keys that belong to no lead, and all that came under them; how many keys went."""
    with changing(), staged(pl.DataFrame({"key": list(keys)}, schema={"key": pl.String}), "leaving"):
        ours = "(select s.id from leaving k join activity_subject s on s.key = k.key where s.lead is null)"
        tally_without(f"e.subject in {ours}")
        forget_verdicts(ours)
        run(f"delete from activity_event where subject in {ours}")
        run(f"delete from activity_outcome where subject in {ours}")
        return run(f"delete from activity_subject where id in {ours}")
