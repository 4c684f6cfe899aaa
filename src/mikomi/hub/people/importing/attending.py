"""A list of people that says who applied to a seminar and who came: beside the people, their events."""

from __future__ import annotations

import polars as pl
from django.utils import timezone

from mikomi.core.tabular.attendance import tell_attendance
from mikomi.core.tabular.form_types import Attendance
from mikomi.core.tabular.times import UTC_MICROSECONDS, parse_times
from mikomi.hub.activity import deeds
from mikomi.hub.people.importing.options import Options
from mikomi.hub.people.importing.sheets import zone
from mikomi.hub.people.models import Import, ImportedSubject, Scope

APPLIED, CAME = "#applied", "#came"
"""Columns of the rows: when somebody applied and came (Datetime us UTC), null where they did not."""
KINDS = {APPLIED: "seminar_apply", CAME: "seminar_attend"}


def attendance_of(
    frame: pl.DataFrame, attendance: Attendance | None, options: Options
) -> tuple[pl.DataFrame, pl.Series]:
    """When each row of a file (headers as written) applied and came (`#applied`, `#came`), and which rows
    cannot say it. Where no column says who came, being listed means what `options.listed` says."""
    now = timezone.now()
    held = parse_times(pl.Series([options.held_at or None], dtype=pl.String), zone())[0][0]
    # Nobody has come to what still lies ahead, or applied later than now.
    fallback = pl.Series([min(held, now) if held else now], dtype=UTC_MICROSECONDS)
    fallback = fallback.new_from_index(0, frame.height)
    nothing = pl.Series([None], dtype=UTC_MICROSECONDS).new_from_index(0, frame.height)
    if attendance is None or not (attendance.column or attendance.came_at):
        told = tell_attendance(frame, attendance, zone()) if attendance else None
        applied = told.applied_at if told else nothing
        unreadable = told.unreadable if told else applied.is_not_null()
        came = nothing if options.listed else fallback
    else:
        told = tell_attendance(frame, attendance, zone())
        present = told.came if attendance.column else told.came_at.is_not_null()
        at = told.came_at.zip_with(told.came_at.is_not_null(), fallback)
        came = at.zip_with(present, nothing)
        applied, unreadable = told.applied_at, told.unreadable
    absent = came.is_null() & applied.is_null()
    applied = fallback.zip_with(absent, applied)
    return pl.DataFrame({APPLIED: applied, CAME: came}), unreadable


def list_of(number: int) -> tuple[str, pl.Series]:
    """The key of the seminar whose list import `number` was ("" for none), and the leads it named."""
    told = Import.objects.filter(pk=number).values_list("options", flat=True).first() or {}
    named = ImportedSubject.objects.filter(import_id=number, scope=Scope.LEAD).values_list(
        "subject", flat=True
    )
    return str(told.get("seminar") or ""), pl.Series("lead", list(named), pl.Int32)


def events_of(rows: pl.DataFrame, numbers: pl.DataFrame, seminar: str) -> pl.DataFrame:
    """The events of stored `rows` (`lead`, `#applied`, `#came`), as `activity.record_events` takes them,
    without those that are known of a lead already. `numbers`: `lead` (key), `number`."""
    parts = []
    for column, kind in KINDS.items():
        told = rows.select("lead", pl.col(column).alias("at")).drop_nulls("at")
        told = told.join(numbers, on="lead", how="left", maintain_order="left")
        done = deeds.first_times(told["number"].drop_nulls(), kind, seminar)["lead"]
        told = told.filter(~pl.col("number").is_in(done.implode()).fill_null(False))
        parts.append(
            told.select(
                "lead",
                "at",
                pl.lit(kind).alias("kind"),
                pl.lit(seminar).alias("content"),
                pl.lit(False).alias("automated"),
            )
        )
    return pl.concat(parts)
