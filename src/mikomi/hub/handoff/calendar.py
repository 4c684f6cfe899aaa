"""The team's settings: hours, days off, who has a seat and who is away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from zoneinfo import ZoneInfo

from django.conf import settings

from mikomi.hub.accounts import queries as accounts
from mikomi.hub.handoff.models import Absence, Seat, Team
from mikomi.hub.handoff.types import Cause, SeatView
from mikomi.hub.handoff.working import WorkingTime

WEEKDAYS = (0, 1, 2, 3, 4)
RULES: Mapping[str, bool] = {
    Cause.URGENT: True,
    Cause.HOT: True,
    Cause.RECONSIDER: True,
    Cause.CHECK: True,
    Cause.PRIORITY: False,
    Cause.STAGE: False,
    Cause.SEGMENT: False,
}
"""Which causes hand over by themselves unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class TeamView:
    """The settings as they hold (`models.Team`). `rules`: whether each cause hands over by itself; `stages`
    and `segments`: which of them do, where those causes are on. `urgent_contents` None: nobody chose any.
    `hot_from_now`: being hot was turned on by somebody, who said what becomes of those that were hot then."""

    opens: time = time(9)
    closes: time = time(18)
    days: tuple[int, ...] = WEEKDAYS
    holidays: bool = True
    closed: tuple[date, ...] = ()
    urgent_minutes: int = 30
    other_minutes: int = 480
    remind_minutes: int = 60
    check_slots: int = 2
    everybody: bool = True
    rules: Mapping[str, bool] = field(default_factory=lambda: dict(RULES))
    stages: tuple[str, ...] = ()
    segments: tuple[int, ...] = ()
    urgent_contents: tuple[str, ...] | None = None
    hot_from_now: bool = False


def team() -> TeamView:
    """The settings that hold; the defaults where nobody has set any."""
    row = Team.objects.filter(pk=1).first()
    if row is None:
        return TeamView()
    told = row.rules
    return TeamView(
        opens=row.opens,
        closes=row.closes,
        days=tuple(row.days),
        holidays=row.holidays,
        closed=tuple(date.fromisoformat(day) for day in row.closed),
        urgent_minutes=row.urgent_minutes,
        other_minutes=row.other_minutes,
        remind_minutes=row.remind_minutes,
        check_slots=row.check_slots,
        everybody=row.everybody,
        rules={cause: bool(told.get(cause, by_default)) for cause, by_default in RULES.items()},
        stages=tuple(told.get("stages", ())),
        segments=tuple(told.get("segments", ())),
        hot_from_now=bool(told.get("hot_from_now")),
        urgent_contents=None if row.urgent_contents is None else tuple(row.urgent_contents),
    )


def working_time(held: TeamView | None = None, user: int | None = None) -> WorkingTime:
    """The team's working time; with `user` (a number) that person's, absences left out."""
    held = held or team()
    away = None
    if user is not None:
        spans = list(Absence.objects.filter(user=user).values_list("first", "last"))
        away = (lambda day: any(first <= day <= last for first, last in spans)) if spans else None
    return WorkingTime(
        zone=ZoneInfo(settings.TIME_ZONE),
        opens=held.opens,
        closes=held.closes,
        days=frozenset(held.days),
        holidays=held.holidays,
        closed=frozenset(held.closed),
        away=away,
    )


def seats(on: date) -> list[SeatView]:
    """Who is given leads, and whether they are away on the local day; those who left, or may only read by
    now, are left out."""
    away, there = away_on(on), [number for number, _name in accounts.callers()]
    rows = Seat.objects.filter(user__in=there).select_related("user").order_by("user__name", "user")
    return [
        SeatView(
            user=row.user_id,
            name=str(row.user),
            capacity=row.capacity,
            territories=tuple(row.territories),
            products=tuple(row.products),
            away=row.user_id in away,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class AbsenceView:
    """Somebody is away on the local days from `first` through `last`."""

    number: int
    user: int
    name: str
    first: date
    last: date
    note: str


def absences(since: date) -> list[AbsenceView]:
    """The absences that end on or after the local day, by their first day."""
    rows = Absence.objects.filter(last__gte=since).select_related("user").order_by("first", "pk")
    return [AbsenceView(r.pk, r.user_id, str(r.user), r.first, r.last, r.note) for r in rows]


def away_on(on: date, users: Collection[int] | None = None) -> set[int]:
    """The users who are away on the local day."""
    spans = Absence.objects.filter(first__lte=on, last__gte=on)
    if users is not None:
        spans = spans.filter(user__in=users)
    return set(spans.values_list("user", flat=True))
