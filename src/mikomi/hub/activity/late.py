"""Verdicts that changed after an event came: what a score that was shown before counted otherwise."""

from __future__ import annotations

from datetime import date

import polars as pl
from django.utils import timezone

from mikomi.hub.kit.setwise import fetch, run, staged

EPOCH = date(1970, 1, 1).toordinal()
TABLES = ("activity_lateverdict", "activity_sweptevent")
"""Tables that speak of single events and are emptied with them."""


def note_late(flipped: pl.DataFrame) -> None:
    """Writes down events (`subject`, `at`, `id`) whose verdict was just turned round, in the caller's
    transaction; one that is again what it was when it came is forgotten."""
    if flipped.is_empty():
        return
    today = timezone.localdate().toordinal() - EPOCH
    with staged(flipped.select("subject", "at", "id"), "late"):
        back = fetch(
            "delete from activity_lateverdict where (subject, at, id) in (select subject, at, id from late)"
            " returning subject, at, id",
            {"subject": pl.Int32, "at": pl.Int64, "id": pl.Int64},
        )
    new = flipped.select("subject", "at", "id").join(back, on=["subject", "at", "id"], how="anti")
    with staged(new, "late"):
        run(
            "insert into activity_lateverdict (subject, at, id, found) select subject, at, id, %s from late",
            [today],
        )


def found_late(lead: int, through: int, after: int) -> pl.DataFrame:
    """What the lead's activity through day `through` was counted otherwise until after day `after` (days
    since 1970): `day`, `touch`, `n`, which is above 0 for what was taken back since."""
    return fetch(
        "select e.day, e.touch, sum(case when e.automated then 1 else -1 end) from activity_subject s"
        " join activity_lateverdict v on v.subject = s.id join activity_event e"
        " on e.subject = v.subject and e.at = v.at and e.id = v.id"
        " where s.lead = %s and e.day <= %s and v.found > %s group by e.day, e.touch",
        {"day": pl.Int32, "touch": pl.Int32, "n": pl.Int32},
        [lead, through, after],
    )


def forget_verdicts(subjects: str, import_id: int | None = None) -> None:
    """Forgets what is known of single events of the subjects (SQL: a select of their numbers), or of those
    that an import brought, before they are deleted. In the caller's transaction."""
    for table in TABLES:
        where = f"{table}.subject in {subjects}"
        if import_id is not None:
            where += (
                f" and exists (select 1 from activity_event e where e.subject = {table}.subject"
                f" and e.at = {table}.at and e.id = {table}.id and e.import_id = {int(import_id)})"
            )
        run(f"delete from {table} where {where}")
