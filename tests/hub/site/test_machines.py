"""Machines on the pages: told with their reason, turned round, opened, and corrected in the past."""

from __future__ import annotations

import json
from datetime import timedelta

import polars as pl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mikomi.hub.accounts.models import User
from mikomi.hub.activity.measured import Wanted, measured, measured_count
from mikomi.hub.activity.models import Event
from mikomi.hub.activity.queries import broken_counters, event_counts, leads_of_keys
from mikomi.hub.activity.services import record_events
from mikomi.hub.activity.tallies import broken_tallies
from mikomi.hub.capture import machines
from mikomi.hub.capture.models import RefusedCount
from mikomi.hub.people.dated import origin
from mikomi.hub.people.services import upsert_leads
from mikomi.hub.site import measuring, pipeline

pytestmark = pytest.mark.django_db
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.fixture
def client() -> Client:
    browser = Client(headers={"accept-language": "ja"})
    browser.force_login(User.objects.create_user("mori@office.example", name="森 健太郎"))
    return browser


@pytest.fixture
def lead(settings, tmp_path) -> int:
    settings.DATA_FOLDER = tmp_path
    upsert_leads(pl.DataFrame({"lead": ["a"], "name": ["三宅 浩司"]}), origin("test"))
    at = timezone.now() - timedelta(hours=1)
    record_events(
        pl.DataFrame(
            {
                "lead": ["a", "a"],
                "at": pl.Series([at, at + timedelta(minutes=5)], dtype=pl.Datetime("us", "UTC")),
                "kind": ["mail_click", "page_view"],
                "content": ["news", "/pricing"],
                "automated": [True, False],
                "reason": ["burst", ""],
                "certainty": pl.Series([85, 0], dtype=pl.Int16),
                "payload": [json.dumps({"agent": "Odd/1", "address": "192.0.2.1"})] * 2,
            }
        ),
        source="web:9",
    )
    pipeline.score_all(timezone.localdate())
    return leads_of_keys(pl.Series(["a"]))["lead"].item()


def test_a_machine_is_told_with_its_reason_and_turned_round_and_back(client, lead) -> None:
    page = client.get(reverse("site:lead", args=[lead])).content.decode()
    assert "1秒以内に複数を開いた機械と判断しました（確からしさ85%）" in page
    assert "人の動きに戻す" in page
    event = Event.objects.get(automated=True)
    told = {"kind": "mail_click", "since": event.at, "until": event.at}
    address = reverse("site:set_machine", args=[lead])
    client.post(address, told | {"said": "human"})
    assert event_counts([lead]) == {lead: 2}
    page = client.get(reverse("site:lead", args=[lead])).content.decode()
    assert "手で人の動きに戻しました" in page
    client.post(address, told | {"said": "machine"})
    assert event_counts([lead]) == {lead: 1}
    assert (broken_counters(), broken_tallies()) == (0, 0)


@pytest.mark.parametrize(
    "told", [{}, {"since": "x", "until": ""}, {"kind": "call", "since": "1", "until": "2"}]
)
def test_nothing_is_turned_round_that_is_not_there(client, lead, told) -> None:
    answer = client.post(reverse("site:set_machine", args=[lead]), told | {"said": "human"})
    assert answer.status_code == 302
    assert event_counts([lead]) == {lead: 1}


def test_every_number_opens_what_it_counts(client, lead) -> None:
    RefusedCount.objects.create(hour=int(timezone.now().timestamp()) // 3600, source=0, reason="no_key", n=7)
    page = client.get(reverse("site:measuring")).content.decode()
    assert "1秒以内に複数" in page
    assert "書き込みキーがありません" in page
    for query in (
        "",
        "?who=people",
        "?who=machines",
        "?reason=burst&days=7",
        "?day=99999999&days=x&subject=y",
    ):
        answer = client.get(reverse("site:measured_events") + query)
        assert answer.status_code == 200
    page = client.get(reverse("site:measured_events") + "?reason=burst").content.decode()
    assert "三宅 浩司" in page
    assert "Odd/1" in page


def test_all_of_an_agent_are_turned_round_together(client, lead) -> None:
    asked = {"agent": "Odd/1", "days": "7"}
    address = reverse("site:take_back_machine")
    client.post(address, asked | {"said": "machine"})
    assert event_counts([lead]) == {}
    client.post(address, asked | {"said": "human"})
    assert event_counts([lead]) == {lead: 2}
    assert client.post(address, {"said": "machine", "days": "90"}).url == reverse("site:measuring")
    assert event_counts([lead]) == {lead: 2}


def test_a_choice_is_counted_as_it_is_listed(lead) -> None:
    today = timezone.localdate().toordinal() - measuring.EPOCH
    wanted = Wanted(today - 3, today + 3, agent="Odd/1")
    assert measured_count(wanted) == len(measured(wanted, 10)) == 2
    assert measured_count(Wanted(today - 3, today + 3, automated=True, reason="burst")) == 1


def test_looking_again_is_a_job(client, lead) -> None:
    Event.objects.filter(automated=True).update(payload=None)
    Event.objects.filter(automated=False).update(payload={"agent": ROBOT})
    client.post(reverse("site:judge_again"))
    assert machines.look_again(timezone.localdate(), 90).taken == 1
    assert event_counts([lead]) == {}


def test_networks_of_ones_own_are_read_from_the_data_folder(settings, tmp_path, lead) -> None:
    assert machines.own_networks().size == 0
    (tmp_path / machines.FILE).write_text("192.0.2.0/24 monitoring\nnonsense\n")
    assert machines.look_again(timezone.localdate(), 90).taken == 1
    assert event_counts([lead]) == {}
    assert machines.own_networks().unread == ((2, "nonsense"),)
