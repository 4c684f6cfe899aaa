"""What happens to hand-offs by themselves: time, people who leave, leads and companies that become one."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connections

from mikomi.core.words import MikomiError
from mikomi.hub.accounts import leaving
from mikomi.hub.accounts.models import User
from mikomi.hub.handoff import queries, services, worklist
from mikomi.hub.handoff.models import HandedLead, Handoff, HandoffChange, Occasion, Result
from mikomi.hub.handoff.types import Cause, Kind, State
from mikomi.hub.handoff.watching import look_after
from mikomi.hub.people.models import Lead
from mikomi.hub.people.queries import company_numbers
from mikomi.hub.site import checks, handing, pipeline
from mikomi.hub.site.actions.erase_leads import erase_leads
from mikomi.hub.site.actions.merge_companies import merge_companies, part_companies
from mikomi.hub.site.actions.merge_leads import merge_leads, part_leads
from tests.hub.handoff.team import NOW, ON, leads, person, seat
from tests.hub.handoff.team import handing as told

pytestmark = pytest.mark.django_db


def test_time_reminds_then_escalates_once_and_in_working_hours() -> None:
    seat("伊藤")
    number = services.hand_over(told(leads()["a1"], Cause.URGENT, "form:1", urgent=True), ON, now=NOW).handoff
    assert look_after(NOW + timedelta(minutes=15)) == {"passed_on": 0, "escalated": 0, "reminder": 0}
    assert look_after(NOW + timedelta(minutes=21))["reminder"] == 1
    assert look_after(NOW + timedelta(minutes=22))["reminder"] == 0
    assert "escalated" not in look_after(NOW + timedelta(hours=9))
    assert look_after(NOW + timedelta(minutes=31))["escalated"] == 1
    assert look_after(NOW + timedelta(minutes=36))["escalated"] == 0
    assert worklist.overdue(NOW + timedelta(minutes=31), None, 5) == ([number], 1)


def test_what_somebody_had_who_left_is_passed_on() -> None:
    ito, ueda = seat("伊藤"), seat("上田")
    known = leads()
    services.hand_over(told(known["a1"], owner=ito.pk), ON, now=NOW)
    User.objects.filter(pk=ito.pk).update(is_active=False)
    assert look_after(NOW)["passed_on"] == 1
    (standing,) = queries.today(ON)
    assert standing.owner == ueda.pk
    assert queries.log_of(standing.number)[0].detail["before"] == "伊藤"
    assert leaving.in_hand(ueda.pk)[0][1] == 1
    leaving.pass_on(ueda.pk, None, None)
    assert queries.today(ON)[0].owner is None


def test_a_result_of_the_wrong_person_is_refused_unless_they_take_it_over_or_lead() -> None:
    ito, ueda, boss = seat("伊藤"), person("上田"), person("課長")
    User.objects.filter(pk=ueda.pk).update(role="sales")
    User.objects.filter(pk=boss.pk).update(role="manager")
    lead = leads()["a1"]
    number = services.hand_over(told(lead), ON, to=ito.pk, now=NOW).handoff or 0
    with pytest.raises(MikomiError):
        services.record_result(number, lead, Kind.MAILED, ueda.pk, NOW, now=NOW)
    with pytest.raises(MikomiError):
        services.give_back(number, ueda.pk, "興味なし", now=NOW)
    services.record_result(number, lead, Kind.NO_ANSWER, boss.pk, NOW, now=NOW)
    taken = services.record_result(number, lead, Kind.MAILED, ueda.pk, NOW, take_over=True, now=NOW)
    assert queries.handoff(number).owner == ueda.pk
    services.undo_result(taken, ueda.pk, now=NOW)
    assert queries.handoff(number).owner == ito.pk


def test_the_day_to_look_again_hands_over_anew_and_first() -> None:
    ito = seat("伊藤")
    lead = leads()["a1"]
    number = services.hand_over(told(lead), ON, now=NOW).handoff or 0
    day = date(2026, 12, 15)
    services.record_result(number, lead, Kind.TOO_EARLY, ito.pk, NOW, next_on=day, now=NOW)
    assert handing.look_again(day - timedelta(days=1)) == 0
    assert handing.look_again(day) == 1
    assert handing.look_again(day) == 0
    (standing,) = queries.today(day)
    assert (standing.owner, standing.next_first, standing.causes) == (ito.pk, True, (Cause.AGAIN,))
    assert Handoff.objects.get(pk=number).followed_by == standing.number


def test_leads_that_become_one_are_in_one_hand_and_part_again() -> None:
    seat("伊藤")
    known = leads()
    one = services.hand_over(told(known["a1"]), ON, now=NOW).handoff
    other = services.hand_over(told(known["c1"]), ON, now=NOW).handoff
    merge = merge_leads(known["a1"], known["c1"])
    assert [(s.number, s.leads) for s in queries.today(ON)] == [(one, (known["a1"],))]
    part_leads(merge)
    assert {(s.number, s.leads) for s in queries.today(ON)} == {
        (one, (known["a1"],)),
        (other, (known["c1"],)),
    }


def test_companies_that_become_one_are_in_one_hand_and_part_again() -> None:
    seat("伊藤")
    known = leads()
    one = services.hand_over(told(known["a1"]), ON, now=NOW).handoff
    other = services.hand_over(told(known["b1"]), ON, now=NOW).handoff
    kept, gone = (
        company_numbers([known["a1"]])["company_id"][0],
        company_numbers([known["b1"]])["company_id"][0],
    )
    merge = merge_companies(kept, gone)
    assert [(s.number, s.leads) for s in queries.today(ON)] == [(one, (known["a1"], known["b1"]))]
    part_companies(merge)
    assert {(s.number, s.company, s.leads) for s in queries.today(ON)} == {
        (one, kept, (known["a1"],)),
        (other, gone, (known["b1"],)),
    }


def test_erasing_a_lead_leaves_nothing_of_it() -> None:
    ito = seat("伊藤")
    known = leads()
    number = services.hand_over(told(known["a1"]), ON, now=NOW).handoff or 0
    services.hand_over(told(known["a2"]), ON, now=NOW)
    services.record_result(number, known["a1"], Kind.MAILED, ito.pk, NOW, note="秘密", now=NOW)
    erase_leads([known["a1"]])
    for model in (HandedLead, Result, Occasion):
        assert not model.objects.filter(lead=known["a1"]).exists()
    assert not HandoffChange.objects.filter(detail__lead=known["a1"]).exists()
    assert Handoff.objects.get().lead == known["a2"]
    erase_leads([known["a2"]])
    assert not Handoff.objects.exists()


def test_checks_are_drawn_once_a_week_from_those_not_hot_with_their_probability() -> None:
    seat("伊藤")
    known = leads()
    pipeline.score_all(ON)
    assert checks.population() == []
    Lead.objects.update(email="a@works.example")
    assert sorted(checks.population()) == sorted(known.values())
    drawn = checks.draw(ON, seed=7)
    assert len(drawn) == 2
    assert checks.draw(ON, seed=8) == []
    standing = queries.today(ON)[0]
    assert (standing.check, standing.probability) == (True, 0.5)
    assert standing.members[0].detail["seed"] == 7
    assert standing.state == State.OPEN


def test_a_button_that_is_pressed_twice_is_one_result() -> None:
    ito = seat("伊藤")
    lead = leads()["a1"]
    number = services.hand_over(told(lead), ON, now=NOW).handoff or 0
    once = services.record_result(number, lead, Kind.NO_ANSWER, ito.pk, NOW, now=NOW)
    assert services.record_result(number, lead, Kind.NO_ANSWER, ito.pk, NOW, now=NOW) == once
    assert queries.handoff(number).tries == 1


def test_nobody_takes_a_company_out_of_a_colleagues_hands_without_knowing() -> None:
    ito, ueda = seat("伊藤"), person("上田")
    User.objects.filter(pk=ueda.pk).update(role="sales")
    known = leads()
    services.hand_over(told(known["a1"]), ON, to=ito.pk, now=NOW)
    with pytest.raises(MikomiError, match="伊藤"):
        services.hand_over(told(known["a2"], Cause.MANUAL, "1"), ON, by=ueda.pk, to=ueda.pk, now=NOW)
    assert queries.today(ON)[0].owner == ito.pk


@pytest.mark.django_db(transaction=True)
def test_two_people_who_hand_one_company_over_at_once_make_one_hand_off() -> None:
    seat("伊藤")
    known = leads()
    begin = threading.Barrier(4)
    failed: list[BaseException] = []

    def hand(lead: int) -> None:
        try:
            begin.wait(20)
            services.hand_over(told(lead), ON, now=NOW)
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=hand, args=(known[key],)) for key in ("a1", "a2", "a1", "a2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    (standing,) = queries.today(ON)
    assert sorted(standing.leads) == sorted((known["a1"], known["a2"]))
    assert len(standing.members) == 2
