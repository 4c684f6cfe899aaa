"""What the marketing team did on which day: seminars, newsletters, exhibitions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from mikomi.hub.site.demo import contents
from mikomi.hub.site.demo.calendar import Calendar, Days

EXPO_PLACES = (0.16, 0.49, 0.86)
"""Where in the told time the exhibitions open."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Day numbers of what was held or sent; seminars monthly, newsletters twice a month."""

    seminars: Days
    newsletters: Days
    expos: Days


def make_schedule(calendar: Calendar) -> Schedule:
    """Everything on working days; exhibitions open on a Wednesday and last three days."""
    seminars, newsletters = [], []
    for offset in range(calendar.length):
        day = calendar.date_of(offset)
        if day.day == 16:
            seminars.append(offset)
        if day.day in (6, 21):
            newsletters.append(offset)
    expos = []
    for place in EXPO_PLACES:
        offset = int(calendar.length * place)
        expos.append(offset + (2 - calendar.date_of(offset).weekday()) % 7)
    inside = [_inside(calendar, days) for days in (seminars, newsletters, expos)]
    return Schedule(*inside)


def titles_of(calendar: Calendar, schedule: Schedule) -> dict[str, str]:
    """Every content of the demo with its title."""
    return contents.titles_of(
        _dates(calendar, schedule.seminars),
        _dates(calendar, schedule.newsletters),
        _dates(calendar, schedule.expos),
    )


def _inside(calendar: Calendar, days: list[int]) -> Days:
    moved = calendar.on_working(np.array(days, np.int64))
    return np.unique(moved[moved < calendar.length])


def _dates(calendar: Calendar, days: Days) -> list[date]:
    return [calendar.start + timedelta(days=int(day)) for day in days]
