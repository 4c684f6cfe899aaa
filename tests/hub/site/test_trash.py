from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from mikomi.hub.accounts.models import User
from mikomi.hub.kit import leases
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import labels, trash
from mikomi.hub.people import queries as people
from mikomi.hub.people.models import Lead, LeadTag
from mikomi.hub.site import pipeline
from mikomi.hub.site.actions.edit_leads import Deed, edit_leads, undo_edit
from mikomi.hub.site.jobs import empty_trash
from mikomi.hub.site.models import LeadRow, LeadScore
from mikomi.hub.site.rows import store
from tests.hub.site.world import LEADS, ON, make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def world(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    # What the world's people did counts for some days only.
    monkeypatch.setattr(timezone, "localdate", lambda *_: ON)
    make_world()
    pipeline.score_all(ON)


@pytest.fixture
def client() -> Client:
    logged_in = Client(headers={"accept-language": "ja"})
    logged_in.force_login(User.objects.create_user("mori@works.example", name="森"))
    return logged_in


def number(key: str) -> int:
    return people.numbers_of([key])[key]


def put_away(*keys: str):
    return edit_leads(Deed("trash"), np.array([number(key) for key in keys]), "ごみ箱に入れる", None)


def rows() -> list[tuple]:
    return list(LeadScore.objects.order_by("lead_id").values_list("lead_id", "total", "rank", "last_day"))


def test_it_works(client) -> None:
    lead = number("L1")
    assert f'action="/leads/{lead}/trash/"' in client.get(f"/leads/{lead}/").content.decode()
    assert client.post(f"/leads/{lead}/trash/").status_code == 302
    assert "三宅 浩司" not in client.get("/leads/").content.decode()
    page = client.get("/trash/").content.decode()
    assert "三宅 浩司" in page
    assert "消去" in page
    client.post("/trash/restore/", {"lead": lead})
    run_pending()
    assert "三宅 浩司" in client.get("/leads/").content.decode()


def test_a_lead_in_the_trash_leaves_the_lists_at_once_and_scoring_at_the_next_run() -> None:
    before = {row[0]: row for row in rows()}
    put_away("L1")
    assert LeadRow.objects.count() == LeadScore.objects.count() == store.row_count() == len(LEADS) - 1
    run_pending()
    assert number("L1") not in people.attribute_frame()["number"].to_list()
    assert people.lead_count() == store.row_count() == len(LEADS) - 1
    # A colleague's signal came from the lead that went.
    assert {row[0]: row for row in rows()} != {k: v for k, v in before.items() if k != number("L1")}


def test_while_a_run_holds_the_lists_a_page_leaves_the_lead_out(client) -> None:
    with leases.hold(pipeline.LEASE):
        put_away("L6")
        assert LeadRow.objects.filter(lead_id=number("L6")).exists()
        assert "村上 千尋" not in client.get("/leads/").content.decode()
    run_pending()
    assert not LeadRow.objects.filter(lead_id=number("L6")).exists()


def test_restoring_brings_everything_back() -> None:
    tag = labels.make_label("tag", "展示会")
    labels.put_label("tag", tag, [number("L1")])
    before = rows(), people.attribute_frame(), people.attribute_history(number("L1"))
    put_away("L1", "L2")
    run_pending()
    assert trash.restore([number("L1"), number("L2")]) == 2
    run_pending()
    assert rows() == before[0]
    assert people.attribute_frame().equals(before[1])
    assert people.attribute_history(number("L1")) == before[2]
    assert LeadTag.objects.filter(lead=number("L1"), tag=tag).exists()


def test_taking_the_act_back_restores_what_it_put_there_and_no_more() -> None:
    first = put_away("L1")
    second = put_away("L1", "L2")
    assert second.changed == 1
    undo_edit(second.batch, None)
    run_pending()
    assert Lead.objects.get(key="L1").trashed_at is not None
    assert Lead.objects.get(key="L2").trashed_at is None
    undo_edit(first.batch, None)
    assert not Lead.objects.filter(trashed_at__isnull=False).exists()


def test_after_thirty_days_a_lead_is_erased_and_not_before() -> None:
    put_away("L1", "L2")
    old = timezone.now() - timedelta(days=trash.KEPT_DAYS, minutes=1)
    Lead.objects.filter(key="L1").update(trashed_at=old)
    empty_trash("2026-11-22")
    assert not Lead.objects.filter(key="L1").exists()
    assert Lead.objects.get(key="L2").trashed_at is not None
    assert trash.restore([number("L2")]) == 1


def test_only_leads_of_the_trash_are_restored(client) -> None:
    client.post("/trash/restore/", {"lead": ["x", "99999", str(number("L1"))]})
    assert client.get("/trash/").status_code == 200
    assert "ごみ箱は空です" in client.get("/trash/").content.decode()
