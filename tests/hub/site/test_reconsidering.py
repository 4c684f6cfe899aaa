"""再検討: the page of who came back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mikomi.hub.accounts.models import User
from mikomi.hub.handoff import queries, services
from mikomi.hub.handoff.models import HandedLead, Occasion
from mikomi.hub.handoff.types import Cause, Kind
from mikomi.hub.people.queries import numbers_of
from mikomi.hub.site import handing, pipeline
from tests.hub.handoff.team import seat
from tests.hub.site.world import ON, make_world, put_outcome

pytestmark = pytest.mark.django_db


def shown(user: User, **query: str) -> str:
    client = Client(headers={"accept": "text/html"})
    client.force_login(user)
    answer = client.get("/reconsidering/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_whoever_came_back_stands_there_with_why_how_long_and_what_was_said() -> None:
    ito, ueda = seat("伊藤"), seat("上田", 0)
    make_world()
    put_outcome("L1", 150, "lost")
    assert "スコアの決まりがまだありません" in shown(ito)
    pipeline.score_all(ON)
    lead = numbers_of(["L1"])["L1"]
    held = next(one for one in queries.today(ON, ito.pk) if Cause.RECONSIDER in one.causes)
    services.record_result(
        held.number, lead, Kind.TALKED, ito.pk, timezone.now(), note="来期の予算を取ってから、と話した"
    )
    page = shown(ito)
    assert "三宅 浩司" in page
    assert "失注から" in page
    assert "197日静かでした" in page
    assert "来期の予算を取ってから" in page
    assert "対応中" in page
    # It is a colleague's: their own list is empty, and says where to look.
    assert "三宅" not in shown(ueda)
    assert "ほかの人の担当に1件あります" in shown(ueda)
    assert "三宅" in shown(ueda, who="all")


def test_who_was_not_handed_over_stands_there_with_the_reason() -> None:
    ito = seat("伊藤")
    make_world()
    pipeline.score_all(ON)
    lead = numbers_of(["L1"])["L1"]
    HandedLead.objects.update(at=timezone.now() - timedelta(days=3))
    again = Occasion.objects.create(
        lead=lead, cause=Cause.RECONSIDER, entry="back:2026-11-19", seen_at=timezone.now()
    )
    handing.hand_over_noted(timezone.localdate())
    again.refresh_from_db()
    assert again.answer
    assert "30日たっていません" in shown(ito)
