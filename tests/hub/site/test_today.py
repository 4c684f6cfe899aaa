"""今日連絡する人: the cards of the day, one tap each, and the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from mikomi.core.words import MikomiError
from mikomi.hub.accounts.models import User
from mikomi.hub.alerts import telling
from mikomi.hub.alerts.models import Alert
from mikomi.hub.handoff import queries, services
from mikomi.hub.handoff.models import HandedLead, Handoff, HandoffChange, Seat
from mikomi.hub.handoff.types import Cause, Kind, State
from mikomi.hub.people.queries import numbers_of, person
from mikomi.hub.scores import queries as scores
from mikomi.hub.site import handed, pipeline
from mikomi.hub.site.standing import standing
from mikomi.hub.site.today import capacity, capacity_telling
from mikomi.hub.site.today import day as days
from tests.hub.handoff.team import seat
from tests.hub.site.world import LEADS, make_world

pytestmark = pytest.mark.django_db


def hand(*keys: str, urgent: bool = False, to: int | None = None) -> list[int]:
    """Hands leads over, each for being hot or urgent; the hand-offs' numbers."""
    on = timezone.localdate()
    numbers = [numbers_of([key])[key] for key in keys]
    known = handed.Known.of(numbers, on)
    cause = Cause.URGENT if urgent else Cause.MANUAL
    given = [services.hand_over(known.handing(lead, cause, f"t{lead}", {}), on, to=to) for lead in numbers]
    return [one.handoff for one in given if one.handoff is not None]


@pytest.fixture
def morning(settings, tmp_path):
    """A scored company, one sales person with room for two a day."""
    settings.DATA_FOLDER = tmp_path
    ito = seat("伊藤", capacity=2)
    make_world()
    pipeline.score_all(timezone.localdate())
    for one in queries.today(timezone.localdate()):
        services.give_back(one.number, None, "この試験のため")
    return ito


def cards(user: int, **more: object) -> list[str]:
    held = days.day_of_user(timezone.localdate(), timezone.now(), user, standing(), **more)
    return [card.first.row.key for card in held.cards]


def login(client: Client, user) -> Client:
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.parametrize("few", [days.FEW, 0])
def test_a_day_has_urgent_ones_first_then_as_many_as_can_be_followed(monkeypatch, morning, few) -> None:
    # Of more hand-offs than `FEW`, only those parts are read that the page reaches.
    monkeypatch.setattr(days, "FEW", few)
    hand("L6", "L7", "L1", "L2", to=morning.pk)
    hand("L5", urgent=True, to=morning.pk)
    # One card a company, the best first; who asked comes first and takes no room.
    assert cards(morning.pk) == ["L5", "L1", "L6"]
    assert cards(morning.pk, more=20) == ["L5", "L1", "L6", "L7"]
    held = days.day_of_user(timezone.localdate(), timezone.now(), morning.pk, standing())
    assert held.rest == 1
    assert [one.row.key for one in held.cards[1].colleagues] == ["L2"]
    assert held.cards[0].asked
    assert held.cards[1].reason.ja
    assert days.left_today(timezone.localdate(), morning.pk) == 3
    # Whoever came back stands among the cards, or beside them.
    HandedLead.objects.filter(lead=numbers_of(["L7"])["L7"]).update(cause=Cause.RECONSIDER)
    held = days.day_of_user(timezone.localdate(), timezone.now(), morning.pk, standing(), lane=5)
    assert [held.read.held[number].causes for number in held.beside] == [(Cause.RECONSIDER,)]
    assert (held.back, cards(morning.pk, only_back=True)) == (1, ["L7"])
    # Somebody else's are under 全員 alone; nobody's are everybody's.
    other = seat("森")
    assert cards(other.pk) == []
    assert len(cards(other.pk, everybody=True)) == 4


def test_a_result_folds_the_card_and_undoing_brings_it_back(client: Client, morning) -> None:
    (number,) = hand("L4", to=morning.pk)
    page = login(client, morning).get(reverse("site:today"))
    assert page.status_code == 200
    assert "東亜樹脂工業" in page.content.decode()
    said = {"lead": numbers_of(["L4"])["L4"], "said": "too_early:week", "note": "来期に"}
    answer = client.post(reverse("site:say_result", args=[number]), said, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert f'hx-target="#call-{number}" hx-swap="delete"' in text
    assert 'hx-target="#today-progress"' in text
    held = queries.handoff(number)
    assert held is not None
    assert (held.state, held.look_again_on is not None) == (State.RETURNED, True)
    assert cards(morning.pk) == []
    result = queries.results_of(number)[0]
    assert (result.kind, result.note) == (Kind.TOO_EARLY, "来期に")
    assert "すべて終わりました" in client.get(reverse("site:today")).content.decode()
    # Under htmx the row goes and the card alone comes, where it stood.
    url = reverse("site:undo_result", args=[result.number])
    text = client.post(url, {"next": "/today/?more=20"}, headers={"HX-Request": "true"}).content.decode()
    assert f'hx-target="#done-{result.number}" hx-swap="delete"' in text
    assert '<hx-partial hx-target="#calls" hx-swap="innerHTML"><article' in text
    assert 'name="more" value="20"' in text
    assert "<html" not in text
    lead, now = int(said["lead"]), timezone.now()
    first = services.record_result(number, lead, Kind.NO_ANSWER, morning.pk, now - timedelta(hours=3))
    services.record_result(number, lead, Kind.TALKED, morning.pk, now)
    url = reverse("site:undo_result", args=[first])
    refused = client.post(url, headers={"HX-Request": "true"}).content.decode()
    assert "新しいものから順に" in refused
    assert "<article" not in refused
    for one in [one for one in queries.results_of(number) if not one.undone]:
        services.undo_result(one.number, morning.pk)
    client.post(reverse("site:say_result", args=[number]), said)
    result = queries.results_of(number)[0]
    back = client.post(
        reverse("site:undo_result", args=[result.number]), {"next": "https://elsewhere.example/"}
    )
    assert back["Location"] == f"{reverse('site:today')}#call-{number}"
    assert cards(morning.pk) == ["L4"]


def test_a_colleagues_call_is_refused_with_the_offer_to_take_it_over(client: Client, morning) -> None:
    mori = seat("森")
    mori.role = "sales"
    mori.save()
    (number,) = hand("L4", to=morning.pk)
    url = reverse("site:say_result", args=[number])
    said = {"lead": numbers_of(["L4"])["L4"], "said": "talked"}
    refused = login(client, mori).post(url, said, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "引き継いで記録する" in refused.content.decode()
    assert not queries.results_of(number)
    client.post(url, said | {"take": "1"}, headers={"HX-Request": "true"})
    held = queries.handoff(number)
    assert held is not None
    assert (held.owner, held.last_result) == (mori.pk, Kind.TALKED)
    # Another day for the follow-up: the result stands anew.
    result = queries.results_of(number)[0]
    day = timezone.localdate() + timedelta(days=20)
    client.post(reverse("site:move_next", args=[result.number]), {"when": "date", "date": day.isoformat()})
    again = queries.handoff(number)
    assert again is not None
    assert again.next_on == day


def test_one_after_the_other_and_the_brief_show_what_a_call_needs(client: Client, morning) -> None:
    one, two = hand("L4", "L6", to=morning.pk)
    login(client, morning)
    page = client.get(reverse("site:today_call")).content.decode()
    assert "東亜樹脂工業" in page
    assert "瀬戸内フーズ" not in page
    assert "瀬戸内フーズ" in client.get(f"{reverse('site:today_call')}?skip={one}").content.decode()
    brief = client.get(reverse("site:brief", args=[two])).content.decode()
    assert "最初のひとこと" in brief
    assert "はじめての連絡です" in brief
    assert client.get(reverse("site:brief", args=[10**12])).status_code == 404


def test_a_day_without_anybody_says_what_to_do(client: Client, morning) -> None:
    page = login(client, morning).get(reverse("site:today")).content.decode()
    assert "今日連絡する人はいません" in page
    assert "状況の一覧" in page
    assert f"残り{len(LEADS)}" not in page
    assert "あと一歩" in client.get(reverse("site:nearly")).content.decode()


def test_a_lead_is_given_by_hand_and_its_pages_say_whose_it_is(client: Client, morning) -> None:
    lead = numbers_of(["L6"])["L6"]
    url = reverse("site:lead", args=[lead])
    login(client, morning)
    assert "まだ引き渡していません" in client.get(url).content.decode()
    client.post(reverse("site:hand_lead", args=[lead]), {"to": morning.pk, "why": "展示会で話した"})
    assert cards(morning.pk) == ["L6"]
    page = client.get(url).content.decode()
    assert "伊藤さんが対応中です" in page
    company = queries.today(timezone.localdate())[0].company
    assert company is not None
    assert "伊藤さんが対応中です" in client.get(reverse("site:company", args=[company])).content.decode()
    # 対象外 stays so until somebody opens it again.
    number = queries.today(timezone.localdate())[0].number
    client.post(reverse("site:say_result", args=[number]), {"lead": lead, "said": "rejected:size"})
    assert "対象外にした人です" in client.get(url).content.decode()
    client.post(reverse("site:hand_lead", args=[lead]), {"to": morning.pk})
    assert cards(morning.pk) == []
    client.post(reverse("site:hand_lead", args=[lead]), {"open": "1"})
    client.post(reverse("site:hand_lead", args=[lead]), {"to": morning.pk})
    assert cards(morning.pk) == ["L6"]


def test_what_was_heard_is_kept_by_one_tap_and_taken_away_by_another(client: Client, morning) -> None:
    (number,) = hand("L4", to=morning.pk)
    lead = numbers_of(["L4"])["L4"]
    url = reverse("site:hear", args=[lead])
    login(client, morning)
    answer = client.post(
        url, {"field": "hearing_budget", "value": "確保済み"}, headers={"HX-Request": "true"}
    )
    assert 'aria-pressed="true"' in answer.content.decode()
    client.post(url, {"field": "hearing_need", "value": "費用を下げる"})
    client.post(url, {"field": "hearing_need", "value": "品質・安全"})
    client.post(url, {"field": "hearing_renewal", "value": "3月"})
    known = person(lead)
    assert known is not None
    assert known.attributes["hearing_budget"] == "確保済み"
    assert set(known.attributes["hearing_need"].split(";")) == {"費用を下げる", "品質・安全"}
    client.post(url, {"field": "hearing_budget", "value": "確保済み"})
    client.post(url, {"field": "hearing_renewal", "value": "3月"})
    after = person(lead)
    assert after is not None
    assert "hearing_budget" not in after.attributes
    assert after.attributes["hearing_renewal"] == "3月"
    refused = client.post(url, {"field": "email", "value": "x"}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "ヒアリング" in client.get(reverse("site:brief", args=[number])).content.decode()


def test_a_capacity_proposes_a_threshold_and_moves_the_draft_alone(client: Client, morning) -> None:
    held = scores.published()
    assert held is not None
    told = capacity.propose(1)
    assert told is not None
    assert (told.part, told.present) == ("engagement", held.model.hot.engagement)
    assert capacity.look() == capacity.propose(2)
    login(client, morning)
    assert client.get(reverse("site:capacity_answer"), {"n": "1"}).status_code == 200
    # Whoever may change it is told, once for each proposal; sales are not.
    manager = User.objects.create_user("m@works.example", name="石田", role="manager")
    caller = User.objects.create_user("c@works.example", name="伊東", role="sales")
    moved = replace(told, proposed=told.present + 5)
    for _night in range(2):
        capacity_telling.tell(moved)
    (alert,) = Alert.objects.filter(user=manager)
    assert "しきい値の提案: 20点から25点" in str(alert.told)
    assert not Alert.objects.filter(user=caller).exists()
    capacity_telling.tell(replace(told, proposed=told.present + 6))
    assert Alert.objects.filter(user=manager).count() == 2
    capacity.take_over("engagement", 33.0, None, "ja")
    draft = scores.draft()
    assert draft is not None
    assert draft.model.hot.engagement == 33.0
    assert scores.published() == held


def test_an_inquiry_is_not_put_off_by_changing_the_date_of_an_older_result(client: Client, morning) -> None:
    (number,) = hand("L4", to=morning.pk)
    lead = numbers_of(["L4"])["L4"]
    result = services.record_result(number, lead, Kind.TALKED, morning.pk, timezone.now())
    moved = reverse("site:move_next", args=[result])
    login(client, morning).post(moved, {"when": "week"})
    (result, _undone) = [one.number for one in queries.results_of(number)]
    hand("L4", urgent=True)
    client.post(reverse("site:move_next", args=[result]), {"when": "week"})
    held = queries.handoff(number)
    assert held is not None
    assert (held.urgent, held.next_on) == (True, None)


def test_only_the_people_of_a_hand_off_are_opened_again_on_its_page(client: Client, morning) -> None:
    (number,) = hand("L4", to=morning.pk)
    (other,) = hand("L6", to=morning.pk)
    leads = numbers_of(["L4", "L6"])
    services.record_result(number, leads["L4"], Kind.REJECTED, morning.pk, timezone.now(), reason="規模")
    url = "site:handoff_open_again"
    assert login(client, morning).post(reverse(url, args=[other, leads["L4"]])).status_code == 404
    assert queries.closed_leads([leads["L4"]])
    client.post(reverse(url, args=[number, leads["L4"]]))
    assert not queries.closed_leads([leads["L4"]])


def test_an_overdue_hand_off_is_urged_by_a_colleague_once_an_hour(client: Client, morning) -> None:
    (number,) = hand("L4", to=morning.pk)
    Handoff.objects.filter(pk=number).update(due_at=timezone.now() - timedelta(days=2))
    url, mori = reverse("site:urge", args=[number]), seat("森")
    mori.role = "sales"
    mori.save()
    # One's own is none to urge; a colleague's has the button under 全員.
    assert reverse("site:urge", args=[number]) not in login(client, morning).get("/today/").content.decode()
    assert "自分の担当です" in client.post(url, follow=True).content.decode()
    assert f'hx-post="{url}"' in login(client, mori).get("/today/?who=all").content.decode()
    answer = client.post(url, {"next": "/today/?who=all"}, headers={"HX-Request": "true"}).content.decode()
    assert "伊藤さんに催促を送りました" in answer
    assert "催促しました" in answer
    assert sum("handoff_urged" in str(one.args_kwargs) for one in DBTaskResult.objects.all()) == 1
    telling.tell("handoff_urged", number, morning.pk, occasion="1")
    alert = Alert.objects.get(user=morning, kind="deadline")
    assert alert.told["ja"]["title"].startswith("催促: ")
    assert ["催促した人", "森"] in alert.told["ja"]["facts"]
    log = queries.log_of(number)[0]
    assert (log.what, log.by) == ("urged", "森")
    assert f'hx-post="{url}"' not in client.get("/today/?who=all").content.decode()
    assert "この1時間のうちに" in client.post(url, follow=True).content.decode()
    HandoffChange.objects.filter(what="urged").update(at=timezone.now() - timedelta(minutes=61))
    services.urge(number, mori.pk, timezone.now())
    # Nobody's cannot be urged, nor what is in time.
    Handoff.objects.filter(pk=number).update(owner=None)
    with pytest.raises(MikomiError, match="nobody has this yet"):
        services.urge(number, mori.pk, timezone.now())


def test_whoever_is_back_has_what_was_talked_about_and_the_questions(client: Client, morning) -> None:
    (number,) = hand("L4", to=morning.pk)
    lead = numbers_of(["L4"])["L4"]
    now = timezone.now() - timedelta(days=3)
    Handoff.objects.filter(pk=number).update(opened_at=now)
    services.record_result(number, lead, Kind.TALKED, morning.pk, now, note="来期の予算で\n検討したい")
    services.record_result(number, lead, Kind.NO_ANSWER, morning.pk, now + timedelta(days=1))
    Handoff.objects.filter(pk=number).update(next_on=None, next_first=False)
    login(client, morning)
    client.post(reverse("site:hear", args=[lead]), {"field": "hearing_authority", "value": "上申する"})
    asked = client.get(reverse("site:hear", args=[lead]), headers={"HX-Request": "true"}).content.decode()
    assert 'value="hearing_authority"' in asked
    page = client.get("/today/").content.decode()
    assert f'hx-get="{reverse("site:hear", args=[lead])}"' in page
    assert "来期の予算で" not in page
    HandedLead.objects.filter(handoff=number).update(cause=Cause.RECONSIDER)
    page = client.get("/today/").content.decode()
    assert "来期の予算で 検討したい" in " ".join(page.split())
    assert "決裁権" in page
    # Beside the cards, too.
    Handoff.objects.filter(pk=number).update(next_on=None)
    seated = Seat.objects.filter(user=morning).update(capacity=0)
    assert seated == 1
    beside = client.get("/today/").content.decode()
    assert "「来期の予算で" in beside
