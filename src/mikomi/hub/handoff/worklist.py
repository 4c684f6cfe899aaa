"""Reading the day's work set-wise: who is to be called, in a shape that can be put in order by score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from mikomi.hub.handoff.models import HandedLead, Handoff, Result, Seat
from mikomi.hub.handoff.queries import result_views, views
from mikomi.hub.handoff.types import Cause, ResultView, Standing, State

MOST_RESULTS = 200


@dataclass(frozen=True, slots=True)
class Task:
    """An open hand-off that stands on Today: its people (numbers) in the order they were handed over."""

    handoff: int
    urgent: bool
    first: bool
    opened_at: datetime
    leads: tuple[int, ...]


def tasks(on: date, owner: int | None = None, *, cause: Cause | None = None) -> list[Task]:
    """What stands on Today on the local day `on`: of `owner` (a user's number) and of nobody, or of
    everybody. `cause`: only what was handed over for it."""
    rows = HandedLead.objects.filter(_standing("handoff__", on), left_at=None)
    columns = ("handoff", "handoff__urgent", "handoff__next_first", "handoff__opened_at", "lead", "cause")
    # Each way in by itself: an index has the hand-offs of one owner together.
    asked = [rows] if owner is None else [rows.filter(handoff__owner=who) for who in (owner, None)]
    found: dict[int, tuple[bool, bool, datetime, list[int]]] = {}
    meant: set[int] = set()
    for part in asked:
        for number, urgent, first, opened, lead, why in part.order_by("pk").values_list(*columns):
            found.setdefault(number, (urgent, first, opened, []))[3].append(lead)
            if why == cause:
                meant.add(number)
    return [
        Task(number, urgent, first, opened, tuple(dict.fromkeys(leads)))
        for number, (urgent, first, opened, leads) in found.items()
        if cause is None or number in meant
    ]


def standings(numbers: Sequence[int]) -> list[Standing]:
    """These hand-offs, in the order of `numbers`; unknown ones are left out."""
    held = {one.number: one for one in views(Handoff.objects.filter(pk__in=numbers))}
    return [held[number] for number in numbers if number in held]


def left_of(on: date, owner: int) -> tuple[int, int]:
    """How many hand-offs stand on Today for `owner` and for nobody: urgent ones, and others."""
    urgent = others = 0
    for who in (owner, None):
        counted = Handoff.objects.filter(_standing("", on), owner=who).aggregate(
            all=Count("pk"), urgent=Count("pk", filter=Q(urgent=True))
        )
        urgent += counted["urgent"]
        others += counted["all"] - counted["urgent"]
    return urgent, others


def said_on(day: date, by: int | None = None) -> list[ResultView]:
    """The results that people said on a local day (by one user, or all): each hand-off's last, the oldest
    first."""
    start = timezone.make_aware(datetime.combine(day, datetime.min.time()))
    rows = Result.objects.filter(at__gte=start, at__lt=start + timedelta(days=1), undone_at=None)
    rows = rows.exclude(by=None) if by is None else rows.filter(by=by)
    last: dict[int, ResultView] = {}
    for one in result_views(rows)[:MOST_RESULTS]:
        last.setdefault(one.handoff, one)
    return sorted(last.values(), key=lambda one: one.at)


def result(number: int) -> ResultView | None:
    """One result that was not taken back, or None."""
    return next(iter(result_views(Result.objects.filter(pk=number, undone_at=None))), None)


def was_urgent(results: Sequence[int]) -> set[int]:
    """Which of these results (numbers) were said of a hand-off that was urgent until then."""
    rows = Result.objects.filter(pk__in=results).values_list("pk", "before")
    return {number for number, before in rows if before.get("urgent")}


def last_results(leads: Sequence[int]) -> dict[int, ResultView]:
    """The latest result said of each of these leads, by number; those without one are left out."""
    found: dict[int, ResultView] = {}
    for one in result_views(Result.objects.filter(lead__in=leads, undone_at=None)):
        found.setdefault(one.lead, one)
    return found


def capacity_of(user: int) -> int | None:
    """How many contacts a day somebody can make; None for whoever is given no leads."""
    return Seat.objects.filter(pk=user).values_list("capacity", flat=True).first()


def capacity_of_all() -> int:
    """The same of everybody together."""
    return sum(Seat.objects.filter(user__is_active=True).values_list("capacity", flat=True))


def _standing(prefix: str, on: date) -> Q:
    due = Q(**{f"{prefix}next_on": None}) | Q(**{f"{prefix}next_on__lte": on})
    return due & Q(**{f"{prefix}state": State.OPEN})
