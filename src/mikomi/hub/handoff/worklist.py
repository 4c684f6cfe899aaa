"""Reading the day's work set-wise: who is to be called, in a shape that can be put in order by score."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl
from django.db.models import Count, Q
from django.utils import timezone

from mikomi.hub.handoff.models import Handoff, Result, Seat
from mikomi.hub.handoff.queries import result_views, views
from mikomi.hub.handoff.types import ResultView, Standing, State
from mikomi.hub.kit.setwise import fetch, on_postgres

MOST_RESULTS = 200


_OPEN = {"handoff": pl.Int64, "urgent": pl.Int8, "first": pl.Int8}
_PEOPLE = {"handoff": pl.Int64, "lead": pl.Int32, "cause": pl.String}


def tasks(on: date, owner: int | None = None) -> pl.DataFrame:
    """The people to call of what stands on Today on the local day `on`: of `owner` (a user's number) and of
    nobody, or of everybody.

    A row a person and cause: `handoff`, `urgent`, `first` (a follow-up on its day), `lead`, `cause`; the
    hand-off that was opened first stands first.
    """
    flags = [f"{name}::int" if on_postgres() else name for name in ("urgent", "next_first")]
    standing = (
        "select id, urgent, next_first, opened_at from handoff_handoff"
        " where state = %s and (next_on is null or next_on <= %s)"
    )
    given: list[object] = [State.OPEN.value, on.isoformat()]
    if owner is not None:
        # Each way in by itself: an index has the hand-offs of one owner together.
        standing = f"{standing} and owner_id = %s union all {standing} and owner_id is null"
        given = [*given, owner, *given]
    held = fetch(f"select id, {', '.join(flags)} from ({standing}) h order by opened_at, id", _OPEN, given)
    held = held.cast({"urgent": pl.Boolean, "first": pl.Boolean})
    numbers = held["handoff"].to_list()
    # Not one statement with the one above: PostgreSQL would go through all of one for each of the other
    # while it has no statistics of them.
    theirs = "= any(%s::bigint[])" if on_postgres() else "in (select value from json_each(%s))"
    found = fetch(
        "select handoff_id, lead, cause from handoff_handedlead"
        f" where handoff_id {theirs} and left_at is null order by id",
        _PEOPLE,
        [numbers if on_postgres() else json.dumps(numbers)],
    )
    return held.join(found, on="handoff", maintain_order="left_right")


def standings(numbers: Sequence[int]) -> list[Standing]:
    """These hand-offs, in the order of `numbers`; unknown ones are left out."""
    held = {one.number: one for one in views(Handoff.objects.filter(pk__in=numbers))}
    return [held[number] for number in numbers if number in held]


def left_of(on: date, owner: int) -> tuple[int, int]:
    """How many hand-offs stand on Today for `owner` and for nobody: urgent ones, and others."""
    urgent = others = 0
    for who in (owner, None):
        counted = Handoff.objects.filter(_standing(on), owner=who).aggregate(
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


def _standing(on: date) -> Q:
    return (Q(next_on=None) | Q(next_on__lte=on)) & Q(state=State.OPEN)
