"""From a hand-off to the person who is told of it, and back by one tap."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from mikomi.hub.accounts.types import Role
from mikomi.hub.alerts import digest, recording, telling, wishes
from mikomi.hub.alerts.links import LIFE, Tap, address_of
from mikomi.hub.alerts.models import Alert, Delivery
from mikomi.hub.alerts.types import DEFAULT, KINDS, Told, Wishes
from mikomi.hub.handoff import queries as handoffs
from mikomi.hub.handoff import services as handoff
from mikomi.hub.handoff.types import Cause, Kind
from mikomi.hub.kit.jobs import run_pending
from tests.hub.alerts.world import given
from tests.hub.handoff.team import ON, person, seat

pytestmark = pytest.mark.django_db(transaction=True)


def link(word: str) -> str:
    """The path behind the words of a result in the last mail."""
    found = re.search(rf"^{word}\nhttp://[^/]+(/\S+)$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def test_it_works() -> None:
    user, number, lead = given()
    run_pending()
    (sent,) = mail.outbox
    assert (sent.subject, sent.to) == ("ホット: 北浜精機 三宅 浩司 様", [user.email])
    assert "料金ページを2回閲覧" in sent.body
    assert "スコア: 55.0" in sent.body
    assert f"/leads/{lead}/" in sent.body
    assert Delivery.objects.get().state == "sent"
    phone = Client(headers={"accept-language": "ja"})
    phone.force_login(user)
    assert "料金ページを2回閲覧" in phone.get("/alerts/").content.decode()
    held = Alert.objects.get()
    assert phone.get(f"/alerts/{held.pk}/").headers["Location"] == f"/leads/{lead}/"
    held.refresh_from_db()
    assert held.read_at
    assert held.handoff == number


def test_a_result_by_one_tap_asks_first_and_counts_once() -> None:
    _user, number, lead = given()
    run_pending()
    scanner = Client(headers={"accept-language": "ja"})
    path = link("不在")
    asked = scanner.get(path).content.decode()
    assert "「不在」と記録しますか" in asked
    assert "北浜精機" in asked
    # Whatever follows the link by itself has changed nothing.
    assert handoffs.results_of(number) == []
    assert "記録しました" in scanner.post(path, {"note": "折り返し待ち"}).content.decode()
    (result,) = handoffs.results_of(number)
    assert (result.kind, result.lead, result.by, result.note) == (
        Kind.NO_ANSWER,
        lead,
        "伊藤",
        "折り返し待ち",
    )
    again = scanner.post(path)
    assert (again.status_code, "もう記録されています" in again.content.decode()) == (410, True)
    # The other results of the same alert are spent with it.
    assert scanner.post(link("商談化")).status_code == 410
    assert len(handoffs.results_of(number)) == 1


def test_a_result_by_one_tap_names_its_reason_where_one_is_needed() -> None:
    _user, number, _lead = given()
    run_pending()
    phone = Client(headers={"accept-language": "ja"})
    path = link("対象外")
    assert 'name="reason"' in phone.get(path).content.decode()
    assert phone.post(path, {"reason": ""}).status_code == 422
    assert phone.post(path, {"reason": "競合"}).status_code == 200
    assert handoffs.results_of(number)[0].reason == "競合"


def test_forged_expired_and_foreign_links_say_so_and_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    user, number, _lead = given()
    user.role = Role.SALES
    user.save()
    other = seat("上田")
    run_pending()
    phone = Client(headers={"accept-language": "ja"})
    path = link("商談化")
    forged = path[:-4] + ("aaaa/" if not path.endswith("aaaa/") else "bbbb/")
    for wrong in (forged, "/alerts/result/x/", "/alerts/result/" + "a" * 400 + "/"):
        answer = phone.post(wrong)
        assert (answer.status_code, "正しくありません" in answer.content.decode()) == (404, True)
    # Signed, but of an alert or a result that is none.
    for tap in (Tap(10**9, "meeting"), Tap(Alert.objects.get().pk, "won")):
        assert phone.post(address_of(tap).partition("8000")[2]).status_code == 410
    # It went to somebody else meanwhile: the owner's word counts, not the old link.
    handoff.reassign(number, other.pk, user.pk)
    refused = phone.post(path)
    assert (refused.status_code, "上田" in refused.content.decode()) == (422, True)
    monkeypatch.setattr("mikomi.hub.alerts.links.LIFE", -timedelta(seconds=1))
    assert "期限" in phone.get(path).content.decode()
    user.is_active = False
    user.save()
    monkeypatch.setattr("mikomi.hub.alerts.links.LIFE", LIFE)
    assert phone.post(path).status_code == 410
    assert handoffs.results_of(number) == []


def test_what_is_nobodys_is_told_to_all_who_have_a_seat_and_what_is_overdue_to_who_leads_too() -> None:
    user, number, _lead = given()
    other = seat("上田")
    for one in (user, other):
        one.role = Role.SALES
        one.save()
    manager = person("部長")
    manager.role = Role.MANAGER
    manager.save()
    handoff.reassign(number, None, None)
    assert telling.tell("handoff_given", number, None, occasion="x") == 2
    assert telling.tell("handoff_given", number, None, occasion="x") == 0
    handoff.reassign(number, user.pk, None)
    assert telling.tell("handoff_escalated", number, user.pk, occasion="y") == 2
    late = Alert.objects.filter(kind="deadline").order_by("pk")
    assert [(one.user, one.told["ja"]["asks"]) for one in late] == [(user, True), (manager, False)]
    assert late[0].told["ja"]["title"] == "期限を過ぎています: 北浜精機 三宅 浩司 様"
    manager.language = "en"
    manager.save()
    telling.tell("handoff_returned", number, manager.pk, occasion="z")
    assert Alert.objects.get(user=manager, kind="given").told["en"]["title"] == (
        "Back to nurturing: 北浜精機 三宅 浩司"
    )


def test_wishes_decide_what_leaves_and_the_morning_tells_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    user = seat("伊藤")
    quiet = {"quiet_from": time(0, 0), "quiet_until": time(23, 59, 59)}
    wishes.set_wishes(user.pk, Wishes(DEFAULT.channels, **quiet))
    given()
    run_pending()
    assert mail.outbox == []
    assert Alert.objects.get(user=user).held
    # 8:30 on the next working day, which is a Tuesday: Monday is a holiday.
    for day, made in ((ON + timedelta(days=3), 0), (ON + timedelta(days=4), 1)):
        at = timezone.make_aware(datetime.combine(day, time(8, 31)))
        assert digest.send_due(at) == made
        assert digest.send_due(at) == 0
    run_pending()
    (sent,) = mail.outbox
    assert sent.subject == "今日の連絡 1件"
    assert "\n北浜精機 三宅 浩司 様: 料金ページを2回閲覧" in sent.body
    assert "お知らせ: ホット: 北浜精機 三宅 浩司 様" in sent.body


def test_no_more_leave_in_a_day_than_a_person_wants_but_what_is_urgent() -> None:
    user = seat("伊藤")
    wishes.set_wishes(user.pk, Wishes(DEFAULT.channels, most_a_day=1))
    given(lead="a1")
    given(lead="b1")
    given(Cause.URGENT, lead="c1", urgent=True)
    run_pending()
    assert [one.subject.partition(":")[0] for one in mail.outbox] == ["ホット", "即時対応"]
    told = [(True, True), (False, True), (False, True)]
    assert sorted(Alert.objects.values_list("held", "in_app"), reverse=True) == told


def test_many_at_once_are_a_list_and_not_news() -> None:
    user = seat("伊藤")
    for number in range(recording.MOST_AT_ONCE + 3):
        recording.tell_person(user.pk, "hot", f"test:{number}", {"ja": Told("題", "文")})
    assert Alert.objects.filter(held=True).count() == 3
    later = timezone.now() + recording.AT_ONCE + timedelta(seconds=1)
    recording.tell_person(user.pk, "hot", "later", {"ja": Told("題", "文")}, now=later)
    assert Alert.objects.filter(held=True).count() == 3


def test_an_alert_speaks_the_language_that_its_reader_has_when_they_read_it() -> None:
    user, _number, _lead = given()
    user.language = "en"
    user.save()
    run_pending()
    (sent,) = mail.outbox
    assert sent.subject.startswith("Hot: 北浜精機")
    assert "Score: 55.0" in sent.body
    reader = Client(headers={"accept-language": "ja"})
    reader.force_login(user)
    assert "Hot: 北浜精機" in reader.get("/alerts/").content.decode()
    user.language = "ja"
    user.save()
    assert "ホット: 北浜精機" in reader.get("/alerts/").content.decode()
    kept = Alert.objects.get(user=user)
    assert Told.of(kept.told["en"], "ja").title.startswith("Hot: "), "as it was kept before, in one language"


def test_the_page_of_wishes_keeps_what_is_ticked_and_refuses_half_a_quiet_time() -> None:
    user = seat("伊藤")
    phone = Client(headers={"accept-language": "ja"})
    phone.force_login(user)
    assert phone.get("/settings/alerts/").content.decode().count('type="checkbox"') == 2 * len(KINDS) + 1
    said = {"hot": ["app"], "most_a_day": "5", "quiet_from": "20:00", "quiet_until": ""}
    assert phone.post("/settings/alerts/", said).status_code == 422
    assert phone.post("/settings/alerts/", said | {"quiet_until": "07:30"}).status_code == 302
    held = wishes.wishes_of(user.pk)
    assert (held.channels["hot"], held.channels["given"], held.digest) == ({"app"}, set(), False)
    assert [held.is_quiet(time(hour)) for hour in (23, 7, 12)] == [True, True, False]
