"""A rule that is turned on: those who meet it already are handed over only if somebody says so."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mikomi.core.conditions.parse_who import read_who
from mikomi.core.journey.defaults import default_map
from mikomi.hub.handoff import calendar, queries
from mikomi.hub.handoff.editing import set_rules
from mikomi.hub.handoff.types import Cause
from mikomi.hub.journey import services as journey
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people.queries import numbers_of
from mikomi.hub.segments.services import make_segment, set_priorities
from mikomi.hub.segments.types import Priority
from mikomi.hub.site import pipeline
from tests.hub.handoff.team import person, seat
from tests.hub.site.world import make_world

pytestmark = pytest.mark.django_db
PAPER = read_who({"did": {"kind": "download"}})


@pytest.mark.parametrize("cause", [Cause.HOT, Cause.SEGMENT, Cause.PRIORITY, Cause.STAGE])
def test_who_meets_a_rule_already_is_handed_over_only_if_asked_for(cause: Cause) -> None:
    seat("伊藤")
    set_rules([], [], [], 0)
    make_world()
    journey.keep_map(default_map("ja"))
    group = make_segment("資料", PAPER, user=None)
    set_priorities({Priority.HIGH: PAPER}, {Priority.HIGH: "優先度 高"}, None)
    run_pending()
    today = timezone.localdate()
    pipeline.score_all(today)
    client = Client(headers={"accept": "text/html"})
    client.force_login(person("石田"))
    told = {"rule": [cause.value], "check_slots": "0", "segment": [str(group)], "stage": ["compare", "know"]}

    def save(**more: str) -> str:
        answer = client.post(reverse("site:handoff_rules_save", args=["rules"]), told | more, follow=True)
        return answer.content.decode()

    asked = save()
    assert "今あてはまる人をどうしますか" in asked
    assert not calendar.team().rules[cause]
    assert "保存しました" in save(now="no")
    assert calendar.team().rules[cause]
    pipeline.score_all(today)
    run_pending()
    assert queries.today(today) == []
    # Saved once more nothing is turned on, so nothing is asked.
    assert "保存しました" in save()
    set_rules([], [], [], 0)
    assert "引き渡しています。残り" in save(now="yes")
    run_pending()
    held = queries.today(today)
    assert {one.causes for one in held} == {(cause,)}
    lead = numbers_of(["L1"])["L1"]
    assert any(lead in one.leads for one in held)
    assert "引き渡しています。残り" not in client.get(reverse("site:handoff_rules")).content.decode()
