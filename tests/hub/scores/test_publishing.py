"""Drafts, versions, and the way between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from mikomi.core.scoring.model import Hot, Model
from mikomi.core.scoring.model_file import dump_model
from mikomi.core.words import MikomiError
from mikomi.hub.scores import queries, services
from mikomi.hub.scores.models import ModelVersion
from mikomi.hub.scores.services import StaleDraftError

pytestmark = pytest.mark.django_db


def test_publishing_makes_the_next_version_and_asks_for_new_scores(model: Model, user) -> None:
    first = services.publish_model(model, user, note="最初")
    services.save_draft(replace(model, hot=Hot(total=9)), user)
    second = services.publish(user)
    assert (first.number, second.number) == (1, 2)
    assert (first.note, first.published_by) == ("最初", "石田 彩")
    assert queries.published() == second
    names = [row.args_kwargs["kwargs"]["name"] for row in DBTaskResult.objects.all()]
    assert set(names) == {"site.score_all"}


def test_a_published_version_never_changes(model: Model, user) -> None:
    services.publish_model(model, user)
    services.edit_draft(lambda m: replace(m, groups=(("料金", ("/other",)),)), model, user)
    found = queries.version(1)
    assert found is not None
    assert found.model == model


def test_publishing_nothing_new_is_refused(model: Model, user) -> None:
    services.publish_model(model, user)
    with pytest.raises(MikomiError, match="does not differ"):
        services.publish(user)


def test_a_draft_that_moved_on_is_not_published(model: Model, user) -> None:
    seen = services.save_draft(model, user)
    services.save_draft(replace(model, name="x"), user)
    with pytest.raises(StaleDraftError):
        services.publish(user, revision=seen)
    assert queries.published() is None


def test_a_model_with_another_time_zone_is_refused(model: Model, user) -> None:
    with pytest.raises(MikomiError, match="Asia/Tokyo"):
        services.save_draft(replace(model, timezone="Europe/Paris"), user)


def test_the_version_of_a_past_day_is_the_one_that_ruled_at_its_end(model: Model, user) -> None:
    services.publish_model(model, user)
    services.save_draft(replace(model, name="x"), user)
    services.publish(user)
    start = timezone.make_aware(datetime(2026, 5, 1, 23, 59))
    ModelVersion.objects.filter(number=1).update(published_at=start)
    ModelVersion.objects.filter(number=2).update(published_at=start + timedelta(minutes=1))
    assert queries.version_as_of(date(2026, 4, 30)) is None
    assert queries.version_as_of(date(2026, 5, 1)).number == 1
    assert queries.version_as_of(date(2026, 5, 2)).number == 2


def test_changes_are_thrown_away(client: Client, model: Model, user) -> None:
    services.publish_model(model, user)
    services.save_draft(replace(model, name="x"), user)
    client.post("/score/discard/")
    assert queries.draft().model == model


def test_an_old_version_comes_back_as_a_draft(client: Client, model: Model, user) -> None:
    services.publish_model(model, user)
    services.save_draft(replace(model, name="x"), user)
    services.publish(user)
    client.post("/score/versions/1/restore/")
    assert queries.draft().model == model
    assert queries.published().number == 2


def test_the_confirmation_says_who_becomes_hot(client: Client, company, model: Model, user) -> None:
    services.publish_model(model, user)
    services.save_draft(replace(model, hot=Hot(engagement=4)), user)
    text = client.get("/score/publish/").content.decode()
    assert "1人から <b>3人</b>" in text
    assert "島田 結衣" in text
    revision = queries.draft().revision
    answer = client.post("/score/publish/", {"note": "広げる", "revision": revision})
    assert answer.status_code == 302
    assert queries.published().note == "広げる"
    versions = client.get("/score/versions/").content.decode()
    assert "広げる" in versions
    assert "行動が20点以上" in versions


def test_the_file_is_the_model_and_errors_name_the_line(client: Client, model: Model, user) -> None:
    services.publish_model(model, user)
    assert client.get("/score/versions/1/file/").content.decode() == dump_model(model)
    answer = client.post("/score/file/", {"yaml": "name: x\nfit:\n  - {id: a}\n"})
    assert answer.status_code == 422
    assert "model.yaml:3: fit[0]" in answer.content.decode()
    answer = client.post("/score/file/", {"yaml": "name: 新しい\n"})
    assert answer.status_code == 302
    assert queries.draft().model.name == "新しい"


def test_a_file_made_from_an_old_draft_is_refused(client: Client, model: Model, user) -> None:
    services.publish_model(model, user)
    answer = client.post("/score/file/", {"yaml": "name: x\n", "revision": "0"})
    assert answer.status_code == 422
    assert "ほかの人が先に" in answer.content.decode()


def test_a_big_change_is_undone_until_the_next_small_one(client: Client, model: Model, user) -> None:
    services.publish_model(model, user)
    other = replace(model, name="x")
    services.save_draft(other, user)
    client.post("/score/discard/")
    client.post("/score/back/")
    assert queries.draft().model == other
    client.post("/score/template/saas/")
    client.post("/score/change/hot/", {"part": "total", "value": "9"})
    changed = queries.draft()
    client.post("/score/back/")
    assert queries.draft() == changed


def test_a_first_draft_that_was_thrown_away_comes_back(client: Client, model: Model, user) -> None:
    services.save_draft(model, user)
    client.post("/score/discard/")
    assert queries.draft() is None
    assert client.get("/score/").status_code == 200
    client.post("/score/back/")
    assert queries.draft().model == model


def test_a_deleted_rule_comes_back_by_the_toast(client: Client, model: Model, user) -> None:
    services.publish_model(model, user)
    answer = client.post("/score/act/r-maker/delete/", headers={"HX-Request": "true"})
    assert 'action="/score/back/"' in answer.content.decode()
    client.post("/score/back/")
    assert queries.draft().model == model


def test_the_model_is_renamed(client: Client, model: Model, user) -> None:
    services.publish_model(model, user)
    client.post("/score/change/name/", {"part": "value", "value": "新しいスコア"})
    assert queries.draft().model.name == "新しいスコア"


def test_a_draft_replaced_by_a_file_comes_back_by_the_toast(client: Client, model: Model, user) -> None:
    services.publish_model(model, user)
    other = replace(model, name="書きかけ")
    services.save_draft(other, user)
    answer = client.post("/score/file/", {"yaml": "name: 新しい\n"}, follow=True)
    assert 'action="/score/back/"' in answer.content.decode()
    client.post("/score/back/")
    assert queries.draft().model == other


@pytest.mark.parametrize(
    ("address", "sent"), [("/score/file/", {"yaml": "name: 新しい\n"}), ("/score/template/saas/", {})]
)
def test_no_way_back_is_offered_where_nothing_was_replaced(client: Client, address: str, sent: dict) -> None:
    answer = client.post(address, sent, follow=True)
    assert "公開するまで点数は変わりません" in answer.content.decode()
    assert 'action="/score/back/"' not in answer.content.decode()
