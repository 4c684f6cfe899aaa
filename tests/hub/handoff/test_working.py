"""Working days and minutes, with Japan's holidays."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from mikomi.hub.handoff.working import WorkingTime

TOKYO = ZoneInfo("Asia/Tokyo")
TIME = WorkingTime(TOKYO)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=TOKYO)


def test_minutes_run_in_working_hours_alone() -> None:
    # 20 November 2026 is a Friday, Monday the 23rd is 勤労感謝の日.
    assert TIME.add_minutes(at(20, 10), 30) == at(20, 10, 30)
    assert TIME.add_minutes(at(20, 17, 45), 30) == at(24, 9, 15)
    assert TIME.add_minutes(at(20, 23), 30) == at(24, 9, 30)
    assert TIME.add_minutes(at(21, 12), 480) == at(24, 17)
    assert TIME.add_minutes(at(20, 10), 480) == at(20, 18)
    assert TIME.add_minutes(at(20, 1), 540) == at(20, 18)


def test_days_leave_holidays_own_closed_days_and_absences_out() -> None:
    assert TIME.next_day(date(2026, 11, 20)) == date(2026, 11, 24)
    assert TIME.next_day(date(2026, 11, 20), 3) == date(2026, 11, 26)
    assert TIME.days_between(date(2026, 11, 20), date(2026, 11, 26)) == 3
    own = WorkingTime(
        TOKYO, closed=frozenset({date(2026, 11, 24)}), away=lambda day: day == date(2026, 11, 25)
    )
    assert own.next_day(date(2026, 11, 20)) == date(2026, 11, 26)
    # The substitute holiday of 2027: 21 March is a Sunday.
    assert not TIME.is_working(date(2027, 3, 22))


def test_a_team_that_never_works_still_gets_dates() -> None:
    never = WorkingTime(TOKYO, days=frozenset())
    assert never.next_day(date(2026, 11, 20)) == date(2026, 11, 21)
    assert never.add_minutes(at(20, 10), 30) == at(20, 10, 30)


def test_a_summer_time_change_loses_no_minute() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = WorkingTime(berlin, time(0), time(8), days=frozenset(range(7)), holidays=False)
    begin = datetime(2026, 3, 29, 0, 0, tzinfo=berlin)
    assert night.add_minutes(begin, 180) == datetime(2026, 3, 29, 4, 0, tzinfo=berlin)
