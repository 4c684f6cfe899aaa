"""かんたん設定: one sentence on an empty installation."""

from __future__ import annotations

import pytest
from django.test import Client

from mikomi.core.scoring.model import SurgeSignal
from mikomi.hub.scores import easy, queries, starters
from mikomi.hub.scores.ground import read_picks
from mikomi.hub.scores.rows import Desk

HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


def test_an_empty_installation_begins_with_one_sentence(client: Client) -> None:
    text = client.get("/score/").content.decode()
    assert "かんたん設定" in text
    assert "これで始める" in text
    assert queries.draft() is None


def test_the_sentence_reads_as_one() -> None:
    picks = read_picks()
    model = easy.suggested(picks, "Asia/Tokyo", "ja")
    said = easy.plain_sentence(Desk(model, None, picks, "ja"))
    assert said == "料金ページを30日で2回以上見た、または資料を30日で2回以上ダウンロードした人"


def test_any_clause_alone_makes_a_lead_hot(client: Client, company) -> None:
    client.post("/score/start/")
    version = queries.published()
    assert version is not None
    assert easy.is_easy(version.model)
    least = version.model.hot.engagement
    assert least is not None
    assert all(isinstance(s, SurgeSignal) and s.points >= least for s in version.model.signals)
    text = client.get("/score/live/").content.decode()
    # Three views of /pricing by one lead; nobody downloaded twice.
    assert 'id="score-hot">1</b>' in text


def test_words_of_the_sentence_are_changed(client: Client, company) -> None:
    answer = client.post("/score/change/r-pricing/", {"part": "at_least", "value": "1"}, headers=HTMX)
    assert answer.status_code == 200
    assert "1回以上" in answer.content.decode()
    assert 'id="score-hot">2</b>' in client.get("/score/live/").content.decode()


def test_a_clause_is_added_and_taken_away(client: Client, company) -> None:
    client.post("/score/start/clause/")
    assert len(queries.draft().model.signals) == 3
    client.post("/score/act/r-clause/delete/")
    assert len(queries.draft().model.signals) == 2


def test_details_show_the_same_model_in_the_editor(client: Client, company) -> None:
    client.post("/score/details/")
    text = client.get("/score/").content.decode()
    assert "ホットになる条件" in text
    assert "30日" in text
    client.post("/score/details/", {"easy": "1"})
    assert "かんたん設定" in client.get("/score/").content.decode()


@pytest.mark.parametrize("name", starters.NAMES)
def test_every_template_becomes_a_draft(client: Client, name: str) -> None:
    assert client.post(f"/score/template/{name}/").status_code == 302
    assert client.get("/score/").status_code == 200
    assert queries.draft().model == starters.starter(name, "Asia/Tokyo")
