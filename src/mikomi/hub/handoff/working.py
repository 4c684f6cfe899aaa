"""Working time: what is a working day, and when so many working minutes have gone by. Pure.

Instants are aware; days and hours are those of `zone`. Holidays are Japan's (the library `holidays`, after
国民の祝日に関する法律 and 国立天文台's equinoxes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

LONGEST = 400
"""Days that are looked through for the next working day; a team that never works has none."""


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """A team's (or, with `away`, a person's) hours. `days`: weekdays, 0 is Monday. `closed`: own closed days.
    `away`: says whether somebody is absent on a day."""

    zone: ZoneInfo
    opens: time = time(9)
    closes: time = time(18)
    days: frozenset[int] = frozenset(range(5))
    holidays: bool = True
    closed: frozenset[date] = frozenset()
    away: Callable[[date], bool] | None = None
    _japan: holidays.HolidayBase = field(
        default_factory=lambda: holidays.country_holidays("JP"), repr=False, compare=False
    )

    def is_working(self, day: date) -> bool:
        """Whether anybody works on the local day."""
        return (
            day.weekday() in self.days
            and day not in self.closed
            and not (self.holidays and day in self._japan)
            and not (self.away is not None and self.away(day))
        )

    def is_open(self, instant: datetime) -> bool:
        """Whether it is working time at `instant`."""
        local = instant.astimezone(self.zone)
        return self.is_working(local.date()) and self.opens <= local.time() < self.closes

    def next_day(self, day: date, n: int = 1) -> date:
        """The `n`th working day after `day`. Where none is found within a year, so many days after it."""
        found = 0
        for other in _days_after(day):
            found += self.is_working(other)
            if found == n:
                return other
        return day + timedelta(days=n)

    def this_or_next(self, day: date) -> date:
        """`day` if it is a working day, else the next one."""
        return day if self.is_working(day) else self.next_day(day)

    def days_between(self, first: date, last: date) -> int:
        """How many working days there are after `first`, up to and with `last`; 0 if `last` is not later."""
        return sum(self.is_working(first + timedelta(days=n + 1)) for n in range((last - first).days))

    def add_minutes(self, instant: datetime, minutes: float) -> datetime:
        """When `minutes` of working time have gone by since `instant`, in UTC-aware local time.

        At the end of a working day it is the end of that day, not the beginning of the next one. Where
        nobody works for a year, plain minutes count.
        """
        at = instant.astimezone(self.zone)
        left = timedelta(minutes=minutes)
        for day in (at.date(), *_days_after(at.date())):
            if not self.is_working(day):
                continue
            begin = max(at, self.opening(day)) if day == at.date() else self.opening(day)
            # Through UTC: local times of one zone are subtracted as clocks show them.
            there = self.closing(day).timestamp() - begin.timestamp()
            if there <= 0:
                continue
            if left.total_seconds() <= there:
                return datetime.fromtimestamp(begin.timestamp() + left.total_seconds(), self.zone)
            left -= timedelta(seconds=there)
        return instant.astimezone(self.zone) + timedelta(minutes=minutes)

    def opening(self, day: date) -> datetime:
        """When work begins on a day."""
        return datetime.combine(day, self.opens, self.zone)

    def closing(self, day: date) -> datetime:
        """When work ends on a day."""
        return datetime.combine(day, self.closes, self.zone)


def _days_after(day: date) -> Iterator[date]:
    return (day + timedelta(days=n) for n in range(1, LONGEST))
