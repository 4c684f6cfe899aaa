"""What came after a result, or meets an open hand-off of somebody else, is never lost."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import polars as pl
import pytest
from django.db import connection, connections, transaction

from mikomi.core.words import MikomiError
from mikomi.hub.accounts.people import set_role
from mikomi.hub.accounts.types import Role
from mikomi.hub.handoff import announcing, queries, refusals, services, watching, worklist
from mikomi.hub.handoff.models import Absence, HandoffChange
from mikomi.hub.handoff.types import Cause, Given, Kind, Standing, State
from mikomi.hub.people import services as people
from mikomi.hub.people.dated import origin
from mikomi.hub.people.queries import company_numbers, numbers_of
from mikomi.hub.site.actions.merge_companies import merge_companies
from mikomi.hub.site.actions.merge_leads import merge_leads
from tests.hub.handoff.team import NOW, ON, handing, leads, person, seat

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, int | None]]:
    """What was announced: what, of which hand-off, to whom."""
    heard: list[tuple[str, int, int | None]] = []

    def enqueue(_name: str, *, what: str, handoff: int, user: int | None, **_more: object) -> None:
        heard.append((what.removeprefix("handoff_"), handoff, user))

    monkeypatch.setattr(announcing, "enqueue", enqueue)
    return heard


def held(number: int) -> Standing:
    found = queries.handoff(number)
    assert found is not None
    return found


def given(lead: int, to: int, cause: Cause = Cause.HOT) -> int:
    return services.hand_over(handing(lead, cause), ON, to=to, now=NOW).handoff or 0


def test_undoing_a_result_keeps_an_inquiry_that_came_since() -> None:
    ito, lead = seat("伊藤"), leads()["a1"]
    number = given(lead, ito.pk)
    result = services.record_result(number, lead, Kind.TALKED, ito.pk, NOW, now=NOW)
    services.hand_over(handing(lead, Cause.URGENT, "form:1", urgent=True), ON, now=LATER)
    due = held(number).due_at
    services.undo_result(result, ito.pk, now=LATER)
    after = held(number)
    assert (after.urgent, after.due_at, after.next_on, after.last_result) == (True, due, None, "")


def test_undoing_a_result_keeps_a_new_owner_and_what_was_given_back() -> None:
    ito, ueda, lead = seat("伊藤"), seat("上田"), leads()["a1"]
    number = given(lead, ito.pk)
    result = services.record_result(number, lead, Kind.NO_ANSWER, ito.pk, NOW, now=NOW)
    services.reassign(number, ueda.pk, ito.pk, now=LATER)
    services.undo_result(result, ito.pk, now=LATER)
    assert (held(number).owner, held(number).tries) == (ueda.pk, 0)
    result = services.record_result(number, lead, Kind.NO_ANSWER, ueda.pk, LATER, now=LATER)
    services.give_back(number, ueda.pk, "予算がない", now=LATER)
    services.undo_result(result, ueda.pk, now=LATER)
    assert (held(number).state, held(number).close_reason) == (State.RETURNED, "予算がない")


def test_a_clock_that_jumped_back_swallows_no_result() -> None:
    ito, lead = seat("伊藤"), leads()["a1"]
    number = given(lead, ito.pk)
    ahead = NOW + timedelta(hours=3)
    one = services.record_result(number, lead, Kind.NO_ANSWER, ito.pk, ahead, now=ahead)
    assert services.record_result(number, lead, Kind.NO_ANSWER, ito.pk, NOW, now=NOW) != one


def test_leads_without_a_company_that_become_one_are_in_one_hand() -> None:
    ito, known = seat("伊藤"), leads()
    one = given(known["c1"], ito.pk)
    frame = pl.DataFrame([("d1", "別の 人", "")], schema=["lead", "name", "company"], orient="row")
    people.upsert_leads(frame, origin("名簿"))
    other_lead = numbers_of(["d1"])["d1"]
    other = given(other_lead, ito.pk)
    merge_leads(known["c1"], other_lead)
    assert [(s.number, s.leads) for s in queries.today(ON)] == [(one, (known["c1"],))]
    assert held(other).state == State.DONE


def test_who_gets_what_was_nobodys_is_told(told: list[tuple[str, int, int | None]]) -> None:
    known = leads()
    number = services.hand_over(handing(known["a1"]), ON, now=NOW).handoff or 0
    assert held(number).owner is None
    ito = seat("伊藤")
    told.clear()
    services.hand_over(handing(known["a2"]), ON, now=LATER)
    assert held(number).owner == ito.pk
    assert told == [("given", number, ito.pk)]


def test_an_inquiry_that_comes_with_a_merge_is_told_to_whoever_has_the_company(
    told: list[tuple[str, int, int | None]],
) -> None:
    ito, ueda, known = seat("伊藤"), seat("上田"), leads()
    number = given(known["a1"], ito.pk)
    services.hand_over(handing(known["b1"], Cause.URGENT, "form:1", urgent=True), ON, to=ueda.pk, now=NOW)
    watching.look_after(NOW + timedelta(days=10))
    told.clear()
    companies = [company_numbers([known[key]])["company_id"][0] for key in ("a1", "b1")]
    merge_companies(*companies)
    assert held(number).urgent
    assert ("given", number, ito.pk) in told
    assert held(number).reminded_at is None


def test_an_inquiry_does_not_wait_for_an_owner_who_is_away(told: list[tuple[str, int, int | None]]) -> None:
    ito, ueda, known = seat("伊藤"), seat("上田"), leads()
    number = given(known["a1"], ito.pk)
    Absence.objects.create(user=ito, first=ON, last=ON + timedelta(days=9))
    told.clear()
    services.hand_over(handing(known["a1"], Cause.URGENT, "form:1", urgent=True), ON, now=LATER)
    assert held(number).owner == ueda.pk
    assert told == [("given", number, ueda.pk)]


def test_who_may_only_read_by_now_gets_nothing_and_what_they_had_goes_on() -> None:
    ito, ueda, known = seat("伊藤"), seat("上田"), leads()
    number = given(known["a1"], ito.pk)
    ito.role = Role.VIEWER
    ito.save()
    assert watching.look_after(NOW)["passed_on"] == 1
    assert held(number).owner == ueda.pk
    other = services.hand_over(handing(known["b1"], owner=ito.pk), ON, now=NOW)
    assert other.owner == ueda.pk
    with pytest.raises(MikomiError, match="may only read"):
        services.reassign(number, ito.pk, ueda.pk, now=NOW)
    with pytest.raises(MikomiError, match="may only read"):
        services.hand_over(handing(known["c1"]), ON, to=ito.pk, now=NOW)
    assert worklist.capacity_of_all() == 10
    Absence.objects.create(user=ueda, first=ON, last=ON)
    assert (worklist.capacity_of_all(ON), worklist.capacity_of_all()) == (0, 10)
    person("管理")
    set_role(ueda, Role.VIEWER, None)
    assert held(number).owner is None


def test_what_was_written_of_an_erased_lead_goes_where_a_colleague_stays() -> None:
    ito, known = seat("伊藤"), leads()
    number = given(known["a1"], ito.pk)
    services.hand_over(handing(known["a2"]), ON, now=NOW)
    services.record_result(
        number, known["a1"], Kind.TOO_EARLY, ito.pk, NOW, reason="三宅さんは入院中", now=NOW
    )
    services.erase([known["a1"]])
    assert held(number).leads == (known["a2"],)
    assert "入院" not in held(number).close_reason
    assert "入院" not in str(list(HandoffChange.objects.values_list("detail", flat=True)))


def test_whoever_is_not_for_us_at_this_very_moment_is_not_handed_over_again(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    ito, lead = seat("伊藤"), leads()["a1"]
    number = given(lead, ito.pk)
    answers: list[Given] = []

    def hand() -> None:
        try:
            answers.append(services.hand_over(handing(lead, Cause.HOT, "2026-11-21"), ON, now=LATER))
        finally:
            connections.close_all()

    second = threading.Thread(target=hand)
    with transaction.atomic():
        services.record_result(number, lead, Kind.REJECTED, ito.pk, NOW, reason="競合", now=NOW)
        second.start()
        for _turn in range(200):
            with connection.cursor() as cursor:
                cursor.execute("select count(*) from pg_locks where not granted")
                if cursor.fetchone()[0]:
                    break
            time.sleep(0.05)
    second.join()
    assert answers[0].why_not == refusals.CLOSED_LEAD
    assert queries.today(ON) == []


def test_somebody_who_comes_back_is_handed_over_again_after_thirty_days_and_not_before() -> None:
    ito, lead = seat("伊藤"), leads()["a1"]
    number = given(lead, ito.pk, Cause.RECONSIDER)
    services.record_result(number, lead, Kind.MEETING, ito.pk, NOW, now=NOW)
    for days, why_not in ((29, refusals.SOON_AGAIN), (30, None)):
        later = NOW + timedelta(days=days)
        again = handing(lead, Cause.RECONSIDER, f"back:{days}")
        assert services.hand_over(again, later.date(), now=later).why_not == why_not, days
