"""Reading the day's work set-wise: who is to be called, in a shape that can be put in order by score."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

import polars as pl
from django.db import connection
from django.db.models import Count, Window
from django.utils import timezone

from mikomi.hub.accounts import queries as accounts
from mikomi.hub.handoff.calendar import away_on
from mikomi.hub.handoff.models import HandedLead, Handoff, Result, Seat
from mikomi.hub.handoff.queries import listed, result_views, views
from mikomi.hub.handoff.types import Cause, ResultView, Standing, State
from mikomi.hub.kit.setwise import fetch, on_postgres

MOST_RESULTS = 200
_OPEN = {"handoff": pl.Int64, "urgent": pl.Int8, "first": pl.Int8}
_PEOPLE = {"handoff": pl.Int64, "lead": pl.Int32, "back": pl.Int8}


class Part(Enum):
    """What stands on Today, in its order: who asked, follow-ups on their day, the rest."""

    URGENT = "urgent"
    FOLLOWUPS = "not urgent and next_first"
    REST = "not urgent and not next_first"


@dataclass(frozen=True, slots=True)
class Left:
    """How many hand-offs stand on Today: urgent ones, and others. Of one person `capacity`: contacts a day,
    None for whoever is given no leads; `said`: how many results that person said today, None if that was not
    counted."""

    urgent: int
    others: int
    capacity: int | None
    said: int | None


def tasks(
    on: date, owner: int | None = None, part: Part | None = None, only: Sequence[int] | None = None
) -> pl.DataFrame:
    """The people to call of what stands on Today on the local day `on`: of `owner` (a user's number) and of
    nobody, or of everybody; of all parts, or of one; of all hand-offs, or of those among `only` (numbers).

    A row a person and cause: `handoff`, `urgent`, `first` (a follow-up on its day), `lead`, `back` (handed
    over as reconsidering); the hand-off that was opened first stands first.
    """
    flags = [f"{name}::int" if on_postgres() else name for name in ("urgent", "next_first")]
    rows, given = _standing(on, owner)
    tests = [part.value] if part else []
    if only is not None:
        tests.append(_among("id"))
        given.append(_sent(only))
    where = f" where {' and '.join(tests)}" if tests else ""
    held = fetch(f"select id, {', '.join(flags)} from ({rows}) h{where} order by opened_at, id", _OPEN, given)
    held = held.cast({"urgent": pl.Boolean, "first": pl.Boolean})
    # Not one statement with the one above: PostgreSQL would go through all of one for each of the other
    # while it has no statistics of them.
    flag = "(cause = %s)::int" if on_postgres() else "cause = %s"
    found = fetch(
        f"select handoff_id, lead, {flag} from handoff_handedlead"
        f" where {_among('handoff_id')} and left_at is null",
        _PEOPLE,
        [Cause.RECONSIDER.value, _sent(held["handoff"].to_list())],
    )
    return held.join(found.cast({"back": pl.Boolean}), on="handoff", maintain_order="left")


def came_back() -> list[int]:
    """The hand-offs (numbers) of people that were handed over as reconsidering, closed ones among them."""
    rows = HandedLead.objects.filter(cause=Cause.RECONSIDER, left_at=None)
    return list(rows.values_list("handoff", flat=True).distinct())


def standings(numbers: Sequence[int]) -> list[Standing]:
    """These hand-offs, in the order of `numbers`; unknown ones are left out."""
    held = {one.number: one for one in views(Handoff.objects.filter(pk__in=numbers))}
    return [held[number] for number in numbers if number in held]


def overdue(now: datetime, owner: int | None, most: int) -> tuple[list[int], int]:
    """The open hand-offs (numbers) whose time is over, the longest over first, at most so many, and how many
    there are."""
    rows = listed("overdue", now, owner).values_list("pk", Window(Count("pk")))
    found = list(rows[:most])
    return [number for number, _every in found], found[0][1] if found else 0


def left_of(on: date, owner: int | None) -> Left:
    """What stands on Today for `owner`, or for everybody, in one statement: every page asks for the menu."""
    rows, given = _standing(on, owner)
    own, asked = "null, null", list[Any](given)
    if owner is not None:
        own = (
            "(select capacity from handoff_seat where user_id = %s), (select count(*) from handoff_result"
            " where by_id = %s and at >= %s and at < %s and undone_at is null)"
        )
        bounds = [connection.ops.adapt_datetimefield_value(at) for at in _bounds(on)]
        asked = [owner, owner, *bounds, *given]
    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*) filter (where urgent), count(*) filter (where not urgent), {own}"
            f" from ({rows}) h",
            asked,
        )
        return Left(*cursor.fetchone())


def said_on(day: date, by: int | None = None) -> list[ResultView]:
    """The results that people said on a local day (by one user, or all): each hand-off's last, the oldest
    first."""
    start, end = _bounds(day)
    rows = Result.objects.filter(at__gte=start, at__lt=end, undone_at=None)
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


def results_said(leads: Sequence[int]) -> dict[int, list[ResultView]]:
    """The results said of each of these leads, by number, the latest first; those without one are left
    out."""
    found: dict[int, list[ResultView]] = {}
    for one in result_views(Result.objects.filter(lead__in=leads, undone_at=None)):
        found.setdefault(one.lead, []).append(one)
    return found


def capacity_of_all(on: date | None = None) -> int:
    """How many contacts a day everybody can make together; those who are there on the local day `on`, if
    one is named."""
    there = Seat.objects.filter(user__in=[number for number, _name in accounts.callers()])
    if on is not None:
        there = there.exclude(user__in=away_on(on))
    return sum(there.values_list("capacity", flat=True))


def _standing(on: date, owner: int | None) -> tuple[str, list[object]]:
    """The rows that stand on Today, as a select, and its parameters."""
    rows = (
        "select id, urgent, next_first, opened_at from handoff_handoff"
        " where state = %s and (next_on is null or next_on <= %s)"
    )
    given: list[object] = [State.OPEN.value, on.isoformat()]
    if owner is None:
        return rows, given
    # Each way in by itself: an index has the hand-offs of one owner together.
    return f"{rows} and owner_id = %s union all {rows} and owner_id is null", [*given, owner, *given]


def _among(column: str) -> str:
    many = "= any(%s::bigint[])" if on_postgres() else "in (select value from json_each(%s))"
    return f"{column} {many}"


def _sent(numbers: Sequence[int]) -> object:
    return list(numbers) if on_postgres() else json.dumps(list(numbers))


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = timezone.make_aware(datetime.combine(day, datetime.min.time()))
    return start, start + timedelta(days=1)
