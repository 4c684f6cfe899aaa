"""A list of a seminar as events: who applied and who came, as the tool's form tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from mikomi.core.tabular import words
from mikomi.core.tabular.form_types import Attendance
from mikomi.core.tabular.headers import plain_header
from mikomi.core.tabular.rejects import join_rejects, reject_rows, text_of_rows
from mikomi.core.tabular.times import UTC_MICROSECONDS, check_zone, parse_times

NOTHING = ("", "-", "--", "なし", "無", "n/a")
"""How tools write that there is no time."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_CLOCK = r"(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap]m)?)?"
_NUMBERS = rf"\A(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}|\d{{2}}){_CLOCK}\z"
_NAMES = rf"\A([a-z]{{3}})[a-z]*\.?\s+(\d{{1,2}}),\s*(\d{{4}}){_CLOCK}\z"


@dataclass(frozen=True, slots=True)
class Attended:
    """`frame`: lead, at (Datetime us UTC), kind (`seminar_apply`, `seminar_attend`), content, automated;
    each person once a kind, at the first time. `came` and `applied` count people; `rejected` are rows."""

    frame: pl.DataFrame
    applied: int
    came: int
    rejected: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Told:
    """What a list says row by row: whether somebody `came`, when they applied and came (Datetime us UTC,
    null where it does not say), and where one of those times is unreadable."""

    came: pl.Series
    applied_at: pl.Series
    came_at: pl.Series
    unreadable: pl.Series


def seminar_events(
    frame: pl.DataFrame,
    lines: pl.Series,
    attendance: Attendance,
    *,
    lead: str,
    seminar: str,
    timezone: str,
    held_at: datetime | None = None,
    file: str = "",
) -> Attended:
    """The events in a list of applicants or attendees.

    `frame` and `lines`: a `Table`'s; `attendance`: its form's; `lead`: the column of the key, usually the
    mail address; `seminar`: its name, the content of the events. `held_at` (with time zone) is when it
    took place: the time of those who came without a time of their own. Times without offset are in
    `timezone`. Rows without key, with a time that is none, and of people who came at no known time are
    rejected. Raises `MikomiError` for an unknown time zone.
    """
    check_zone(timezone)
    told = tell_attendance(frame, attendance, timezone)
    came = told.came
    held = pl.Series([held_at], dtype=UTC_MICROSECONDS).new_from_index(0, frame.height)
    when = told.came_at.zip_with(told.came_at.is_not_null(), held)
    listed = told.applied_at.zip_with(told.applied_at.is_not_null(), held)
    key = frame[lead].str.strip_chars()
    checks = (
        ((key != "").fill_null(False), words.NO_LEAD),
        (~told.unreadable, words.BAD_TIME),
        (~came | when.is_not_null(), words.NO_TIME),
        (came | listed.is_not_null(), words.NO_TIME),
    )
    good = pl.Series([True] * frame.height, dtype=pl.Boolean)
    rejected = []
    for passed, reason in checks:
        bad = good & ~passed
        if bad.any():
            rejected.append(reject_rows(file, lines.filter(bad), reason, text_of_rows(frame.filter(bad))))
            good &= passed
    rows = pl.DataFrame({"lead": key, "listed": listed, "when": when, "came": came}).filter(good)
    applied = _first(rows.filter(pl.col("listed").is_not_null()), "listed", "seminar_apply", seminar)
    attended = _first(rows.filter("came"), "when", "seminar_attend", seminar)
    events = pl.concat([applied, attended]).sort("at", "lead", "kind")
    return Attended(events, applied.height, attended.height, join_rejects(rejected))


def tell_attendance(frame: pl.DataFrame, attendance: Attendance, timezone: str) -> Told:
    """What each row of a list says by the columns of its form; times without offset are in `timezone`."""
    own = {plain_header(name): name for name in reversed(frame.columns)}
    said = _column(frame, own, attendance.column)
    applied_at, applied_bad = _times(_column(frame, own, attendance.applied_at), attendance, timezone)
    came_at, came_bad = _times(_column(frame, own, attendance.came_at), attendance, timezone)
    plain = said.str.normalize("NFKC").str.strip_chars().str.to_lowercase()
    came = plain.is_in(list(attendance.came)).fill_null(False)
    if said.name in (*attendance.applied_at, *attendance.came_at):
        came |= _times(said, attendance, timezone)[0].is_not_null()
    return Told(came, applied_at, came_at, applied_bad | (came & came_bad))


def _first(rows: pl.DataFrame, at: str, kind: str, seminar: str) -> pl.DataFrame:
    return (
        rows.group_by("lead")
        .agg(pl.col(at).min().alias("at"))
        .select(
            "lead",
            "at",
            pl.lit(kind).alias("kind"),
            pl.lit(seminar).alias("content"),
            pl.lit(False).alias("automated"),
        )
    )


def _column(frame: pl.DataFrame, own: dict[str, str], headers: Sequence[str]) -> pl.Series:
    """The first of `headers` that the file has, as text; nulls where it has none."""
    for header in headers:
        if (name := own.get(plain_header(header))) is not None:
            return frame[name].alias(header)
    return pl.Series("", [None] * frame.height, dtype=pl.String)


def _times(texts: pl.Series, attendance: Attendance, timezone: str) -> tuple[pl.Series, pl.Series]:
    """Instants, null where there is no time, and which texts should be one and are none."""
    plain = texts.str.strip_chars()
    plain = plain.to_frame("t").select(
        pl.when(~pl.col("t").str.to_lowercase().is_in(NOTHING)).then(pl.col("t"))
    )["t"]
    times, known = parse_times(month_first(plain) if attendance.order == "mdy" else plain, timezone)
    return times, plain.is_not_null() & ~known


def month_first(texts: pl.Series) -> pl.Series:
    """Texts that begin with the month (11/9/2026 1:50:00 PM, 11/9/26, Nov 9, 2026 13:50) as ISO times;
    others, and days that there are not, as they are. Only for files whose form writes them so."""
    low = pl.col("t").str.to_lowercase().str.replace_all("\u202f", " ", literal=True)
    numbers, names = low.str.extract_groups(_NUMBERS), low.str.extract_groups(_NAMES)
    month = pl.coalesce(
        numbers.struct.field("1"),
        names.struct.field("1").replace_strict(
            list(MONTHS), [str(n) for n in range(1, 13)], default=None, return_dtype=pl.String
        ),
    )
    day, year, hour, minute, second, half = (
        pl.coalesce(numbers.struct.field(str(place)), names.struct.field(str(place))) for place in range(2, 8)
    )
    clock = hour.cast(pl.Int64)
    clock = pl.when(half == "pm").then(clock % 12 + 12).when(half == "am").then(clock % 12).otherwise(clock)
    twelve = half.is_null() | hour.cast(pl.Int64).is_between(1, 12)
    year = pl.when(year.str.len_chars() == 2).then("20" + year).otherwise(year)
    date = pl.concat_str(year, month.str.zfill(2), day.str.zfill(2), separator="-")
    time = pl.concat_str(clock.cast(pl.String).str.zfill(2), minute, second.fill_null("00"), separator=":")
    iso = pl.when(hour.is_null()).then(date).when(twelve).then(pl.concat_str(date, time, separator="T"))
    return texts.to_frame("t").select(pl.coalesce(iso, pl.col("t")).alias(texts.name))[texts.name]
