"""Handing over, results, and the way back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mikomi.core.words import MikomiError
from mikomi.hub.activity import queries as activity
from mikomi.hub.deeds import queries as deeds
from mikomi.hub.handoff import queries, services
from mikomi.hub.handoff.models import Absence, Handoff
from mikomi.hub.handoff.types import Cause, Kind, State
from tests.hub.handoff.team import NOW, ON, handing, leads, seat

pytestmark = pytest.mark.django_db


def test_it_works() -> None:
    ito = seat("伊藤")
    number = leads()["a1"]
    given = services.hand_over(handing(number), ON, now=NOW)
    assert (given.owner, given.new) == (ito.pk, True)
    (standing,) = queries.today(ON, ito.pk)
    assert standing.leads == (number,)
    assert standing.members[0].frozen.reason.ja == "料金ページを2回閲覧"
    result = services.record_result(standing.number, number, Kind.NO_ANSWER, ito.pk, NOW, now=NOW)
    assert queries.today(ON) == []
    # The next working day: Monday is a holiday.
    (later,) = queries.today(date(2026, 11, 24))
    assert (later.next_first, later.tries) == (True, 1)
    assert [deed.kind for deed in deeds.of_lead(number)] == ["call_try"]
    services.undo_result(result, ito.pk, now=NOW)
    assert queries.today(ON) == [standing]
    assert deeds.of_lead(number) == []
    assert [one.what for one in queries.log_of(standing.number)][:2] == ["undone", "result"]


def test_one_company_is_in_one_hand_and_a_cause_counts_once() -> None:
    seat("伊藤")
    seat("上田")
    known = leads()
    first = services.hand_over(handing(known["a1"]), ON, now=NOW)
    assert services.hand_over(handing(known["a1"]), ON, now=NOW).handoff == first.handoff
    second = services.hand_over(handing(known["a2"]), ON, now=NOW)
    assert (second.handoff, second.new, second.owner) == (first.handoff, False, first.owner)
    other = services.hand_over(handing(known["b1"]), ON, now=NOW)
    assert other.owner != first.owner
    assert Handoff.objects.count() == 2
    assert len(queries.handoff(first.handoff or 0).members) == 2


def test_an_owner_who_is_away_or_left_gets_nothing() -> None:
    ito, ueda = seat("伊藤"), seat("上田", 1)
    Absence.objects.create(user=ito, first=ON, last=ON)
    known = leads()
    assert services.hand_over(handing(known["a1"], owner=ito.pk), ON, now=NOW).owner == ueda.pk
    ueda.is_active = False
    ueda.save()
    assert services.hand_over(handing(known["b1"], owner=ueda.pk), ON, now=NOW).owner is None
    with pytest.raises(MikomiError):
        services.hand_over(handing(known["c1"]), ON, to=ueda.pk, now=NOW)


def test_after_five_tries_it_returns_to_nurturing() -> None:
    ito = seat("伊藤")
    known = leads()
    number = services.hand_over(handing(known["a1"]), ON, now=NOW).handoff or 0
    for day in range(5):
        at = NOW + timedelta(days=day)
        services.record_result(number, known["a1"], Kind.NO_ANSWER, ito.pk, at, now=at)
    held = queries.handoff(number)
    assert held
    assert (held.state, held.close_reason) == (State.RETURNED, "tries")


def test_a_meeting_is_an_outcome_and_a_talk_an_event_until_they_are_taken_back() -> None:
    ito = seat("伊藤")
    known = leads()
    lead = known["a1"]
    number = services.hand_over(handing(lead), ON, now=NOW).handoff or 0
    talked = services.record_result(number, lead, Kind.TALKED, ito.pk, NOW, now=NOW)
    assert activity.event_counts([lead]) == {lead: 1}
    met = services.record_result(
        number, lead, Kind.MEETING, ito.pk, NOW + timedelta(hours=1), now=NOW + timedelta(hours=1)
    )
    assert [one.result for one in activity.outcomes_of(lead)] == ["meeting"]
    with pytest.raises(MikomiError):
        services.undo_result(talked, ito.pk)
    services.undo_result(met, ito.pk)
    services.undo_result(talked, ito.pk)
    assert activity.outcomes_of(lead) == []
    assert activity.event_counts([lead]) in ({}, {lead: 0})
    assert activity.broken_counters() == 0


def test_what_is_not_for_us_stays_away_until_somebody_opens_it() -> None:
    ito = seat("伊藤")
    lead = leads()["a1"]
    number = services.hand_over(handing(lead), ON, now=NOW).handoff or 0
    with pytest.raises(MikomiError):
        services.record_result(number, lead, Kind.REJECTED, ito.pk, NOW, now=NOW)
    services.record_result(number, lead, Kind.REJECTED, ito.pk, NOW, reason="競合", now=NOW)
    assert services.hand_over(handing(lead, Cause.URGENT, "form:1"), ON, now=NOW).why_not
    services.open_again(lead, ito.pk)
    assert services.hand_over(handing(lead, Cause.URGENT, "form:2"), ON, now=NOW).new


def test_too_early_waits_for_its_day_but_urgent_does_not() -> None:
    ito = seat("伊藤")
    lead = leads()["a1"]
    number = services.hand_over(handing(lead), ON, now=NOW).handoff or 0
    day = date(2026, 12, 15)
    services.record_result(number, lead, Kind.TOO_EARLY, ito.pk, NOW, next_on=day, now=NOW)
    assert services.hand_over(handing(lead, entry="later"), ON, now=NOW).why_not
    given = services.hand_over(handing(lead, Cause.URGENT, "form:1"), ON, now=NOW)
    assert (given.new, given.owner) == (True, ito.pk)
    (standing,) = queries.today(ON)
    assert standing.urgent
    # Thirty working minutes.
    assert standing.due_at == NOW + timedelta(minutes=30)


def test_a_wrong_number_brings_the_colleague_first_and_then_the_end() -> None:
    ito = seat("伊藤")
    known = leads()
    number = services.hand_over(handing(known["a1"]), ON, now=NOW).handoff or 0
    services.hand_over(handing(known["a2"]), ON, now=NOW)
    services.record_result(number, known["a1"], Kind.WRONG_PERSON, ito.pk, NOW, now=NOW)
    (standing,) = queries.today(ON)
    assert standing.leads == (known["a2"],)
    services.record_result(number, known["a2"], Kind.WRONG_PERSON, ito.pk, NOW, now=NOW)
    assert queries.today(ON) == []


def test_bad_input_is_refused_with_words() -> None:
    ito = seat("伊藤")
    known = leads()
    lead = known["a1"]
    number = services.hand_over(handing(lead), ON, now=NOW).handoff or 0
    wrong = [
        {"note": "あ" * 10_000_000},
        {"next_on": ON},
        {"next_on": date(2126, 1, 1)},
        {"at": NOW + timedelta(hours=2)},
        {"at": NOW - timedelta(days=3)},
    ]
    for change in wrong:
        with pytest.raises(MikomiError):
            services.record_result(
                **(
                    {
                        "handoff": number,
                        "lead": lead,
                        "kind": Kind.MAILED,
                        "by": ito.pk,
                        "at": NOW,
                        "now": NOW,
                    }
                    | change
                )
            )
    with pytest.raises(MikomiError):
        services.record_result(number, known["b1"], Kind.MAILED, ito.pk, NOW, now=NOW)
    assert queries.results_of(number) == []
