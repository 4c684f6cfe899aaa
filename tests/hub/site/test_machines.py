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
from mikomi.hub.activity import sweeps
from mikomi.hub.activity.measured import Found, Wanted, measured, measured_and_counted
from mikomi.hub.activity.models import Event, LateVerdict
from mikomi.hub.activity.queries import broken_counters, event_counts, leads_of_keys, subjects_of
from mikomi.hub.activity.services import record_events
from mikomi.hub.activity.tallies import broken_tallies
from mikomi.hub.capture import machines
from mikomi.hub.capture.models import RefusedCount
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people.dated import origin
from mikomi.hub.people.services import upsert_leads
from mikomi.hub.site import measuring, pipeline
from tests.hub.site.world import ON, make_world, put_events

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
    assert "計測タグの画面のものに直してください" in page
    assert reverse("capture:tags") in page
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


def sweep(client, address: str, **asked: str) -> str:
    """Chooses, has it counted, confirms, has it done: the address of the sweep's page."""
    page = client.post(reverse(address), asked).url
    run_pending()
    client.post(f"{page}confirm/")
    run_pending()
    return page


def test_all_of_an_agent_are_turned_round_together(client, lead) -> None:
    asked = {"agent": "Odd/1", "days": "7"}
    sweep(client, "site:take_back_machine", said="machine", **asked)
    assert event_counts([lead]) == {}
    sweep(client, "site:take_back_machine", said="human", **asked)
    assert event_counts([lead]) == {lead: 2}
    address = reverse("site:take_back_machine")
    assert client.post(address, {"said": "machine", "days": "90"}).url == reverse("site:measuring")
    assert event_counts([lead]) == {lead: 2}


def test_a_time_and_a_range_are_counted_first_then_taken_back_and_given_back(client, lead) -> None:
    now = timezone.localtime()
    window = {"since": f"{now - timedelta(days=2):%Y-%m-%dT%H:%M}", "until": f"{now:%Y-%m-%dT%H:%M}"}
    asked = window | {"networks": "192.0.2.0/24 # a scanner", "part": "odd/"}
    page = client.post(reverse("site:new_sweep"), asked).url
    run_pending()
    shown = client.get(page).content.decode()
    assert "三宅 浩司" in shown
    assert "1件" in shown
    assert event_counts([lead]) == {lead: 1}
    client.post(f"{page}confirm/")
    run_pending()
    assert event_counts([lead]) == {}
    assert set(Event.objects.values_list("reason", flat=True)) == {"burst", "by_hand"}
    assert "機械の動きにする" in client.get(reverse("site:new_sweep")).content.decode()
    client.post(f"{page}undo/")
    run_pending()
    assert event_counts([lead]) == {lead: 1}
    assert set(Event.objects.values_list("reason", flat=True)) == {"burst", ""}
    assert (broken_counters(), broken_tallies(), LateVerdict.objects.count()) == (0, 0, 0)
    assert "元に戻しました" in client.get(page, headers={"accept-language": "ja"}).content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"since": "2026-11-02T00:00", "until": "2026-11-01T00:00", "part": "x"},
        {"since": "2026-11-01T00:00", "until": "2026-11-03T00:00"},
        {"since": "2026-11-01T00:00", "until": "2026-11-03T00:00", "networks": "192.0.2.0/99"},
        {"since": "2026-11-01T00:00", "until": "2026-11-03T00:00", "networks": "192.0.2.0/24 crawler"},
        {"since": "9999-12-31T23:59", "until": "9999-12-31T23:59", "part": "x"},
    ],
)
def test_a_choice_that_says_too_little_is_refused_in_words(client, lead, asked) -> None:
    answer = client.post(reverse("site:new_sweep"), asked)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_what_nobody_confirms_changes_nothing_and_is_forgotten(client, lead) -> None:
    page = client.post(reverse("site:take_back_machine"), {"agent": "Odd/1", "said": "machine"}).url
    run_pending()
    assert client.post(f"{page}undo/").status_code == 302
    run_pending()
    assert event_counts([lead]) == {lead: 1}
    sweeps.forget_unconfirmed(timezone.now() + timedelta(minutes=1))
    assert client.get(page).status_code == 404


def test_a_choice_is_counted_as_it_is_listed(client, lead, monkeypatch) -> None:
    today = timezone.localdate().toordinal() - measuring.EPOCH
    wanted = Wanted(today - 3, today + 3, agent="Odd/1")
    assert measured_and_counted(wanted, 1) == Found(measured(wanted, 1), 2, whole=True)
    assert len(measured(wanted, 10)) == 2
    assert len(measured(Wanted(today - 3, today + 3, automated=True, reason="burst"), 10)) == 1
    # Of very many, the latest are looked through, and the page says so.
    monkeypatch.setattr("mikomi.hub.activity.measured.LOOKED_THROUGH", 1)
    assert measured_and_counted(wanted, 10) == Found(measured(wanted, 10), 1, whole=False)
    assert measured_and_counted(Wanted(today - 3, today + 3, agent="nobody"), 10) == Found([], 0, whole=False)
    listed = client.get(
        reverse("site:measured_events"), {"agent": "Odd/1"}, headers={"accept-language": "ja"}
    )
    assert "新しい1件の中に、同じもの1件" in listed.content.decode()


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


def test_a_past_day_tells_what_it_showed_and_which_cause_made_the_difference(client, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    make_world()
    pipeline.score_all(ON)
    pipeline.score_all(timezone.localdate())
    number = leads_of_keys(pl.Series(["L4"]))["lead"].item()
    page = reverse("site:lead", args=[number]) + f"?on={ON}"
    shown = client.get(page)
    assert shown.context["mended"] is None
    before = shown.context["score"].total
    event = Event.objects.get(subject__in=subjects_of(number))
    client.post(
        reverse("site:set_machine", args=[number]),
        {"kind": "download", "since": event.at, "until": event.at, "said": "machine"},
    )
    shown = client.get(page)
    gone = round(before - shown.context["score"].total, 1)
    assert gone > 0
    text = shown.content.decode()
    assert "訂正" in text
    assert f"この日に出ていた点数は{before:.1f}でした" in text
    assert f"あとで機械と分かった動きの{gone:.1f}点を取り消しました" in text
    assert "ほかに" not in text
    put_events([("L4", 1, "page_view", "/pricing")])
    shown = client.get(page)
    came = round(shown.context["score"].total - before + gone, 1)
    assert f"{gone:.1f}点を取り消しました。ほかにあとから届いた動き" in shown.content.decode()
    assert f"{came:.1f}点増えました" in shown.content.decode()
    client.post(
        reverse("site:set_machine", args=[number]),
        {"kind": "download", "since": event.at, "until": event.at, "said": "human"},
    )
    text = client.get(page).content.decode()
    assert "あとから届いた動きと、直された情報を入れました" in text
    assert "機械と分かった" not in text.split('id="mended"')[1].split("</div>")[0]


def test_what_the_tag_tells_of_is_said_in_words(client, lead) -> None:
    at = timezone.now()
    record_events(
        pl.DataFrame(
            {
                "lead": ["a"] * 2,
                "at": [at, at - timedelta(hours=1)],
                "kind": ["trap", "page_read"],
                "content": ["", "/pricing"],
                "automated": [True, False],
                "reason": ["trap", ""],
            },
            schema_overrides={"at": pl.Datetime("us", "UTC")},
        )
    )
    page = client.get(reverse("site:lead", args=[lead])).content.decode()
    assert "見えないリンクを開いた" in page
    assert "ページを読んだ：「/pricing」" in page
