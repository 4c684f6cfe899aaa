"""The pages of hand-offs and of their rules."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from mikomi.hub.accounts.models import AuditEntry, User
from mikomi.hub.handoff import calendar, queries, services
from mikomi.hub.handoff.types import Cause, Kind, State
from tests.hub.handoff.team import NOW, ON, handing, leads, person, seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(person("石田"))
    return client


def page(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"site:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_lists_say_whose_each_company_is_and_one_page_tells_all_of_it(client: Client) -> None:
    ito = seat("伊藤")
    known = leads()
    assert "ここに当てはまる引き渡しはありません" in page(client, "handoffs")
    number = services.hand_over(handing(known["a1"]), ON, to=ito.pk, now=NOW).handoff or 0
    assert "北浜精機" in page(client, "handoffs")
    assert "北浜精機" not in page(client, "handoffs", who="mine")
    services.record_result(number, known["a1"], Kind.MAILED, ito.pk, NOW, note="資料を\n送付", now=NOW)
    for which in queries.FILTERS:
        page(client, "handoffs", state=which, who=str(ito.pk))
    shown = page(client, "handoff", number)
    assert "料金ページを2回閲覧" in shown
    assert "資料を<br>送付" in shown
    assert client.get(reverse("site:handoff", args=[number + 1])).status_code == 404


def test_one_hand_off_is_reassigned_undone_and_given_back(client: Client) -> None:
    ito, ueda = seat("伊藤"), seat("上田")
    known = leads()
    number = services.hand_over(handing(known["a1"]), ON, to=ito.pk, now=NOW).handoff or 0
    client.post(reverse("site:handoff_reassign", args=[number]), {"to": ueda.pk, "reason": "引っ越し"})
    assert queries.handoff(number).owner == ueda.pk
    result = services.record_result(number, known["a1"], Kind.MAILED, ueda.pk, NOW, now=NOW)
    client.post(reverse("site:handoff_undo", args=[number, result]))
    assert queries.results_of(number)[0].undone
    refused = client.post(reverse("site:handoff_give_back", args=[number]), {"reason": " "})
    assert refused.status_code == 422
    client.post(reverse("site:handoff_give_back", args=[number]), {"reason": "予算がない"})
    held = queries.handoff(number)
    assert held is not None
    assert (held.state, held.close_reason) == (State.RETURNED, "予算がない")
    assert "予算がない" in page(client, "handoff", number)


def test_whoever_sees_their_own_alone_finds_nothing_of_others(client: Client) -> None:
    ito = seat("伊藤")
    number = services.hand_over(handing(leads()["a1"]), ON, to=ito.pk, now=NOW).handoff or 0
    client.post(
        reverse("site:handoff_rules_save", args=["times"]),
        {"urgent_minutes": 20, "other_minutes": 60, "remind_minutes": 5},
    )
    client.post(reverse("site:handoff_rules_save", args=["sight"]), {"everybody": "no"})
    assert calendar.team().urgent_minutes == 20
    other = Client()
    other.force_login(User.objects.create_user("s@example.jp", name="他人", role="sales"))
    assert other.get(reverse("site:handoff", args=[number])).status_code == 403
    assert "北浜精機" not in page(other, "handoffs")
    User.objects.filter(name="他人").update(role="manager")
    lifted = other.post(reverse("site:handoff_rules_save", args=["sight"]), {"everybody": "yes"})
    assert "管理者だけが変えられます" in lifted.content.decode()
    assert not calendar.team().everybody


def test_the_rules_are_kept_as_they_are_typed(client: Client) -> None:
    ito = person("伊藤")
    save = reverse("site:handoff_rules_save", args=["rules"])
    client.post(save, {"rule": ["hot"], "check_slots": "3"})
    client.post(
        reverse("site:handoff_rules_save", args=["hours"]),
        {"opens": "08:30", "closes": "17:00", "day": ["0", "1"], "closed": "2026/12/29\n2026-12-30"},
    )
    seats = {"user": ito.pk, "capacity": "7", "territories": "大阪府、京都府", "products": ""}
    client.post(reverse("site:handoff_rules_save", args=["seat"]), seats)
    away = {"user": ito.pk, "first": "2026-11-20", "last": "2026-11-24", "note": "出張"}
    client.post(reverse("site:handoff_rules_save", args=["absence"]), away)
    assert {one.action for one in AuditEntry.objects.all()} == {
        f"handoff.{part}" for part in ("rules", "hours", "seat", "absence")
    }
    team = calendar.team()
    assert (team.rules[Cause.HOT], team.rules[Cause.URGENT], team.check_slots) == (True, False, 3)
    assert (team.days, len(team.closed), team.holidays) == ((0, 1), 2, False)
    (held,) = calendar.seats(ON)
    assert (held.capacity, held.territories, held.products, held.away) == (7, ("大阪府", "京都府"), (), True)
    assert "出張" in page(client, "handoff_rules") or calendar.absences(ON)
    for part, wrong in (("rules", {"check_slots": "x"}), ("hours", {"opens": "18:00", "closes": "09:00"})):
        assert client.post(reverse("site:handoff_rules_save", args=[part]), wrong).status_code == 422
    client.post(reverse("site:handoff_drop_absence", args=[calendar.absences(ON)[0].number]))
    client.post(reverse("site:handoff_drop_seat", args=[ito.pk]))
    assert calendar.absences(ON) == []
    assert calendar.seats(ON) == []


@pytest.mark.parametrize("text", ["9" * 5000, "あ\0い", "9999-12-31", "0001-01-01", "24:00", "1:2:3", "²"])
def test_whatever_is_typed_gets_an_answer_in_words(client: Client, text: str) -> None:
    ito = seat("伊藤")
    known = leads()
    number = services.hand_over(handing(known["a1"]), ON, to=ito.pk, now=NOW).handoff or 0
    given = {
        "user": ito.pk,
        "capacity": 5,
        "first": "2026-12-01",
        "last": text,
        "territories": text,
        "note": text,
    }
    won = {"lead": known["a1"], "result": "won", "on": "2026-11-01", "product": text, "reason": text}
    for url, fields in (
        (reverse("site:handoff_rules_save", args=["absence"]), given | {"first": text}),
        (reverse("site:handoff_rules_save", args=["seat"]), given | {"products": text}),
        (reverse("site:handoff_reassign", args=[number]), {"to": text}),
        (reverse("site:record_result"), won | {"next": text}),
        (reverse("site:take_back_result"), {"key": text, "next": text}),
        (reverse("site:hand_lead", args=[10**25]), {}),
        (reverse("site:handoff_drop_seat", args=[10**25]), {}),
        (reverse("language"), {"language": "ja", "next": text}),
        (reverse("alerts:new_channel", args=["chatwork"]), {"token": text, "room": text, "name": text}),
    ):
        assert client.post(url, fields).status_code in (302, 404, 422), url
    for name, query in (
        ("site:today_call", {"skip": text}),
        ("site:handoff_file", {"since": text}),
        ("accounts_audit", {"by": text, "from": text}),
    ):
        assert client.get(reverse(name), query).status_code == 200, name
    held = queries.handoff(number)
    assert held is not None
    assert held.owner == ito.pk
