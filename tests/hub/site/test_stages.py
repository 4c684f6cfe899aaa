from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mikomi.core.conditions.parse_who import read_who
from mikomi.core.journey.defaults import default_map
from mikomi.hub.accounts.models import User
from mikomi.hub.activity import queries as activity
from mikomi.hub.journey import hands, standing
from mikomi.hub.journey import services as journey
from mikomi.hub.journey.models import ByHand, Revision
from mikomi.hub.journey.past import past_stages
from mikomi.hub.journey.queries import current_map
from mikomi.hub.kit import jobs
from mikomi.hub.people import queries as people
from mikomi.hub.people import trash
from mikomi.hub.segments import services as segments
from mikomi.hub.site import pipeline
from mikomi.hub.site.actions.erase_leads import erase_leads
from mikomi.hub.site.actions.merge_leads import merge_leads, part_leads
from mikomi.hub.site.answering import content_groups
from mikomi.hub.site.health import look_at_groups
from mikomi.hub.site.ways import way_of_company, way_of_lead
from tests.hub.site.world import ON, make_world, put_events, put_outcome


@pytest.fixture
def client(db, tmp_path, monkeypatch) -> Client:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    make_world()
    journey.keep_map(default_map("ja"))
    logged_in = Client(headers={"accept-language": "ja"})
    logged_in.force_login(User.objects.create_user("mori@works.example", name="森"))
    return logged_in


def lead(key: str) -> int:
    return people.numbers_of([key])[key]


def stage_of(number: int) -> str:
    return standing.stage_of([number]).get(number, "")


def test_a_way_says_the_days_that_the_conditions_say(client) -> None:
    put_outcome("L1", 90, "meeting")
    put_events([("L2", 41, "page_view", "/price"), ("L2", 40, "page_view", "/price/2")])
    kept, numbers = current_map(), [lead("L1"), lead("L2")]
    days = [ON - timedelta(days=n) for n in reversed(range(365))]
    stages = [stage.condition for stage in kept.map.stages]
    source = activity.activity_source(numbers)
    plain = past_stages(stages, content_groups(), np.array(numbers), source, days)
    outcomes = activity.outcomes_among(numbers)
    for column, number in enumerate(numbers):
        way = way_of_lead(number, kept, ON, outcomes, ())
        told = [stay.code for stay in way.stays for _day in range(stay.days)]
        assert told[-365:] == plain[:, column].tolist()
        assert sum(rung.days for rung in way.rungs) == sum(stay.days for stay in way.stays if stay.code)
    way, codes = way_of_company(numbers, kept, ON, outcomes, ())
    assert [s.code for s in way.stays for _day in range(s.days)][-365:] == plain.max(axis=1).tolist()
    assert codes == dict(zip(numbers, plain[-1].tolist(), strict=True))


def test_a_stage_is_set_by_hand_explained_ended_and_taken_back(client) -> None:
    number, today = lead("L6"), timezone.localdate()
    page = reverse("site:lead", args=[number])
    assert "手で決めた" not in client.get(page).content.decode()
    url = reverse("site:set_stage", args=[number])
    assert (
        "理由を入れて" in client.post(url, {"stage": "meeting", "reason": " "}, follow=True).content.decode()
    )
    pipeline.score_all(today)
    shown = client.post(url, {"stage": "meeting", "reason": "電話で聞いた"}, follow=True).content.decode()
    assert "電話で聞いた" in shown
    assert "手で決めた" in shown
    pipeline.score_all(today)
    assert stage_of(number) == "meeting"
    company = client.get(reverse("site:company", args=[people.person(number).company_number]))
    assert company.context["journey"].way.stage == "商談"
    assert company.context["journey"].here["meeting"] == [(number, "村上 千尋")]
    assert "先頭は商談" in company.content.decode()
    why = reverse("site:stage_why", args=[number])
    told = client.get(why)
    assert told.context["way"].stage == "商談"
    assert told.context["way"].by_hand.reason == "電話で聞いた"
    made = segments.make_segment("商談中", read_who({"stage": ["meeting"]}), None)
    shown = client.get(reverse("site:segment_why", args=[made]), {"lead": number})
    assert shown.context["reason"].holds
    before = client.get(why, {"on": (today - timedelta(days=1)).isoformat()})
    assert before.context["way"].by_hand is None
    assert before.context["way"].stage != "商談"
    assert told.context["steps"][0][1:] == ("認知", "商談", True)
    client.post(reverse("site:end_stage", args=[number]))
    pipeline.score_all(today)
    assert stage_of(number) != "meeting"
    undo = reverse("site:undo_stage", args=[number, ByHand.objects.get().pk])
    client.post(undo)
    pipeline.score_all(today)
    assert stage_of(number) == "meeting"


def test_a_past_day_shows_that_days_stage_and_why(client) -> None:
    pipeline.score_all(ON)
    number = lead("L4")
    put_outcome("L4", 30, "won")
    day = ON - timedelta(days=31)
    shown = client.get(reverse("site:lead", args=[number]), {"on": day.isoformat()})
    (panel,) = [panel for template, panel in shown.context["panels"] if template.endswith("journey.html")]
    assert panel["way"].stage == "情報収集"
    Revision.objects.update(at=timezone.now() - timedelta(days=300))
    kept = current_map().map
    renamed = [replace(s, name="調べている") if s.key == "inform" else s for s in kept.stages]
    journey.keep_map(replace(kept, stages=tuple(renamed)))
    shown = client.get(reverse("site:lead", args=[number]), {"on": day.isoformat()})
    (panel,) = [panel for template, panel in shown.context["panels"] if template.endswith("journey.html")]
    assert panel["way"].stage == "情報収集", "a past day follows the map that was in force then"
    why = client.get(reverse("site:stage_why", args=[number]), {"on": day.isoformat()})
    assert why.context["here"][0].key == "inform"
    assert [stage.key for stage, reason in why.context["ahead"] if not reason.holds][-1] == "won"
    now = client.get(reverse("site:stage_why", args=[number]), {"on": ON.isoformat()})
    assert now.context["here"][0].key == "won"


def test_the_doctor_says_when_stages_were_counted_and_has_them_counted_anew(client) -> None:
    assert look_at_groups().well
    pipeline.score_all(timezone.localdate())
    assert look_at_groups().well
    journey.keep_map(default_map("en"))
    jobs.due().delete()
    assert not look_at_groups().well
    assert [task.args_kwargs["kwargs"]["name"] for task in jobs.due()] == ["site.score_all"]
    pipeline.score_all(timezone.localdate())
    assert look_at_groups().well


def test_stages_follow_a_merge_its_undo_the_trash_and_erasing(client) -> None:
    number, other, today = lead("L6"), lead("L2"), timezone.localdate()
    pipeline.score_all(today)
    hands.set_by_hand(number, "meeting", "電話で聞いた", None, computed=stage_of(number))
    pipeline.score_all(today)
    merge = merge_leads(other, number)
    pipeline.score_touched(today)
    assert (stage_of(number), hands.said_of([number])[0].until) == ("", None)
    assert stage_of(other) != "meeting"
    part_leads(merge)
    pipeline.score_touched(today)
    assert stage_of(number) == "meeting"
    trash.put_in_trash([number], timezone.now(), None)
    pipeline.score_touched(today)
    assert stage_of(number) == ""
    trash.restore([number])
    pipeline.score_touched(today)
    assert stage_of(number) == "meeting"
    erase_leads([number])
    assert (stage_of(number), hands.said_of([number]), standing.history_of(number)) == ("", [], [])
