"""Contents by their titles, their addresses small beside them."""

from __future__ import annotations

import polars as pl
import pytest
from django.test import Client

from mikomi.core.scoring.model import Model
from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.activity.services import put_titles
from mikomi.hub.scores import queries, services
from tests.hub.scores.conftest import MODEL

HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def model() -> Model:
    return parse_model(
        MODEL.replace("group: 料金}", "content: /pricing}").replace("/pricing*", "/case/metal")
    )


@pytest.fixture
def published(company, model: Model) -> None:
    services.publish_model(model)


def name_pages() -> None:
    contents = ["/pricing", "/case/metal", "catalog.pdf"]
    put_titles(pl.DataFrame({"content": contents, "title": ["料金", "導入事例 金属加工", "カタログ"]}))


def test_a_rule_says_the_title_and_shows_the_address_small(client: Client, published: None) -> None:
    assert "ページ「/pricing」" in client.get("/score/").content.decode()
    name_pages()
    page = client.get("/score/").content.decode()
    assert 'ページ「料金」 <small class="mk-token-note">/pricing</small>' in page


def test_what_can_be_picked_is_listed_by_title(client: Client, published: None) -> None:
    name_pages()
    editor = client.get("/score/editor/r-pricing/when/", headers=HTMX).content.decode()
    assert '<span>料金 <small class="mk-choice-note">/pricing</small></span>' in editor
    page = client.get("/score/").content.decode()
    assert '<span>カタログ <small class="mk-choice-note">catalog.pdf</small></span>' in page


def test_a_group_names_its_contents(client: Client, published: None) -> None:
    name_pages()
    page = client.get("/score/").content.decode()
    assert '導入事例 金属加工 <small class="mk-token-note">/case/metal</small>' in page


def test_a_picked_content_is_kept_by_its_address(client: Client, published: None) -> None:
    name_pages()
    sent = {"part": "when", "kinds": "page_view", "contents": ["/pricing", "/case/metal"], "patterns": ""}
    answer = client.post("/score/change/r-pricing/", sent, headers=HTMX)
    assert "「料金」「導入事例 金属加工」" in answer.content.decode()
    draft = queries.draft()
    assert draft is not None
    assert draft.model.engagement[0].when.contents == ("/pricing", "/case/metal")


def test_a_name_made_before_there_were_titles_still_follows_the_rule(client: Client, company) -> None:
    made = parse_model(
        MODEL.replace("label: 料金ページ", "label: ページ「/pricing」").replace(
            "group: 料金}", "content: /pricing}"
        )
    )
    services.publish_model(made)
    name_pages()
    sent = {"part": "when", "kinds": "page_view", "contents": "/case/metal", "patterns": ""}
    client.post("/score/change/r-pricing/", sent, headers=HTMX)
    draft = queries.draft()
    assert draft is not None
    assert draft.model.engagement[0].label == "ページ「導入事例 金属加工」"
