"""The editor's pages, one request at a time."""

from __future__ import annotations

import polars as pl
import pytest
from django.test import Client

from mikomi.core.scoring.model import Model
from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.people.dated import origin
from mikomi.hub.people.services import upsert_leads
from mikomi.hub.scores import queries, services
from tests.hub.scores.conftest import MODEL

HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def published(company, model: Model) -> None:
    services.publish_model(model)


def change(client: Client, key: str, part: str, **fields: object):
    return client.post(f"/score/change/{key}/", {"part": part, **fields}, headers=HTMX)


def draft() -> Model:
    found = queries.draft()
    assert found is not None
    return found.model


def test_it_works(client: Client, published: None) -> None:
    page = client.get("/score/").content.decode()
    assert "料金ページ" in page
    assert "変えたところはありません" in page


def test_a_number_is_changed_and_the_old_value_is_struck(client: Client, published: None) -> None:
    answer = change(client, "r-pricing", "points", value="６")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "+6点" in text
    assert "+5点</del>" in text
    assert "1か所を変えました" in text
    assert draft().engagement[0].points == 6
    assert queries.published().model.engagement[0].points == 5


@pytest.mark.parametrize(
    ("key", "part", "fields", "said"),
    [
        ("r-pricing", "points", {"value": "六"}, "数字で入れてください"),
        ("r-pricing", "half_life_days", {"value": "0"}, "0より大きい数"),
        ("r-surge", "at_least", {"value": "1.5"}, "小数のない数"),
        ("r-surge", "within_days", {"value": "0"}, "1以上の数"),
        ("r-large", "when-gte", {"op": "between", "low": "9", "high": "3"}, "下の数以上"),
        ("r-maker", "when-is", {"op": "in"}, "値を1つ以上"),
        ("grades-fit", "A", {"value": "10"}, "ほかの等級と違う"),
    ],
)
def test_a_value_that_cannot_be_is_refused_under_its_field(
    client: Client, published: None, key: str, part: str, fields: dict, said: str
) -> None:
    answer = change(client, key, part, **fields)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert "data-mk-open" in text
    assert draft() == queries.published().model


def test_values_that_are_present_can_be_picked(client: Client, published: None) -> None:
    assert 'value="卸売業"' in client.get("/score/editor/r-maker/when-is/").content.decode()
    change(client, "r-maker", "when-is", op="in", values=["製造業", "卸売業"], other="")
    assert draft().fit[0].label == "業種が製造業、卸売業"
    change(client, "r-maker", "when-in", op="not_in", values=["製造業"], other="")
    assert "業種が製造業以外か不明" in draft().fit[0].label


def test_contents_that_were_seen_can_be_picked(client: Client, published: None) -> None:
    assert 'value="/case/metal"' in client.get("/score/editor/r-pricing/when/").content.decode()
    change(client, "r-pricing", "when", kinds=["page_view"], contents=["/case/metal"], patterns="")
    rule = draft().engagement[0]
    assert rule.when.contents == ("/case/metal",)
    assert rule.label == "ページ「/case/metal」"


def test_a_name_that_a_person_gave_stays(client: Client, published: None) -> None:
    client.post("/score/act/r-pricing/label/", headers=HTMX)
    change(client, "r-pricing", "label", value="お金の話")
    change(client, "r-pricing", "when", kinds=["download"], patterns="")
    assert draft().engagement[0].label == "お金の話"


def test_optional_parts_are_added_and_taken_away(client: Client, published: None) -> None:
    answer = client.post("/score/act/r-paper/add-cap/", headers=HTMX)
    assert "合わせて60点まで" in answer.content.decode()
    change(client, "r-paper", "cap", remove="1")
    assert draft().engagement[1].cap is None
    change(client, "r-paper", "per_day", remove="1")
    assert draft().engagement[1].per_day is None


def test_conditions_are_joined_and_taken_apart(client: Client, published: None) -> None:
    answer = client.post("/score/act/r-maker/all/", headers=HTMX)
    assert "data-mk-open" in answer.content.decode()
    change(client, "r-maker", "when-all-1-field", field="employees")
    change(client, "r-maker", "when-all-1-gte", op="gte", low="50", high="")
    assert draft().fit[0].label == "業種が製造業で、従業員数が50名以上"
    change(client, "r-maker", "when-all-1-gte", remove="1")
    assert draft().fit[0].label == "業種が製造業"


@pytest.mark.parametrize(
    ("section", "choice", "said"),
    [
        ("fit", "industry", "業種</button>"),
        ("engagement", "seminar_attend", "セミナー"),
        ("signals", "return", "60日以上"),
        ("signals", "silence", "動き"),
        ("signals", "colleagues", "同じ会社の"),
        ("signals", "surge", "10回以上"),
    ],
)
def test_a_rule_is_added_with_good_defaults(
    client: Client, published: None, section: str, choice: str, said: str
) -> None:
    before = len(draft().rules)
    answer = client.post(f"/score/add/{section}/", {"choice": choice}, headers=HTMX)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert len(draft().rules) == before + 1


def test_a_deleted_rule_can_be_brought_back(client: Client, published: None) -> None:
    answer = client.post("/score/act/r-maker/delete/", headers=HTMX)
    assert "消しました" in answer.content.decode()
    assert [rule.id for rule in draft().fit] == ["large"]
    client.post("/score/act/r-maker/restore/", headers=HTMX)
    assert [rule.id for rule in draft().fit] == ["maker", "large"]
    assert draft() == queries.published().model


def test_groups_are_added_renamed_and_deleted(client: Client, published: None) -> None:
    client.post("/score/add/groups/", {"name": "事例", "contents": ["/case/metal"], "patterns": "/voice*"})
    assert dict(draft().groups)["事例"] == ("/case/metal", "/voice*")
    keys = {name: f"group-{key}" for name, key in _group_keys().items()}
    change(client, keys["料金"], "name", value="値段")
    assert draft().engagement[0].when.groups == ("値段",)
    assert client.post(f"/score/act/{keys['事例']}/delete/", headers=HTMX).status_code == 200
    assert [name for name, _globs in draft().groups] == ["値段"]


def _group_keys() -> dict[str, str]:
    from mikomi.hub.scores.keys import slug

    return {name: slug(name) for name, _globs in draft().groups}


def test_live_numbers_count_each_rule_and_the_hot(client: Client, published: None) -> None:
    text = client.get("/score/live/", headers=HTMX).content.decode()
    assert '#rule-r-maker > .mk-rule-count" hx-swap="innerHTML"><b>3</b>' in text
    assert '#rule-r-large > .mk-rule-count" hx-swap="innerHTML"><b>3</b>' in text
    assert '#rule-r-pricing > .mk-rule-count" hx-swap="innerHTML"><b>2</b>' in text
    assert '#rule-r-paper > .mk-rule-count" hx-swap="innerHTML"><b>1</b>' in text
    assert '#rule-r-surge > .mk-rule-count" hx-swap="innerHTML"><b>1</b>' in text
    assert 'id="score-hot">1</b>' in text


def test_the_effect_of_a_value_is_shown_before_it_is_kept(client: Client, published: None) -> None:
    line = client.get(
        "/score/effect/r-pricing/", {"part": "points", "value": "40"}, headers=HTMX
    ).content.decode()
    assert "<b>2人</b>に当てはまり" in line
    assert "1人から <b>2人</b>" in line
    assert draft() == queries.published().model


def test_the_effect_of_nonsense_is_silence(client: Client, published: None) -> None:
    answer = client.get("/score/effect/r-pricing/", {"part": "points", "value": "x"}, headers=HTMX)
    assert answer.content == b""


def test_warnings_are_those_of_the_command_line(client: Client, published: None) -> None:
    change(client, "r-maker", "when-is", op="in", other="宇宙開発")
    text = client.get("/score/warnings/", headers=HTMX).content.decode()
    assert "当てはまる人がいません" in text


@pytest.mark.parametrize(("asked", "told"), [("lte: 500", True), ("gte: 300", False)])
def test_a_rule_for_at_most_says_how_ranges_are_compared(
    client: Client, company, asked: str, told: bool
) -> None:
    upsert_leads(
        pl.DataFrame({"lead": ["e"], "company": ["オリオン建材"], "employees": ["300～999名"]}), origin("x")
    )
    services.publish_model(parse_model(MODEL.replace("gte: 300", asked)))
    text = client.get("/score/warnings/", headers=HTMX).content.decode()
    assert ("従業員数が範囲の人が1人います（例：300〜999）" in text) == told


def test_the_hot_condition_is_changed_as_words(client: Client, published: None) -> None:
    change(client, "hot", "total", value="60")
    change(client, "hot", "engagement", remove="1")
    assert (draft().hot.total, draft().hot.engagement) == (60, None)


def test_without_scripts_an_editor_leads_back_to_the_page(client: Client, published: None) -> None:
    answer = client.post("/score/change/r-pricing/", {"part": "points", "value": "6"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/score/#rule-r-pricing"


def test_the_page_leaves_long_lists_to_the_editors(client: Client, published: None) -> None:
    text = client.get("/score/").content.decode()
    assert 'value="/case/metal"' not in text.split('id="score-groups"')[0]
    assert client.get("/score/editor/r-pricing/colour/").status_code == 404
    assert client.get("/score/editor/r-nothing/when/").status_code == 404


def test_a_rule_that_is_gone_is_not_found(client: Client, published: None) -> None:
    assert change(client, "r-nothing", "points", value="6").status_code == 404
    assert change(client, "r-pricing", "colour", value="6").status_code == 404


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_opens(client: Client, published: None, user, language: str) -> None:
    user.language = language
    user.save()
    change(client, "r-pricing", "points", value="40")
    for path in ("", "changes/", "publish/", "versions/", "versions/1/", "file/", "live/", "warnings/"):
        assert client.get(f"/score/{path}").status_code == 200, path
