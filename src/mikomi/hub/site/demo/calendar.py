"""When people in Japan work: how busy each day is, and times of day drawn accordingly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import holidays
import numpy as np
import numpy.typing as npt

type Days = npt.NDArray[np.int64]

QUIET = 0.05
OBON = 0.3
DAY_SECONDS = 86_400
TOKYO_OFFSET = 9 * 3_600  # Japan has no summer time

HOURS = np.array([0.2] * 6 + [0.6, 2, 6, 11, 12, 9, 5, 9, 11, 11, 10, 8, 5, 3, 2.5, 2.5, 1.5, 0.6])
"""Weight of each hour of a day; noon is a dip."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days numbered from 0 (`start`) to `length` - 1 (the last day told), in Asia/Tokyo.

    Days before 0 may be drawn down to `-before`; what falls outside the told days is left out later.
    """

    start: date
    length: int
    before: int
    cumulative: npt.NDArray[np.float64]
    working: npt.NDArray[np.bool_]
    next_working: Days

    @staticmethod
    def of(start: date, end: date, before: int = 600) -> Calendar:
        """The calendar whose told days run from `start` to `end`, both included."""
        length = (end - start).days + 1
        after = 30
        days = [start + timedelta(days=offset) for offset in range(-before, length + after)]
        closed: Any = holidays.country_holidays(
            "JP", years=range(days[0].year, days[-1].year + 1), language="ja"
        )
        working = np.array([day.weekday() < 5 and day not in closed and not _new_year(day) for day in days])
        weight = np.where(working, 1.0, QUIET)
        obon = np.array([day.month == 8 and 12 <= day.day <= 16 for day in days])
        weight = np.where(obon & working, OBON, weight)
        order = np.arange(len(days))
        following = np.minimum.accumulate(np.where(working, order, len(days) - 1)[::-1])[::-1]
        return Calendar(
            start, length, before, np.concatenate([[0.0], np.cumsum(weight)]), working, following - before
        )

    def date_of(self, day: int) -> date:
        """The date of day number `day`."""
        return self.start + timedelta(days=int(day))

    def draw(self, rng: np.random.Generator, low: Days, high: Days) -> Days:
        """A day in [low, high) for each pair, busy days more often; `low` where the range is empty."""
        limit = len(self.cumulative) - 1
        first = np.clip(low + self.before, 0, limit - 1)
        last = np.clip(np.maximum(high, low + 1) + self.before, first + 1, limit)
        begin, end = self.cumulative[first], self.cumulative[last]
        at = begin + (end - begin) * rng.random(len(first))
        found = np.searchsorted(self.cumulative, at, "right") - 1
        return np.clip(found, first, last - 1) - self.before

    def on_working(self, day: Days) -> Days:
        """`day`, or the first working day after it."""
        at = np.clip(day + self.before, 0, len(self.next_working) - 1)
        return self.next_working[at]

    def instants(self, day: Days, second: Days) -> Days:
        """UTC seconds since 1970 of local second `second` on day `day`."""
        epoch = (self.start - date(1970, 1, 1)).days
        return (day + epoch) * DAY_SECONDS + second - TOKYO_OFFSET


def draw_seconds(rng: np.random.Generator, size: int) -> Days:
    """Local seconds of the day at which people look at pages."""
    hour = rng.choice(24, size=size, p=HOURS / HOURS.sum())
    return hour * 3_600 + rng.integers(0, 3_600, size)


def office_seconds(rng: np.random.Generator, size: int) -> Days:
    """Local seconds of the day in office hours, 9:30 to 17:30."""
    return rng.integers(int(9.5 * 3_600), int(17.5 * 3_600), size)


def _new_year(day: date) -> bool:
    return (day.month == 12 and day.day >= 29) or (day.month == 1 and day.day <= 3)
