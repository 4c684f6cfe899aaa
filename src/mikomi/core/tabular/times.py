"""Times and dates as people write them, to instants. What cannot be a date is not taken for one.

Understood, after NFKC (so full-width digits too) and cutting white space at both ends:

* extended ISO 8601: `2026-11-01`, `2026-11-01T09:05`, `2026-11-01 09:05:30.25+09:00`, `…Z`; also `9:05`
* `2026/11/1`, `2026.11.1`, `2026年11月1日`, with `9:05`, `9:05:30`, `9時`, `9時5分`, `9時5分30秒`, and with a
  weekday in brackets, `2026/11/1(日)`, which must be the right one
* Japanese eras, `令和8年11月1日`, `R8.11.1`, `平成元年1月8日`, `S64/1/7`, within the days of the era
* Excel serials 10000 to 99999 (1927-05-18 to 2173-10-13), with a fraction to the millisecond

Anything else, `11/1/2026`, `20261101`, `26/11/1` included, says too little and is not read.
Local times without offset are in the given time zone. A local time that happens twice (clocks put
back) is the first one; one that never happens (clocks put forward) counts with the offset before
the change. A date alone is the start of that local day.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import polars as pl
from numba import njit

from mikomi.core.tabular import words
from mikomi.core.words import MikomiError

UTC_MICROSECONDS = pl.Datetime("us", "UTC")

LONGEST_ISO = 40

NOT, LOCAL, INSTANT = 0, 1, 2


@njit(cache=True, nogil=True)
def _days(year, month, day):
    """Days since 1970-01-01 of a proleptic Gregorian date, or a large negative number if there is none."""
    if year < 1 or month < 1 or month > 12 or day < 1:
        return -(1 << 40)
    last = 31
    if month == 4 or month == 6 or month == 9 or month == 11:
        last = 30
    elif month == 2:
        last = 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    if day > last:
        return -(1 << 40)
    y = year - (1 if month <= 2 else 0)
    era = y // 400
    of_era = y - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


@njit(cache=True, nogil=True)
def _digits(row, at, count):
    """The number that `count` digits from `at` make, or -1."""
    if at + count > len(row):
        return -1
    value = 0
    for k in range(at, at + count):
        digit = row[k] - 48
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value


@njit(cache=True, nogil=True)
def _iso(rows, out, what):
    """Extended ISO date-times, one a row of bytes, to microseconds; `what` says local or instant."""
    for i in range(rows.shape[0]):
        row = rows[i]
        size = len(row)
        what[i] = NOT
        if size < 10 or row[4] != 45 or row[7] != 45:
            continue
        days = _days(_digits(row, 0, 4), _digits(row, 5, 2), _digits(row, 8, 2))
        if days < -(1 << 30):
            continue
        if size == 10:
            out[i] = days * 86_400_000_000
            what[i] = LOCAL
            continue
        if (row[10] != 84 and row[10] != 32 and row[10] != 116) or size < 16 or row[13] != 58:
            continue
        hour, minute, second, micro = _digits(row, 11, 2), _digits(row, 14, 2), 0, 0
        at = 16
        good = True
        if at < size and row[at] == 58:
            second = _digits(row, 17, 2)
            at = 19
            if at < size and (row[at] == 46 or row[at] == 44):
                at += 1
                first = at
                scale = 100_000
                while at < size and 48 <= row[at] <= 57:
                    micro += (row[at] - 48) * scale
                    scale //= 10
                    at += 1
                good = at > first
        if not good or hour < 0 or hour > 23 or minute < 0 or minute > 59 or second < 0 or second > 59:
            continue
        moment = days * 86_400_000_000 + ((hour * 60 + minute) * 60 + second) * 1_000_000 + micro
        if at == size:
            out[i] = moment
            what[i] = LOCAL
            continue
        if row[at] == 32:
            at += 1
        if at == size - 1 and (row[at] == 90 or row[at] == 122):
            out[i] = moment
            what[i] = INSTANT
            continue
        if at < size and (row[at] == 43 or row[at] == 45):
            sign = 1 if row[at] == 43 else -1
            hours = _digits(row, at + 1, 2)
            minutes = 0
            at += 3
            if at < size:
                if row[at] == 58:
                    at += 1
                minutes = _digits(row, at, 2)
                at += 2
            if at == size and 0 <= hours <= 15 and 0 <= minutes <= 59:
                out[i] = moment - sign * (hours * 60 + minutes) * 60_000_000
                what[i] = INSTANT


def check_zone(timezone: str) -> str:
    """The name of a time zone that is known; raises `MikomiError` for any other."""
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise MikomiError(words.unknown_zone(timezone)) from None
    return timezone


def localise(naive: pl.Series, timezone: str) -> pl.Series:
    """Local times (Datetime us) as instants (UTC); see the module for times that are twice or never."""
    day = pl.duration(days=1)
    local = pl.col("t")

    def place(expr: pl.Expr) -> pl.Expr:
        return expr.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")

    frame = naive.alias("t").to_frame().select(place(local).dt.convert_time_zone("UTC").alias("u"), "t")
    if frame["u"].null_count() > frame["t"].null_count():
        before = place(local - day).dt.convert_time_zone("UTC") + day
        frame = frame.with_columns(pl.coalesce("u", before).alias("u"))
    return frame["u"].alias(naive.name)


def parse_times(series: pl.Series, timezone: str) -> tuple[pl.Series, pl.Series]:
    """Instants (Datetime us UTC) of texts, dates or times, and which rows hold one (Boolean).

    Rows without a readable time are null. Raises `MikomiError` for an unknown time zone.
    """
    check_zone(timezone)
    name = series.name
    if isinstance(series.dtype, pl.Datetime):
        if series.dtype.time_zone:
            times = series.dt.convert_time_zone("UTC").cast(UTC_MICROSECONDS)
        else:
            times = localise(series.cast(pl.Datetime("us")), timezone)
    elif series.dtype == pl.Date:
        times = localise(series.cast(pl.Datetime("us")), timezone)
    else:
        times = _parse_texts(series.cast(pl.String), timezone)
    return times.alias(name), times.is_not_null().alias(name)


def parse_dates(series: pl.Series, timezone: str) -> tuple[pl.Series, pl.Series]:
    """Local days (Date) in `timezone`, and which rows hold one; a time counts for its local day."""
    times, known = parse_times(series, timezone)
    return times.dt.convert_time_zone(timezone).dt.date(), known


def _parse_texts(texts: pl.Series, timezone: str) -> pl.Series:
    size = len(texts)
    out = np.zeros(size, np.int64)
    what = np.zeros(size, np.uint8)
    lengths = texts.str.len_bytes()
    for length in lengths.unique().drop_nulls().to_list():
        if not 10 <= length <= LONGEST_ISO:
            continue
        where = (lengths == length).fill_null(False)
        whole = bool(where.all())
        part = texts if whole else texts.filter(where)
        rows = part.cast(pl.Binary).bin.reinterpret(dtype=pl.Array(pl.UInt8, length)).to_numpy()
        if whole:
            _iso(rows, out, what)
            continue
        moments, kinds = np.zeros(len(part), np.int64), np.zeros(len(part), np.uint8)
        _iso(rows, moments, kinds)
        at = where.to_numpy()
        out[at], what[at] = moments, kinds
    rest = (what == NOT) & (lengths.fill_null(0) > 0).to_numpy()
    if rest.any():
        moments, kinds = _parse_spelled(texts.filter(pl.Series(rest)))
        out[rest], what[rest] = moments, kinds
    times = pl.Series(texts.name, out).cast(pl.Datetime("us"))
    if (what == LOCAL).any():
        local = pl.Series(what == LOCAL)
        placed = localise(times.set(~local, None) if not local.all() else times, timezone)
        if local.all():
            return placed
        instants = times.dt.replace_time_zone("UTC")
        both = pl.DataFrame({"p": placed, "i": instants, "w": what})
        return both.select(
            pl.when(pl.col("w") == LOCAL).then("p").when(pl.col("w") == INSTANT).then("i").alias("t")
        )["t"]
    instants = times.dt.replace_time_zone("UTC")
    return instants if (what == INSTANT).all() else instants.set(pl.Series(what == NOT), None)


SPELLED = (
    r"^(?:(?<y>\d{4})(?:-(?<m1>\d{2})-(?<d1>\d{2})|([/.])(?<m2>\d{1,2})[/.](?<d2>\d{1,2})"
    r"|年\s?(?<m3>\d{1,2})月\s?(?<d3>\d{1,2})日)"
    r"|(?<era>令和|平成|昭和|大正|明治|[RHSTMrhstm])\.?\s?(?<ey>\d{1,2}|元)"
    r"(?:[./-](?<m4>\d{1,2})[./-](?<d4>\d{1,2})|年\s?(?<m5>\d{1,2})月\s?(?<d5>\d{1,2})日))"
    r"(?:\s?\((?<wd>[月火水木金土日])\))?"
    r"(?:(?:[Tt]|\s+)(?<h1>\d{1,2}):(?<n1>\d{2})(?::(?<s1>\d{2})(?:[.,](?<f1>\d+))?)?"
    r"|\s*(?<h2>\d{1,2})時(?:\s?(?<n2>\d{1,2})分(?:\s?(?<s2>\d{1,2})秒)?)?)?"
    r"(?:\s?(?<z>[Zz]|[+-]\d{2}:?\d{2}))?$"
)

ERAS = pl.DataFrame(
    [
        ("令和", "r", 2018, "2019-05-01", "9999-12-31"),
        ("平成", "h", 1988, "1989-01-08", "2019-04-30"),
        ("昭和", "s", 1925, "1926-12-25", "1989-01-07"),
        ("大正", "t", 1911, "1912-07-30", "1926-12-25"),
        ("明治", "m", 1867, "1868-01-25", "1912-07-30"),
    ],
    schema=["era", "letter", "before", "first", "last"],
    orient="row",
)

SERIAL_EPOCH = -25569
"""Day 0 of Excel's serials, 1899-12-30, in days since 1970-01-01."""


@njit(cache=True, nogil=True)
def _assemble(parts, out):
    """(year, month, day, hour, minute, second, microsecond) rows to microseconds; smallest: no such time."""
    for i in range(parts.shape[0]):
        p = parts[i]
        days = _days(p[0], p[1], p[2])
        fits = 0 <= p[3] <= 23 and 0 <= p[4] <= 59 and 0 <= p[5] <= 59
        if days < -(1 << 30) or not fits:
            out[i] = np.iinfo(np.int64).min
        else:
            out[i] = days * 86_400_000_000 + ((p[3] * 60 + p[4]) * 60 + p[5]) * 1_000_000 + p[6]


def _parse_spelled(texts: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """Microseconds and kinds (`NOT`, `LOCAL`, `INSTANT`) of texts that are not plain ISO."""
    plain = texts.alias("t").to_frame().select(pl.col("t").str.normalize("NFKC").str.strip_chars())
    groups = plain.select(pl.col("t").str.extract_groups(SPELLED).alias("g")).unnest("g")

    def whole(*names: str) -> pl.Expr:
        return pl.coalesce(pl.col(name) for name in names).cast(pl.Int64)

    era = pl.col("era").str.to_lowercase()
    letters = pl.concat([ERAS["era"], ERAS["letter"]])

    def of_era(column: str) -> pl.Expr:
        values = pl.concat([ERAS[column], ERAS[column]])
        return era.replace_strict(letters, values, default=None)

    era_year = pl.when(pl.col("ey") == "元").then(pl.lit("1")).otherwise(pl.col("ey")).cast(pl.Int64)
    zone = pl.col("z").str.replace(":", "")
    minutes = zone.str.slice(1, 2).cast(pl.Int64, strict=False) * 60
    minutes = minutes + zone.str.slice(3, 2).cast(pl.Int64, strict=False)
    offset = (
        pl.when(zone.str.to_lowercase() == "z")
        .then(0)
        .otherwise(pl.when(zone.str.starts_with("-")).then(-minutes).otherwise(minutes))
    )
    fields = groups.select(
        pl.coalesce(pl.col("y").cast(pl.Int64), of_era("before") + era_year).fill_null(0).alias("y"),
        whole("m1", "m2", "m3", "m4", "m5").fill_null(0).alias("m"),
        whole("d1", "d2", "d3", "d4", "d5").fill_null(0).alias("d"),
        whole("h1", "h2").fill_null(0).alias("h"),
        whole("n1", "n2").fill_null(0).alias("n"),
        whole("s1", "s2").fill_null(0).alias("s"),
        pl.col("f1").str.slice(0, 6).str.pad_end(6, "0").cast(pl.Int64).fill_null(0).alias("f"),
        of_era("first").str.to_date().cast(pl.Int64).alias("first"),
        of_era("last").str.to_date().cast(pl.Int64).alias("last"),
        (pl.col("era").is_null() | (era_year >= 1)).alias("counted"),
        pl.col("wd"),
        zone.alias("z"),
        offset.alias("offset"),
    )
    out = np.empty(len(texts), np.int64)
    _assemble(np.ascontiguousarray(fields.select("y", "m", "d", "h", "n", "s", "f").to_numpy()), out)
    day = out // 86_400_000_000
    good = out != np.iinfo(np.int64).min
    checks = (
        fields.with_columns(pl.Series("day", day))
        .select(
            pl.col("counted")
            & (pl.col("first").is_null() | pl.col("day").is_between("first", "last"))
            & (pl.col("z").is_null() | pl.col("offset").is_between(-959, 959))
            & (
                pl.col("wd").is_null()
                | (pl.col("wd") == pl.lit("木金土日月火水").str.slice((pl.col("day") % 7).cast(pl.UInt32), 1))
            )
        )
        .to_series()
    )
    good &= checks.fill_null(False).to_numpy()
    zoned = fields["z"].is_not_null().to_numpy()
    out = np.where(zoned, out - fields["offset"].fill_null(0).to_numpy() * 60_000_000, out)
    kinds = np.where(good, np.where(zoned, INSTANT, LOCAL), NOT).astype(np.uint8)
    serials = plain["t"].str.contains(r"^[1-9]\d{4}(\.\d+)?$").fill_null(False).to_numpy()
    if serials.any():
        days = plain["t"].filter(pl.Series(serials)).cast(pl.Float64).to_numpy()
        out[serials] = np.rint((days + SERIAL_EPOCH) * 86_400_000).astype(np.int64) * 1000
        kinds[serials] = LOCAL
    return out, kinds
