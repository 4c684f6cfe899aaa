"""Changing the team's settings: rules, hours, seats, absences."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, time, timedelta
from typing import Any

from django.db import transaction

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import queries as accounts
from mikomi.hub.handoff.calendar import RULES, team
from mikomi.hub.handoff.models import Absence, Seat, Team
from mikomi.hub.handoff.refusals import NO_PERSON
from mikomi.hub.handoff.types import Cause

MOST_A_DAY = 500
MOST_SLOTS = 50
MOST_CLOSED = 400
LONGEST_MINUTES = 60 * 24 * 30
LONGEST_NAME = 100

HOURS = Words("終わりの時刻は、始まりより後にしてください", "work must end later in the day than it begins")
DAYS = Words("働く曜日を1つは選んでください", "choose at least one working day")
CLOSED = Words(
    "休業日は「2026-12-29」の形で、1行に1日ずつ書いてください（400日まで）",
    "write closed days as 2026-12-29, one a line, up to 400",
)
NUMBERS = Words(
    "件数と分は、0以上の数で入れてください（件数は500まで）",
    "give counts and minutes as numbers from 0; counts up to 500",
)
SPAN = Words(
    "不在の最後の日は、最初の日より前にできません（1年まで）",
    "an absence cannot end before it begins, and lasts a year at most",
)


def set_rules(on: Collection[str], stages: Sequence[str], segments: Sequence[int], check_slots: int) -> None:
    """Which causes hand over by themselves (`on`), into which stages and segments, and how many checks are
    drawn a week. Raises `MikomiError`."""
    if not 0 <= check_slots <= MOST_SLOTS:
        raise MikomiError(NUMBERS)
    rules: dict[str, Any] = {cause: cause in on for cause in RULES}
    before = team()
    rules["hot_from_now"] = before.hot_from_now or (Cause.HOT in on and not before.rules[Cause.HOT])
    _set(rules=rules | {"stages": list(stages), "segments": list(segments)}, check_slots=check_slots)


def set_hours(
    opens: time, closes: time, days: Collection[int], closed: Sequence[date], *, holidays: bool
) -> None:
    """When the team works. Raises `MikomiError`."""
    if opens >= closes:
        raise MikomiError(HOURS)
    kept = sorted({day for day in days if 0 <= day <= 6})
    if not kept:
        raise MikomiError(DAYS)
    if len(closed) > MOST_CLOSED:
        raise MikomiError(CLOSED)
    told = [day.isoformat() for day in sorted(set(closed))]
    _set(opens=opens, closes=closes, days=kept, closed=told, holidays=holidays)


def read_days(text: str) -> list[date]:
    """Days as they are typed, one a line. Raises `MikomiError`."""
    try:
        return [
            date.fromisoformat(line.strip().replace("/", "-")) for line in text.splitlines() if line.strip()
        ]
    except ValueError as error:
        raise MikomiError(CLOSED) from error


def set_times(urgent_minutes: int, other_minutes: int, remind_minutes: int) -> None:
    """By when the first contact is to be made, in working minutes. Raises `MikomiError`."""
    if not (0 < urgent_minutes <= LONGEST_MINUTES and 0 < other_minutes <= LONGEST_MINUTES):
        raise MikomiError(NUMBERS)
    if not 0 <= remind_minutes <= LONGEST_MINUTES:
        raise MikomiError(NUMBERS)
    _set(urgent_minutes=urgent_minutes, other_minutes=other_minutes, remind_minutes=remind_minutes)


def set_sight(*, everybody: bool) -> None:
    """Whether sales people see everybody's leads and hand-offs, or their own and nobody's."""
    _set(everybody=everybody)


def set_urgent_contents(contents: Sequence[str]) -> None:
    """What counts as an inquiry besides our forms, as `kind:content`."""
    _set(urgent_contents=sorted({one for one in contents if one.partition(":")[2]}))


def set_seat(user: int, capacity: int, territories: Sequence[str] = (), products: Sequence[str] = ()) -> None:
    """Somebody is given leads, so many contacts a day; with 0 nothing new, until it is changed. Raises
    `MikomiError`."""
    if user not in dict(accounts.callers()):
        raise MikomiError(NO_PERSON)
    if not 0 <= capacity <= MOST_A_DAY:
        raise MikomiError(NUMBERS)
    told = {"capacity": capacity, "territories": _names(territories), "products": _names(products)}
    Seat.objects.update_or_create(user_id=user, defaults=told)


def drop_seat(user: int) -> None:
    """Somebody is given no leads any more; what they have stays theirs."""
    Seat.objects.filter(user=user).delete()


def add_absence(user: int, first: date, last: date, note: str = "") -> int:
    """Somebody is away from `first` through `last`; the absence's number. Raises `MikomiError`."""
    if user not in dict(accounts.colleagues()):
        raise MikomiError(NO_PERSON)
    if not first <= last <= first + timedelta(days=366):
        raise MikomiError(SPAN)
    return Absence.objects.create(user_id=user, first=first, last=last, note=note.strip()[:200]).pk


def drop_absence(number: int) -> None:
    """Somebody is there after all."""
    Absence.objects.filter(pk=number).delete()


def _set(**values: Any) -> None:
    with transaction.atomic():
        row, _new = Team.objects.select_for_update().get_or_create(pk=1)
        for name, value in values.items():
            setattr(row, name, value)
        row.edits += 1
        row.save()


def _names(names: Sequence[str]) -> list[str]:
    cut = (" ".join(name.split())[:LONGEST_NAME] for name in names)
    return list(dict.fromkeys(name for name in cut if name))
