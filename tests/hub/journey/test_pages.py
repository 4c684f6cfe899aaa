from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.attributes import Test as Compared
from mikomi.core.conditions.who import Did, Every
from mikomi.core.journey.defaults import CONDITIONS
from mikomi.core.journey.differences import map_differences
from mikomi.core.journey.map import JourneyMap, MapStage
from mikomi.core.journey.notes import map_notes
from mikomi.hub.accounts.models import User
from mikomi.hub.journey import queries, services, starters
from mikomi.hub.journey.lights import forgotten_light
from mikomi.hub.journey.models import Draft, Looked
from mikomi.hub.site.demo.journey import demo_maps
from mikomi.hub.site.field_uses import field_uses


@pytest.fixture
def drawn(client: Client) -> Client:
    assert client.post("/journey/start/", {"name": "saas"}).status_code == 302
    return client


def stage(key: str) -> MapStage:
    draft = queries.draft()
    assert draft is not None
    found = draft.map.stage(key)
    assert found is not None
    return found


def test_a_team_begins_with_a_template_and_the_page_says_so(client: Client):
    page = client.get("/journey/").content.decode()
    assert "まだ地図がありません" in page
    assert all(title in page for title in ("SaaS", "製造業", "人材", "セミナー集客", "空の地図"))
    client.post("/journey/start/", {"name": "maker"})
    assert "稟議" in client.get("/journey/edit/").content.decode()
    assert client.post("/journey/start/", {"name": "other"}).status_code == 404


@pytest.mark.parametrize("name", [*starters.ORDER, starters.EMPTY])
def test_every_template_stands_in_both_languages_with_a_condition_for_every_stage(name: str):
    ja, en = (starters.starter(name, language) for language in ("ja", "en"))
    assert ja.keys() == en.keys()
    assert all(stage.condition is not None and stage.name for stage in (*ja.stages, *en.stages))
    assert ja.title != en.title or name == starters.EMPTY


def test_a_cell_is_changed_in_place_and_taken_back(drawn: Client):
    answer = drawn.post("/journey/cell/compare/question/", {"value": " いくらか "}, HTTP_HX_REQUEST="true")
    assert answer.status_code == 200
    assert "cell-compare-question" in answer.content.decode()
    assert stage("compare").question == "いくらか"
    drawn.post("/journey/cell/compare/expected/", {"share": "40%", "days": ""})
    assert (stage("compare").expected_share, stage("compare").expected_days) == (40, None)
    for expected in (35, 35):
        assert "data-undo disabled" not in drawn.get("/journey/edit/").content.decode()
        drawn.post("/journey/undo/")
        assert stage("compare").expected_share == expected
    assert stage("compare").question != "いくらか"
    assert "元に戻すものがありません" in drawn.post("/journey/undo/", follow=True).content.decode()
    drawn.post("/journey/redo/")
    assert stage("compare").question == "いくらか"


@pytest.mark.parametrize(
    ("path", "typed", "said"),
    [
        ("compare/expected", {"share": "120"}, "0から100まで"),
        ("compare/expected", {"share": "多い"}, "数字を入れてください"),
        ("compare/question", {"value": "長" * 401}, "400字まで"),
        ("compare/name", {"value": " "}, "文字を入れてください"),
    ],
)
def test_what_cannot_stand_in_a_cell_is_refused_in_words(drawn: Client, path: str, typed, said: str):
    answer = drawn.post(f"/journey/cell/{path}/", typed, HTTP_HX_REQUEST="true")
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_cells_and_stages_that_are_not_there_are_not_found(drawn: Client):
    assert drawn.post("/journey/cell/nobody/question/", {"value": "x"}).status_code == 404
    assert drawn.post("/journey/cell/compare/mood/", {"value": "x"}).status_code == 404
    assert drawn.post("/journey/stage/compare/fly/").status_code == 404


def test_contents_that_a_search_left_out_stay(drawn: Client):
    drawn.post("/journey/cell/compare/contents/", {"value": ["page_view:/a", "group:料金"]})
    drawn.post("/journey/cell/compare/contents/", {"shown": ["page_view:/a"], "value": ["page_view:/b"]})
    assert stage("compare").contents == ("group:料金", "page_view:/b")


def test_stages_are_added_moved_and_removed(drawn: Client):
    drawn.post("/journey/stage/aware/add/")
    drawn.post("/journey/stage/s1/right/")
    draft = queries.draft()
    assert draft is not None
    assert draft.map.keys()[:3] == ("aware", "inform", "s1")
    drawn.post("/journey/stage/s1/remove/")
    drawn.post("/journey/stage/aware/add/")
    draft = queries.draft()
    assert draft is not None
    # The key of the stage that can still come back is not given out again.
    assert draft.map.keys()[:3] == ("aware", "s2", "inform")


def test_a_stage_nobody_can_enter_is_told(drawn: Client):
    drawn.post("/journey/stage/aware/add/")
    assert "条件がないので、だれも入りません" in drawn.get("/journey/edit/").content.decode()


def test_each_view_shows_its_own(drawn: Client):
    drawn.post("/journey/keep/")
    hypothesis, reality = (
        drawn.get(f"/journey/?view={v}").content.decode() for v in ("hypothesis", "reality")
    )
    assert "この手間は、うちだけだろうか" in hypothesis
    assert "mk-jreal" not in hypothesis
    assert "この手間は、うちだけだろうか" not in reality
    assert "mk-jreal" in reality


def test_answers_of_the_interview_go_to_their_cells_with_who_said_so(drawn: Client):
    before = stage("internal").question
    drawn.post("/journey/interview/sales/", {"sales1": "安全か", "sales2": "", "sales5": "翌日に見積もる"})
    assert stage("internal").question == f"{before}\n安全か"
    assert "翌日に見積もる" in stage("meeting").action
    draft = queries.draft()
    assert draft is not None
    assert queries.said_in(draft.map) == {
        ("internal", "question"): ["石田 彩"],
        ("meeting", "action"): ["石田 彩"],
    }


def test_revisions_are_kept_compared_and_taken_back_as_a_draft(drawn: Client):
    drawn.post("/journey/keep/", {"reason": "はじめ"})
    drawn.post("/journey/cell/compare/name/", {"value": "くらべる"})
    drawn.post("/journey/stage/inform/remove/")
    assert "くらべる" in drawn.get("/journey/changes/").content.decode()
    drawn.post("/journey/keep/", {"reason": "段階を減らした"})
    page = drawn.get("/journey/compare/").content.decode()
    assert "消した段階" in page
    assert "段階を減らした" in page
    assert "比較検討" in page
    listed = drawn.get("/journey/revisions/").content.decode()
    assert "はじめ" in listed
    assert drawn.get("/journey/revisions/1/").status_code == 200
    drawn.post("/journey/revisions/1/restore/")
    assert stage("compare").name == "比較検討"
    kept = queries.current_map()
    assert kept is not None
    assert kept.number == 2


@pytest.mark.parametrize("view", ["both", "hypothesis", "reality", "nonsense"])
def test_the_page_stands_with_one_stage_and_with_thirty(client: Client, user: User, view: str):
    for n in (1, 30):
        services.keep_map(JourneyMap("地図", tuple(MapStage(f"s{i}", f"段階{i}") for i in range(n))), user.pk)
        assert client.get(f"/journey/?view={view}").status_code == 200
        assert client.get("/journey/edit/").status_code == 200


def test_a_condition_is_picked_line_by_line_with_whom_it_holds_for(drawn: Client):
    lines = {
        "kind.": "all",
        "kid.": ["0", "1"],
        "kind.0": "did", "k.0": "page_view", "c.0": "c:/pricing*",
        "within.0": "30", "n.0": "2", "cmp.0": "least",
        "kind.1": "field", "field.1": "industry", "op.1": "in", "value.1": "製造業",
    }  # fmt: skip
    told = drawn.post("/journey/condition/compare/form/", lines, HTTP_HX_REQUEST="true").content.decode()
    assert "30日以内に2回以上見た、かつ" in told
    assert 'id="segment-count"' in told
    assert "ホットかどうか" not in told
    assert drawn.post("/journey/condition/compare/", lines).status_code == 302
    assert stage("compare").condition == Every(
        (
            Did(ActivityCondition(("page_view",), ("/pricing*",)), within_days=30, at_least=2),
            Compared("industry", "in", ("製造業",)),
        )
    )
    refused = drawn.post("/journey/condition/compare/", lines | {"within.0": "たくさん"})
    assert refused.status_code == 422
    hot = drawn.post(
        "/journey/condition/compare/", {"kind.": "all", "kid.": "0", "kind.0": "hot", "is.0": "yes"}
    )
    assert hot.status_code == 422
    assert "段階の条件に「hot」は使えません" in hot.content.decode()
    drawn.post("/journey/condition/compare/", {"kind.": "any"})
    assert stage("compare").condition is None


def test_what_is_gone_is_told_where_it_is_used(drawn: Client):
    asked = {
        "kind.": "all",
        "kid.": "0",
        "kind.0": "field",
        "field.0": "budget_class",
        "op.0": "in",
        "value.0": "大",
    }
    drawn.post("/journey/condition/compare/", asked)
    assert "項目「budget_class」がありません" in drawn.get("/journey/condition/compare/").content.decode()
    drawn.post("/journey/cell/compare/contents/", {"value": ["group:消えた"]})
    assert "もうないグループ" in drawn.get("/journey/edit/").content.decode()


def test_a_common_condition_is_taken_whole(drawn: Client):
    told = drawn.post("/journey/condition/compare/form/", {"do": "ready:won"}, HTTP_HX_REQUEST="true")
    assert "受注になった" in told.content.decode()
    assert stage("compare").condition == CONDITIONS["compare"]


def test_a_map_that_nobody_looked_at_for_a_month_is_brought_to_mind(drawn: Client, user: User):
    drawn.get("/journey/")
    asked = RequestFactory().get("/")
    assert forgotten_light(asked) is None
    month = timezone.now() - timedelta(days=31)
    Looked.objects.update(at=month)
    Draft.objects.update(changed_at=month)
    light = forgotten_light(asked)
    assert light is not None
    assert light.url == "/journey/"
    assert "から見られていませんでした" in drawn.get("/journey/").content.decode()
    assert "見られていませんでした" not in drawn.get("/journey/").content.decode()


def test_a_field_that_a_stage_asks_for_is_told_as_used(drawn: Client):
    asked = {
        "kind.": "all",
        "kid.": "0",
        "kind.0": "field",
        "field.0": "capital",
        "op.0": "in",
        "value.0": "1億円",
    }
    drawn.post("/journey/condition/compare/", asked)
    assert [use.what for use in field_uses()["capital"]] == ["ジャーニーの段階「比較検討」"]


def test_the_map_of_the_demo_is_believed_wholly_and_differs_from_the_one_before():
    before, now = demo_maps()
    assert [d.kind for d in map_differences(before, now)] == ["changed", "added"]
    assert map_notes(now) == []
    assert all(stage.condition is not None for stage in now.stages)
