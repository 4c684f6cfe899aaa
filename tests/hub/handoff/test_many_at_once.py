"""Handing many over at once: the same as one by one, told once, and safe against a kill."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from django.db import transaction

from mikomi.hub.alerts.models import Alert
from mikomi.hub.handoff import desk, editing, giving, services
from mikomi.hub.handoff.models import HandedLead, Handoff, HandoffChange, Occasion
from mikomi.hub.handoff.types import Cause, Handing, Kind
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import queries as people
from mikomi.hub.people import services as people_services
from mikomi.hub.people.dated import origin
from tests.hub.handoff.team import NOW, ON, handing, seat

pytestmark = pytest.mark.django_db
FIELDS = (
    "company",
    "lead",
    "owner",
    "state",
    "urgent",
    "due_at",
    "next_on",
    "next_first",
    "edits",
    "is_check",
)


def crowd(n: int) -> list[int]:
    """Leads of a few companies and of none."""
    frame = pl.DataFrame(
        {
            "lead": [f"m{one}" for one in range(n)],
            "name": [f"人{one}" for one in range(n)],
            "company": ["" if one % 5 == 0 else f"会社{one % 7}" for one in range(n)],
        }
    )
    people_services.upsert_leads(frame, origin("名簿"))
    return list(people.numbers_of(frame["lead"].to_list()).values())


def some(leads: list[int], seed: int) -> list[Handing]:
    """Occasions of all kinds, some of them twice."""
    draw = random.Random(seed)
    causes = [Cause.HOT, Cause.HOT, Cause.URGENT, Cause.RECONSIDER, Cause.SEGMENT, Cause.CHECK]
    found = [
        handing(draw.choice(leads), draw.choice(causes), f"on:{draw.randrange(3)}")
        for _ in range(3 * len(leads))
    ]
    return [*found, *found[:5]]


def as_it_stands() -> dict[str, list[Any]]:
    order = {
        number: place
        for place, number in enumerate(Handoff.objects.order_by("pk").values_list("pk", flat=True))
    }
    return {
        "handoffs": list(Handoff.objects.order_by("pk").values_list(*FIELDS)),
        "members": [
            (order[one.handoff_id], one.lead, one.cause, one.entry, one.at, one.total)
            for one in HandedLead.objects.order_by("pk")
        ],
        "log": sorted(
            (order[one.handoff_id], place, one.what, str(one.detail))
            for place, one in enumerate(HandoffChange.objects.order_by("handoff", "pk"))
        ),
        "occasions": [
            (one.lead, one.cause, one.entry, order.get(one.handoff_id or 0), one.answer, one.settled_at)
            for one in Occasion.objects.order_by("lead", "cause", "entry")
        ],
    }


@pytest.mark.parametrize("seed", range(4))
def test_many_at_once_come_out_as_one_by_one(seed: int) -> None:
    ito, _ueda, away = seat("伊藤"), seat("上田", 3), seat("森")
    editing.add_absence(away.pk, ON, ON)
    leads = crowd(14)
    before = [handing(lead, entry="before") for lead in leads[:6]]
    for one in before:
        held = services.hand_over(one, ON - timedelta(days=3), now=NOW - timedelta(days=3)).handoff or 0
        kind = (Kind.TALKED, Kind.REJECTED, Kind.TOO_EARLY, Kind.NO_ANSWER)[one.lead % 4]
        services.record_result(
            held, one.lead, kind, None, NOW - timedelta(days=2), reason="競合", now=NOW - timedelta(days=2)
        )
    asked = some(leads, seed)
    told: list[Any] = []
    outcomes = []
    for at_a_time in (1, 500):
        mark = transaction.savepoint_create()
        giving.AT_A_TIME = at_a_time
        try:
            given = services.hand_over_many(asked, ON, now=NOW)
        finally:
            giving.AT_A_TIME = 500
        order = {
            number: place
            for place, number in enumerate(sorted({one.handoff for one in given if one.handoff}))
        }
        told.append([(order.get(one.handoff or 0), one.owner, one.new, one.why_not) for one in given])
        outcomes.append(as_it_stands())
        transaction.savepoint_rollback(mark)
    for name in outcomes[0]:
        assert outcomes[0][name] == outcomes[1][name], name
    assert told[0] == told[1]
    assert any(one.owner == ito.pk for one in given)


def test_very_many_are_told_in_one_sentence_to_each() -> None:
    ito = seat("伊藤", 500)
    leads = crowd(60)
    many = [handing(lead) for lead in leads]
    for one in many:
        object.__setattr__(one, "company", None)
    object.__setattr__(many[0], "cause", Cause.URGENT)
    giving.AT_A_TIME = 40
    try:
        services.hand_over_many(many, ON, now=NOW)
    finally:
        giving.AT_A_TIME = 500
    run_pending()
    told = Alert.objects.filter(user=ito)
    titles = [one.told["ja"]["title"].partition(":")[0] for one in told]
    assert sorted(titles) == ["59件をまとめて引き渡しました", "即時対応"]


@pytest.mark.parametrize("at", ["_write_answers", "_announce"])
def test_a_kill_in_the_middle_loses_none_and_doubles_none(at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seat("伊藤")
    many = [handing(lead) for lead in crowd(12)]

    def die(self: desk.Desk) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(giving, "AT_A_TIME", 5)
        services.hand_over_many(many[:5], ON, now=NOW)
        patched.setattr(desk.Desk, at, die)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            services.hand_over_many(many[5:], ON, now=NOW)
    held = set(HandedLead.objects.values_list("lead", flat=True))
    assert held == {one.lead for one in many[:5]}
    services.hand_over_many(many, ON, now=NOW)
    services.hand_over_many(many, ON, now=NOW)
    assert sorted(HandedLead.objects.values_list("lead", flat=True)) == sorted(one.lead for one in many)
