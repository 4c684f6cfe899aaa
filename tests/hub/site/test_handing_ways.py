"""The ways to a hand-off that nobody has on by default, wishes, whose territory it is, and who asks again."""

from __future__ import annotations

import polars as pl
import pytest
from django.test import Client
from django.utils import timezone

from mikomi.core.conditions.parse_who import read_who
from mikomi.core.journey.defaults import default_map
from mikomi.core.words import Words
from mikomi.hub.accounts.models import User
from mikomi.hub.accounts.types import Role
from mikomi.hub.alerts import asking
from mikomi.hub.alerts.models import Alert
from mikomi.hub.capture.webforms.content import Question
from mikomi.hub.handoff import queries, services
from mikomi.hub.handoff.editing import set_rules
from mikomi.hub.handoff.types import Cause, Kind
from mikomi.hub.journey import services as journey
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import services as people
from mikomi.hub.people.queries import numbers_of
from mikomi.hub.segments.services import make_segment, set_priorities
from mikomi.hub.segments.types import Priority
from mikomi.hub.site import pipeline
from tests.hub.capture.forms_world import publish_form, send
from tests.hub.handoff.team import person, seat
from tests.hub.site.world import ON, make_world, origin, put_events

pytestmark = pytest.mark.django_db

PAPER = read_who({"did": {"kind": "download"}, "within_days": 30})
VILLAGE = {"q-company": "瀬戸内フーズ", "q-name": "村上 千尋", "q-email": "l6@works.example"}


def test_stepping_into_a_chosen_stage_hands_over_and_another_stage_does_not() -> None:
    make_world()
    journey.keep_map(default_map("ja"))
    set_rules([Cause.STAGE], ["compare"], [], 0)
    pipeline.score_all(ON)
    before = {one.leads for one in queries.today(ON)}
    put_events([("L6", 0, "page_view", "/price"), ("L6", 0, "page_view", "/price/2")])
    put_events([("L8", 0, "page_view", "/")])
    pipeline.score_touched(ON)
    fresh = [one for one in queries.today(ON) if one.leads not in before]
    assert [one.leads for one in fresh] == [(numbers_of(["L6"])["L6"],)]
    assert fresh[0].members[0].detail == {"stage": "compare"}
    pipeline.score_all(ON)
    assert len(queries.today(ON)) == len(before) + 1


def test_entering_a_chosen_segment_hands_over_and_another_segment_does_not() -> None:
    make_world()
    chosen = make_segment("資料", PAPER, None)
    make_segment("料金", read_who({"did": {"content": "/pricing"}}), None)
    run_pending()
    set_rules([Cause.SEGMENT], [], [chosen], 0)
    pipeline.score_all(ON)
    before = len(queries.today(ON))
    put_events([("L6", 0, "download", "doc/guide"), ("L7", 0, "page_view", "/pricing")])
    pipeline.score_touched(ON)
    assert len(queries.today(ON)) == before + 1
    (held,) = [one for one in queries.today(ON) if one.leads == (numbers_of(["L6"])["L6"],)]
    assert (held.causes, held.members[0].detail) == ((Cause.SEGMENT,), {"segment": "資料"})


def test_high_priority_hands_over_and_middle_does_not() -> None:
    make_world()
    said = {Priority.HIGH: PAPER, Priority.MIDDLE: read_who({"did": {"content": "/pricing"}})}
    set_priorities(said, {Priority.HIGH: "優先度 高", Priority.MIDDLE: "優先度 中"}, None)
    run_pending()
    set_rules([Cause.PRIORITY], [], [], 0)
    pipeline.score_all(ON)
    before = len(queries.today(ON))
    put_events([("L6", 0, "download", "doc/guide"), ("L7", 0, "page_view", "/pricing")])
    pipeline.score_touched(ON)
    assert len(queries.today(ON)) == before + 1
    (held,) = [one for one in queries.today(ON) if one.leads == (numbers_of(["L6"])["L6"],)]
    assert (held.causes, held.members[0].detail) == ((Cause.PRIORITY,), {"segment": "優先度 高"})


@pytest.mark.parametrize(
    ("answer", "urgent"), [("個別相談を希望する", True), ("個別相談は希望しない", False)]
)
def test_a_wish_in_a_seminars_questionnaire_is_urgent_and_no_thanks_is_not(answer, urgent) -> None:
    make_world()
    wish = Question(
        "q1",
        kind="choice",
        label=Words("ご希望", "Your wish"),
        choices=("個別相談を希望する", "個別相談は希望しない"),
    )
    asked = tuple(Question(name, name) for name in ("company", "name", "email"))
    form = publish_form("seminar", "セミナーのアンケート", questions=(*asked, wish))
    send(form, VILLAGE | {"q-q1": answer})
    run_pending()
    held = queries.today(timezone.localdate())
    urgents = [one for one in held if one.urgent]
    assert bool(urgents) == urgent
    if urgent:
        assert urgents[0].members[0].frozen.reason.ja == "「個別相談を希望する」を送信"


def test_the_prefecture_and_the_product_of_a_lead_choose_whose_it_is() -> None:
    ito = seat("伊藤", territories=["大阪府"])
    ueda = seat("上田", products=["検査機"])
    seat("江口", territories=["東京都"], products=["部品"])
    make_world()
    told = pl.DataFrame(
        {"lead": ["L1", "L5"], "prefecture": ["大阪府", "沖縄県"], "product": ["部品", "検査機"]}
    )
    people.upsert_leads(told, origin())
    put_events([("L5", 0, "page_view", "/pricing"), ("L5", 0, "download", "doc/guide")])
    pipeline.score_all(ON)
    known = numbers_of(["L1", "L5"])
    owners = {one.leads[0]: one.owner for one in queries.today(ON)}
    assert (owners[known["L1"]], owners[known["L5"]]) == (ito.pk, ueda.pk)
    log = queries.log_of(queries.open_of(lead=known["L1"]).number)
    assert "大阪府" in next(one for one in log if one.what == "assigned").detail["ja"]


def test_who_is_not_for_us_and_asks_again_stays_away_from_today_but_is_told_to_who_leads() -> None:
    sales, boss = seat("伊藤"), person("課長")
    User.objects.filter(pk=sales.pk).update(role=Role.SALES)
    User.objects.filter(pk=boss.pk).update(role=Role.MANAGER)
    make_world()
    lead, today = numbers_of(["L6"])["L6"], timezone.localdate()
    form = publish_form("contact", "問い合わせ")
    send(form, VILLAGE | {"q-q1": "費用を知りたい"})
    run_pending()
    number = queries.open_of(lead=lead).number
    services.record_result(number, lead, Kind.REJECTED, sales.pk, timezone.now(), reason="競合")
    run_pending()
    Alert.objects.all().delete()
    for _again in range(2):
        send(form, VILLAGE | {"q-q1": "もう一度、費用を知りたい"})
        run_pending()
    assert all(lead not in one.leads for one in queries.today(today))
    # Each inquiry waits for an answer, so each is told; to the one who sold before it is not.
    told = list(Alert.objects.order_by("pk"))
    assert [(one.user, one.kind, one.in_app, one.lead) for one in told] == [(boss, "urgent", True, lead)] * 2
    assert told[0].told["ja"]["title"] == "再問い合わせ: 瀬戸内フーズ 村上 千尋 様"
    assert told[0].told["ja"]["facts"][:3] == [["前の結果", "対象外"], ["理由", "競合"], ["前の担当", "伊藤"]]
    web = Client(headers={"accept-language": "ja"})
    web.force_login(boss)
    assert "もう一度対象にする" in web.get("/alerts/").content.decode()
    assert 'name="open"' in web.get(f"/alerts/{told[0].pk}/", follow=True).content.decode()
    web.post(f"/leads/{lead}/hand-over/", {"open": "1"})
    web.post(f"/leads/{lead}/hand-over/", {"to": str(sales.pk)})
    assert [one.owner for one in queries.today(today) if lead in one.leads] == [sales.pk]
    User.objects.filter(pk=boss.pk).update(is_active=False)
    # Nobody leads: whoever had it last.
    assert asking.tell(number, sales.pk, lead, "", occasion="x") == 1
    assert Alert.objects.latest("pk").user == sales
