"""Times as people write them: read rightly or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikomi.core.tabular import parse_dates, parse_times
from mikomi.core.words import MikomiError
from tests.examples import examples

TOKYO = "Asia/Tokyo"


def one(text: str | None, timezone: str = TOKYO) -> datetime | None:
    times, known = parse_times(pl.Series([text], dtype=pl.String), timezone)
    assert times.dtype == pl.Datetime("us", "UTC")
    assert known[0] == (times[0] is not None)
    return times[0]


def tokyo(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(TOKYO))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01", tokyo(2026, 11, 1)),
        ("2026-11-01T09:05", tokyo(2026, 11, 1, 9, 5)),
        ("2026-11-01 09:05:30", tokyo(2026, 11, 1, 9, 5, 30)),
        ("2026-11-01T09:05:30.25", tokyo(2026, 11, 1, 9, 5, 30, 250_000)),
        ("2026-11-01T09:05:30,123456789", tokyo(2026, 11, 1, 9, 5, 30, 123_456)),
        ("2026-11-01T00:05:30Z", tokyo(2026, 11, 1, 9, 5, 30)),
        ("2026-11-01T09:05:30+09:00", tokyo(2026, 11, 1, 9, 5, 30)),
        ("2026-11-01T09:05+0900", tokyo(2026, 11, 1, 9, 5)),
        ("2026-10-31 19:05:30-05:00", tokyo(2026, 11, 1, 9, 5, 30)),
        ("2026-11-01 9:05", tokyo(2026, 11, 1, 9, 5)),
        ("2026/11/1", tokyo(2026, 11, 1)),
        ("2026/11/01 9:05", tokyo(2026, 11, 1, 9, 5)),
        ("2026/11/1 09:05:30", tokyo(2026, 11, 1, 9, 5, 30)),
        ("2026.11.1", tokyo(2026, 11, 1)),
        ("2026/11/1(日)", tokyo(2026, 11, 1)),
        ("2026年11月1日", tokyo(2026, 11, 1)),
        ("2026年11月1日（日） 9時", tokyo(2026, 11, 1, 9)),
        ("2026年11月1日 9時5分", tokyo(2026, 11, 1, 9, 5)),
        ("2026年11月1日9時5分30秒", tokyo(2026, 11, 1, 9, 5, 30)),
        ("令和8年11月1日", tokyo(2026, 11, 1)),
        ("令和８年１１月１日", tokyo(2026, 11, 1)),
        ("R8.11.1", tokyo(2026, 11, 1)),
        ("r8/11/1 9:05", tokyo(2026, 11, 1, 9, 5)),
        ("令和元年5月1日", tokyo(2019, 5, 1)),
        ("平成元年1月8日", tokyo(1989, 1, 8)),
        ("平成31年4月30日", tokyo(2019, 4, 30)),
        ("昭和64年1月7日", tokyo(1989, 1, 7)),
        ("S60.7.20", tokyo(1985, 7, 20)),
        ("㋿8年11月1日", tokyo(2026, 11, 1)),
        ("２０２６／１１／１", tokyo(2026, 11, 1)),
        ("２０２６－１１－０１", tokyo(2026, 11, 1)),
        ("　2026-11-01 ", tokyo(2026, 11, 1)),
        ("46327", tokyo(2026, 11, 1)),
        ("46327.5", tokyo(2026, 11, 1, 12)),
        ("46327.378472222222", tokyo(2026, 11, 1, 9, 5)),
        ("10000", tokyo(1927, 5, 18)),
        ("2024-02-29", tokyo(2024, 2, 29)),
    ],
)
def test_every_way_of_writing_is_read(text: str, moment: datetime) -> None:
    assert one(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        None, "", " ", "x", "2026", "2026-11", "13月", "2026-02-30", "2025-02-29", "2026/13/1", "2026-00-10",
        "2026-11-00", "2026-11-01T24:00", "2026-11-01T09:60", "2026-11-01T09:05:60",
        "2026-11-01T", "2026-11-01T09:05:30.", "2026-11-01T09:05:30+", "2026-11-01T09:05+25:00",
        "2026-11-01T09:05Zx", "11/1/2026", "26/11/1", "20261101", "2026-1-5", "2026/11/1 25:00",
        "2026年2月30日", "2026年11月1日 25時", "令和0年1月1日", "令和元年4月30日", "平成31年5月1日",
        "昭和64年1月8日",
        "平成32年1月1日", "R8.13.1", "2026/11/1(月)", "1234", "9999", "100000", "123456", "46327.", "-46327",
        "0000-01-01", "yesterday", "2026-11-01; 09:05", "²⁰²⁶-11-01x",
    ],
)  # fmt: skip
def test_what_is_no_time_is_not_guessed(text: str | None) -> None:
    assert one(text) is None


def test_good_and_bad_texts_of_every_length_keep_their_places() -> None:
    texts = [
        "2026-11-01",
        None,
        "R8.11.1",
        "bad",
        "2026-11-01T09:05:30Z",
        "",
        "2026-11-01T09:05:30+09:00",
        "46327",
    ]
    times, known = parse_times(pl.Series("at", texts * 3), TOKYO)
    assert known.to_list() == [True, False, True, False, True, False, True, True] * 3
    assert times[0] == times[2] == times[7] == tokyo(2026, 11, 1)
    assert times[4] == tokyo(2026, 11, 1, 18, 5, 30)
    assert times[6] == tokyo(2026, 11, 1, 9, 5, 30)
    assert times.name == "at"


@settings(max_examples=examples(300), deadline=None)
@given(
    moments=st.lists(
        st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),
        min_size=1,
        max_size=5,
    ),
    minutes=st.integers(-14 * 60, 14 * 60),
    sign=st.sampled_from(["T", " "]),
)
def test_iso_with_offset_gives_the_instant(moments: list[datetime], minutes: int, sign: str) -> None:
    offset = timedelta(minutes=minutes)
    clock = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    texts = []
    kept = []
    for moment in moments:
        try:
            local = moment.replace(tzinfo=None) + offset
        except OverflowError:
            continue
        texts.append(local.isoformat(sign) + clock)
        kept.append(moment)
    times, known = parse_times(pl.Series(texts, dtype=pl.String), TOKYO)
    assert known.all()
    assert times.cast(pl.Int64).to_list() == [
        (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) for moment in kept
    ]


@settings(max_examples=examples(200), deadline=None)
@given(
    moment=st.datetimes(datetime(1950, 1, 1), datetime(2060, 1, 1)),
    zone=st.sampled_from([TOKYO, "America/New_York", "Europe/London", "America/Sao_Paulo", "Pacific/Apia"]),
)
def test_local_times_are_in_the_zone(moment: datetime, zone: str) -> None:
    local = moment.replace(tzinfo=ZoneInfo(zone))  # fold 0: the first of two, the offset before a gap
    assert one(moment.isoformat(" "), zone) == local.astimezone(UTC)


@settings(max_examples=examples(200), deadline=None)
@given(text=st.text(st.sampled_from("0123456789-/: T年月日令和R.+Z時分"), max_size=22))
def test_no_text_breaks_the_reader(text: str) -> None:
    moment = one(text)
    assert moment is None or 1 <= moment.year <= 9999


def test_times_that_are_twice_or_never() -> None:
    assert one("2026-11-01 01:30", "America/New_York") == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert one("2026-03-08 02:30", "America/New_York") == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


def test_typed_columns_are_taken_as_they_are() -> None:
    naive = pl.Series([datetime(2026, 11, 1, 9, 5), None])
    assert parse_times(naive, TOKYO)[0].to_list() == [tokyo(2026, 11, 1, 9, 5), None]
    aware = naive.dt.replace_time_zone("America/New_York").cast(pl.Datetime("ns", "America/New_York"))
    assert parse_times(aware, TOKYO)[0][0] == datetime(2026, 11, 1, 14, 5, tzinfo=UTC)
    assert parse_times(pl.Series([date(2026, 11, 1)]), TOKYO)[0][0] == tokyo(2026, 11, 1)
    assert parse_times(pl.Series([46327, 5]), TOKYO)[1].to_list() == [True, False]


def test_dates_are_local_days() -> None:
    days, known = parse_dates(pl.Series(["2026-10-31T15:00:00Z", "2026/11/1", "x"]), TOKYO)
    assert days.to_list() == [date(2026, 11, 1), date(2026, 11, 1), None]
    assert known.to_list() == [True, True, False]


def test_an_unknown_zone_is_said() -> None:
    for zone in ("Tokyo", "", "../etc/passwd"):
        with pytest.raises(MikomiError):
            parse_times(pl.Series(["2026-11-01"]), zone)


def test_no_rows_are_fine() -> None:
    times, known = parse_times(pl.Series([], dtype=pl.String), TOKYO)
    assert len(times) == len(known) == 0
    assert times.dtype == pl.Datetime("us", "UTC")
