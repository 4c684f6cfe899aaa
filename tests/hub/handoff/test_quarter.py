"""A quarter of a made-up team: holidays, absences, somebody who leaves, and results by chance.

On every day: no company is in two hands; every lead that was ever handed over is on Today, waits for a date,
or has come to an end; and nobody who gave a date is called before it but for a reason of the day.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from mikomi.hub.accounts.models import User
from mikomi.hub.handoff import calendar, editing, queries, services
from mikomi.hub.handoff.models import HandedLead, Handoff
from mikomi.hub.handoff.types import Cause, Kind, Standing, State
from mikomi.hub.handoff.watching import look_after
from mikomi.hub.people import queries as people
from mikomi.hub.people import services as people_services
from mikomi.hub.people.dated import origin
from mikomi.hub.site import handing
from tests.hub.handoff.team import handing as told
from tests.hub.handoff.team import seat

pytestmark = pytest.mark.django_db

LONG = bool(os.environ.get("MIKOMI_TEST_LONG"))

BEGIN = date(2026, 10, 1)
COMPANIES, PEOPLE = 30, 3
KINDS = (Kind.NO_ANSWER,) * 5 + (Kind.MAILED, Kind.TALKED, Kind.TALKED, Kind.TOO_EARLY) + tuple(Kind)
CAUSES = (Cause.HOT,) * 4 + (Cause.RECONSIDER, Cause.URGENT, Cause.SEGMENT)
AT_ONCE = {Cause.URGENT, Cause.RECONSIDER, Cause.AGAIN, Cause.MANUAL}


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Japan's time."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=9)


class Quarter:
    """The team and its leads; `chance` decides about everything that is not a rule."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.team = [seat(name, chance.randint(3, 8)) for name in ("伊藤", "上田", "岡部", "江藤")]
        rows = [
            (f"k{company}-{person}", f"会社{company}")
            for company in range(COMPANIES)
            for person in range(PEOPLE)
        ]
        people_services.upsert_leads(
            pl.DataFrame(rows, schema=["lead", "company"], orient="row"), origin("名簿")
        )
        self.leads = sorted(people.numbers_of([key for key, _ in rows]).values())
        self.promised: dict[int, tuple[date, datetime]] = {}
        self.ever: set[int] = set()

    def day(self, on: date) -> None:
        """One day: what comes in, what is called, what the clock does."""
        chance = self.chance
        handing.look_again(on, at(on, 8))
        for lead in chance.sample(self.leads, 5):
            cause = chance.choice(CAUSES)
            given = services.hand_over(
                told(lead, cause, on.isoformat(), urgent=cause == Cause.URGENT), on, now=at(on, 9)
            )
            if given.handoff is not None:
                self.ever.add(lead)
        if calendar.working_time().is_working(on):
            for user in self.team:
                if user.is_active and user.pk not in calendar.away_on(on):
                    self.work(user, on)
        look_after(at(on, 17))

    def work(self, user: User, on: date) -> None:
        """What one person does on a day: the first of their list, as many as they can follow."""
        mine = queries.today(on, user.pk)
        for place, held in enumerate(mine[: self.chance.randint(2, 5)]):
            self.call(user, held, on, at(on, 10, place))

    def call(self, user: User, held: Standing, on: date, when: datetime) -> None:
        """One contact and its result."""
        lead = held.leads[0]
        key = held.company or 0
        day, said = self.promised.get(key, (on, when))
        if on < day:
            since = {member.cause for member in held.members if member.at > said}
            assert since & AT_ONCE, "called before its day, though nothing pressing came since"
        self.promised.pop(key, None)
        kind = self.chance.choice(KINDS)
        later = on + timedelta(days=self.chance.randint(10, 40)) if kind == Kind.TOO_EARLY else None
        result = services.record_result(
            held.number,
            lead,
            kind,
            user.pk,
            when,
            "",
            later,
            "対象外" if kind == Kind.REJECTED else "",
            now=when,
        )
        if self.chance.random() < 0.05:
            services.undo_result(result, user.pk, now=when)
            return
        after = queries.handoff(held.number)
        assert after is not None
        day = after.next_on or after.look_again_on
        if day is not None:
            self.promised[key] = (day, when)

    def check(self, on: date) -> None:
        """What must be true on every day."""
        open_now = queries.views(list(Handoff.objects.filter(state=State.OPEN).select_related("owner")))
        companies = [one.company for one in open_now]
        assert len(companies) == len(set(companies)), "a company in two hands"
        standing = {lead for one in open_now for lead in one.leads}
        assert all(one.leads for one in open_now), "an open hand-off without anybody to call"
        reachable = {one.number for one in queries.today(on)} | {
            one.number for one in open_now if one.next_on is not None and one.next_on > on
        }
        assert reachable == {one.number for one in open_now}, "neither on Today nor waiting for a date"
        gone = {user.pk for user in self.team if not user.is_active}
        assert not gone & {one.owner for one in open_now}, "in the hands of somebody who left"
        ended = set(
            HandedLead.objects.exclude(handoff__state=State.OPEN, left_at=None).values_list("lead", flat=True)
        )
        assert self.ever <= standing | ended, "a lead that was handed over is nowhere"
        for one in Handoff.objects.exclude(state=State.OPEN):
            assert one.close_reason
            assert one.closed_at is not None
        for one in Handoff.objects.filter(state=State.RETURNED, look_again_on__lte=on):
            assert one.followed_by is not None, "its day has come and nobody was handed it"


def days(weeks: int) -> Iterator[date]:
    yield from (BEGIN + timedelta(days=n) for n in range(7 * weeks))


@pytest.mark.parametrize("seed", range(5 if LONG else 1))
def test_no_lead_is_lost_in_a_quarter_and_no_company_is_in_two_hands(seed: int) -> None:
    weeks = 13 if LONG else 3
    quarter = Quarter(random.Random(seed))
    editing.add_absence(quarter.team[0].pk, BEGIN + timedelta(days=5), BEGIN + timedelta(days=9))
    editing.set_hours(
        calendar.team().opens, calendar.team().closes, range(5), [BEGIN + timedelta(days=14)], holidays=True
    )
    for on in days(weeks):
        if on == BEGIN + timedelta(days=12):
            quarter.team[3].is_active = False
            quarter.team[3].save()
        quarter.day(on)
        quarter.check(on)
    assert Handoff.objects.count() > 20
    assert {one.state for one in Handoff.objects.all()} == {"open", "done", "returned"}
