"""Fields and values on the pages: made, edited, put aside, taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.test import Client

from mikomi.hub.accounts.models import User
from mikomi.hub.people import queries as people
from mikomi.hub.site.models import Act, SavedView
from tests.hub.site.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(tmp_path, settings) -> Client:
    settings.DATA_FOLDER = tmp_path
    make_world()
    browser = Client(headers={"accept-language": "ja"})
    browser.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    return browser


def number(key: str = "L1") -> int:
    return people.numbers_of([key])[key]


def edit(client: Client, field: str, value: str, **more):
    return client.post(f"/leads/{number()}/value/?field={quote(field)}", {"value": value}, **more)


def held(field: str) -> str | None:
    person = people.person(number())
    assert person is not None
    return person.attributes.get(field)


def test_it_works(client: Client) -> None:
    page = client.get("/settings/fields/").content.decode()
    assert "業種" in page
    assert "スコアの決まり「製造業」" in page


def test_saved_views_that_use_a_field_are_named(client: Client) -> None:
    SavedView.objects.create(
        name="部長の一覧",
        owner=User.objects.get(),
        query="sort=-title",
        at=datetime(2026, 11, 1, tzinfo=UTC),
    )
    assert "保存した表示「部長の一覧」" in client.get("/settings/fields/").content.decode()


def test_a_field_is_made_filled_in_and_shown(client: Client) -> None:
    client.post(
        "/settings/fields/new/",
        {"label_ja": "関心", "kind": "choices", "choices": "価格\n納期\n品質", "scope": "lead"},
    )
    client.post(f"/leads/{number()}/value/?field={quote('関心')}", {"value": ["価格", "品質"]})
    assert held("関心") == "価格;品質"
    assert "価格、品質" in client.get(f"/leads/{number()}/").content.decode()


def test_a_field_that_makes_no_sense_is_refused_in_words(client: Client) -> None:
    answer = client.post("/settings/fields/new/", {"label_ja": "関心", "kind": "choice", "choices": " "})
    assert answer.status_code == 422
    assert "選択肢を1つ以上書いてください" in answer.content.decode()


def test_a_value_is_dated_named_and_can_be_taken_back(client: Client) -> None:
    before = held("title")
    edit(client, "title", "本部長")
    assert held("title") == "本部長"
    assert held("title_rank") == "部長"
    change = next(c for c in people.attribute_history(number()) if c.field == "title")
    assert (change.value, change.by, change.source) == ("本部長", "森 健太郎", "手入力")
    acts = client.get("/acts/").content.decode()
    assert "役職を書き換え" in acts
    User.objects.update(language="en")
    assert "(by hand)" in client.get(f"/leads/{number()}/").content.decode()
    User.objects.update(language="ja")
    client.post(f"/acts/{Act.objects.get().pk}/undo/")
    assert held("title") == before


def test_a_companys_value_is_its_peoples(client: Client) -> None:
    edit(client, "industry", "金属")
    colleague = people.person(number("L2"))
    assert colleague is not None
    assert colleague.attributes["industry"] == "金属"


def test_what_does_not_fit_is_said_and_not_written(client: Client) -> None:
    client.post("/settings/fields/new/", {"label_ja": "席数", "kind": "number", "least": "1"})
    answer = edit(client, "席数", "たくさん")
    assert answer.status_code == 422
    assert "数として読めません" in answer.content.decode()
    assert held("席数") is None


def test_under_htmx_a_refused_value_comes_back_to_its_own_place(client: Client) -> None:
    client.post("/settings/fields/new/", {"label_ja": "席数", "kind": "number"})
    answer = edit(client, "席数", "たくさん", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.headers["HX-Retarget"] == "#value-form"


def test_a_field_in_use_is_put_aside_only_after_saying_where(client: Client) -> None:
    page = client.get("/settings/fields/archive/?key=industry").content.decode()
    assert "スコアの決まり「製造業」" in page
    assert "この項目は使われています" in page
    client.post("/settings/fields/archive/?key=industry")
    assert held("industry") == "製造業"
    client.post("/settings/fields/restore/?key=industry")
    assert not next(view for view in people.fields() if view.key == "industry").archived


@pytest.mark.parametrize("field", ["consent", "nothing", "", "lead"])
def test_what_other_acts_change_has_no_form(client: Client, field: str) -> None:
    assert client.get(f"/leads/{number()}/value/?field={field}").status_code == 404


def test_a_name_is_shown_not_run(client: Client) -> None:
    client.post("/settings/fields/new/", {"label_ja": "<script>alert(1)</script>", "kind": "text"})
    assert "<script>alert(1)" not in client.get("/settings/fields/").content.decode()
