"""コンテンツ: what was seen, put into groups of the model's draft by clicking."""

from __future__ import annotations

import polars as pl
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from mikomi.core.conditions.parse_who import read_who
from mikomi.core.conditions.who import used_contents
from mikomi.core.journey.edits import place_content
from mikomi.core.scoring.model_file import parse_model
from mikomi.core.words import MikomiError
from mikomi.hub.accounts.models import User
from mikomi.hub.activity.services import put_titles, record_events
from mikomi.hub.journey import offers
from mikomi.hub.journey import queries as journeys
from mikomi.hub.journey import services as journey
from mikomi.hub.journey.starters import ORDER, starter
from mikomi.hub.people import queries as people
from mikomi.hub.scores import queries, services
from mikomi.hub.scores.edits import without_contents
from mikomi.hub.scores.proposals import propose
from mikomi.hub.segments import queries as segments
from mikomi.hub.segments import services as segment_services
from tests.hub.site.world import MODEL, put_leads

pytestmark = pytest.mark.django_db(transaction=True)
EVENTS = [
    ("L1", "page_view", "/pricing"),
    ("L1", "page_view", "/pricing/simulator"),
    ("L1", "page_view", "/works/metal"),
    ("visitor:1:a", "page_view", "/works/food"),
    ("visitor:1:a", "page_view", "/works/food"),
    ("L1", "page_read", "/works/metal"),
    ("L1", "download", "doc/guide"),
    ("L1", "page_view", "/"),
    ("L1", "form_submit", "form/contact"),
]


def record(events: list[tuple[str, str, str]]) -> None:
    now = timezone.now()
    frame = pl.DataFrame(
        [(lead, now, kind, content, False) for lead, kind, content in events],
        schema={
            "lead": pl.String,
            "at": pl.Datetime("us", "UTC"),
            "kind": pl.String,
            "content": pl.String,
            "automated": pl.Boolean,
        },
        orient="row",
    )
    record_events(frame)


@pytest.fixture
def client(tmp_path, monkeypatch) -> Client:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    put_leads([("L1", "三宅 浩司", "ミヤケ コウジ", "北浜精機", "部長", "製造業")])
    record(EVENTS)
    put_titles(pl.DataFrame({"content": ["/works/metal"], "title": ["金属加工の事例 | 北浜"]}))
    services.publish_model(parse_model(MODEL))
    logged_in = Client(headers={"accept-language": "ja"})
    logged_in.force_login(User.objects.create_user("mori@works.example", name="森"))
    return logged_in


def shown(client: Client, query: str = "") -> list[str]:
    return [row.content for row in client.get(f"/content/{query}").context["rows"]]


def groups() -> dict[str, tuple[str, ...]]:
    draft = queries.draft()
    assert draft is not None
    return dict(draft.model.groups)


def test_what_was_seen_is_listed_with_its_groups_and_found_again(client: Client) -> None:
    page = client.get("/content/")
    rows = {row.content: row for row in page.context["rows"]}
    assert page.context["rows"][0].content == "/works/food"
    assert (rows["/works/food"].recent, rows["/works/food"].leads) == (2, 0)
    assert (rows["/works/metal"].recent, rows["/works/metal"].leads) == (1, 1)
    text = page.content.decode()
    assert "/pricing* による" in text
    assert "金属加工の事例" in text
    assert shown(client, "?kind=document") == ["doc/guide"]
    assert shown(client, "?group=料金") == ["/pricing", "/pricing/simulator"]
    assert "/pricing" not in shown(client, "?group=-")
    assert shown(client, "?q=金属") == ["/works/metal"]
    assert shown(client, "?q=nothing") == []


def test_chosen_contents_go_into_a_group_of_the_draft_and_back(client: Client) -> None:
    chosen = {"content": ["/works/metal", "/works/food"], "group": "+", "name": "事例", "do": "put"}
    page = client.post("/content/group/", chosen, follow=True)
    assert groups()["事例"] == ("/works/metal", "/works/food")
    assert "グループの変更は下書きです" in page.content.decode()
    assert dict(queries.published().model.groups).keys() == {"料金"}
    client.post("/content/group/", {"content": "/works/food", "do": "out"})
    assert groups()["事例"] == ("/works/metal",)
    client.post("/content/undo/")
    assert groups()["事例"] == ("/works/metal", "/works/food")
    client.post("/content/group/", {"content": ["/works/food", "/works/metal"], "do": "out"})
    assert "事例" not in groups()


def test_a_pattern_is_not_taken_apart_and_a_group_in_use_not_emptied(client: Client) -> None:
    before = groups()
    page = client.post("/content/group/", {"content": "/pricing", "do": "out"}, follow=True)
    assert "「/pricing*」という書き方が当てはまる" in page.content.decode()
    page = client.post(
        "/content/group/", {"content": "/", "group": "+", "name": " ", "do": "put"}, follow=True
    )
    assert "名前を入れてください" in page.content.decode()
    assert groups() == before
    model = parse_model(MODEL.replace('"/pricing*"', '"/pricing"'))
    with pytest.raises(MikomiError):
        without_contents(model, ["/pricing"])


def test_a_proposal_is_taken_by_one_click_and_covers_what_comes_later(client: Client) -> None:
    offered = {one.key: one for one in client.get("/content/").context["proposals"]}
    assert (offered["cases"].name, offered["cases"].n, offered["cases"].globs) == ("事例", 2, ("/works/*",))
    assert "pricing" not in offered
    assert {"contact", "documents"} <= offered.keys()
    client.post("/content/propose/", {"key": "cases"})
    assert groups()["事例"] == ("/works/*",)
    assert "cases" not in {one.key for one in client.get("/content/").context["proposals"]}


def test_proposals_read_encoded_addresses_and_titles_without_the_sites_name() -> None:
    rows = [
        ("/%E6%96%99%E9%87%91/", None),
        ("/news/1", "採用情報 | 株式会社 料金研究所"),
        ("/plan.html", None),
        ("/explanation", None),
        ("/x", "料金研究所のご紹介｜会社概要"),
    ]
    contents = pl.DataFrame(rows, schema={"content": pl.String, "title": pl.String}, orient="row")
    found = {
        one.key: one.globs
        for one in propose(
            contents,
            parse_model(MODEL.replace("料金:", "Pricing:").replace("group: 料金", "group: Pricing")),
            "en",
        )
    }
    assert found == {"pricing": ("/%E6%96%99%E9%87%91/", "/plan.html", "/x"), "careers": ("/news/1",)}


def test_a_content_that_moves_is_one_row_and_is_asked_for_under_both_addresses(client: Client) -> None:
    client.post("/content/group/", {"content": "/works/metal", "group": "+", "name": "事例", "do": "put"})
    asked = read_who({"did": {"content": "/works/metal"}, "within_days": 30})
    number = segment_services.make_segment("金属", asked, None)
    drawn = place_content(starter(ORDER[0], "ja"), "page_view:/works/metal", ["compare"])
    journey.save_draft(drawn, None)
    to_choose = client.post("/content/group/", {"content": "/works/metal", "do": "move"})
    client.post(to_choose["location"], {"new": "/works/food"})
    assert groups()["事例"] == ("/works/metal", "/works/food")
    assert used_contents(segments.segment(number).who) == {"/works/metal", "/works/food"}
    placed = journeys.draft().map.stage("compare").contents
    assert "page_view:/works/food" in placed
    assert "page_view:/works/metal" not in placed
    rows = {row.content: row for row in client.get("/content/").context["rows"]}
    assert "/works/metal" not in rows
    assert (rows["/works/food"].recent, rows["/works/food"].leads) == (3, 1)
    # Who sees both is one person, in the list, on the map and in the timeline.
    record([("L1", "page_view", "/works/food")])
    rows = {row.content: row for row in client.get("/content/").context["rows"]}
    assert (rows["/works/food"].recent, rows["/works/food"].leads) == (4, 1)
    (offer,) = offers.known(["page_view:/works/metal"]).values()
    assert (offer.leads, offer.label) == (1, "金属加工の事例 | 北浜")
    told = client.get(f"/leads/{people.numbers_of(['L1'])['L1']}/").content.decode()
    assert "「金属加工の事例 | 北浜」" in told
    assert "/works/food" not in told
    assert [move.old for move in rows["/works/food"].moves] == ["/works/metal"]
    assert shown(client, "?q=works/metal") == ["/works/food"]
    assert client.post("/content/move/?content=/works/food", {"new": "/works/metal"}).status_code == 422
    assert client.post("/content/move/?content=/nowhere", {"new": "/a"}).status_code == 404
    kept = segments.segment(number)
    segment_services.define(number, read_who({"did": {"content": ["/works/food", "/"]}}), None)
    move = rows["/works/food"].moves[0].number
    said = client.post(f"/content/move/{move}/undo/", follow=True).content.decode()
    assert "その後に変えた1か所は、そのままにしてあります" in said
    assert groups()["事例"] == ("/works/metal",)
    assert segments.segment(number).who != kept.who
    assert journeys.draft().map == drawn
    assert {"/works/metal", "/works/food"} <= {*shown(client)}


def test_a_published_version_says_that_it_counts_the_old_address_of_what_moved(client: Client) -> None:
    assert "前のアドレスだけ" not in client.get("/score/versions/1/").content.decode()
    client.post("/content/move/?content=/pricing", {"new": "/plans"})
    said = client.get("/score/versions/1/").content.decode()
    assert "前のアドレスだけで数えます" in said
    assert "/pricing → /plans" in said
    assert dict(queries.published().model.groups)["料金"] == ("/pricing*",)
