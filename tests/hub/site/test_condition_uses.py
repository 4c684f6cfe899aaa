"""What segments and stages speak of does not go unsaid."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mikomi.core.conditions.parse_who import read_who
from mikomi.core.journey.edits import remove_stage
from mikomi.hub.accounts.models import User
from mikomi.hub.journey import services as journey
from mikomi.hub.journey import starters
from mikomi.hub.people import labels
from mikomi.hub.scores import services as scores
from mikomi.hub.scores.drafting import standing_model
from mikomi.hub.scores.keys import group_key
from mikomi.hub.segments import queries as segments
from mikomi.hub.segments import services
from mikomi.hub.site import pipeline
from mikomi.hub.site.field_uses import field_uses
from tests.hub.site.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(tmp_path, monkeypatch) -> Client:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    make_world()
    logged_in = Client(headers={"accept-language": "ja"})
    logged_in.force_login(User.objects.create_user("mori@works.example", name="森"))
    return logged_in


def test_a_group_that_a_segment_speaks_of_is_neither_deleted_renamed_nor_emptied(client: Client) -> None:
    model = standing_model("ja")
    scores.save_draft(replace(model, groups=(*model.groups, ("事例", ("doc/guide",)))), None)
    number = services.make_segment("事例を見た", read_who({"did": {"group": "事例"}}), None)
    key = group_key("事例")
    htmx = {"HX-Request": "true"}
    for answer in (
        client.post(reverse("scores:act", args=[key, "delete"]), headers=htmx),
        client.post(reverse("scores:change", args=[key]), {"part": "name", "value": "実績"}, headers=htmx),
        client.post("/content/group/", {"content": "doc/guide", "do": "out"}, follow=True),
    ):
        assert "グループ「事例」はセグメント「事例を見た」の条件で使っている" in answer.content.decode()
    assert "事例" in dict(standing_model("ja").groups)
    services.delete_segment(number)
    client.post(reverse("scores:act", args=[key, "delete"]), headers=htmx)
    assert "事例" not in dict(standing_model("ja").groups)


def test_what_a_segment_asks_for_and_lacks_is_told_wherever_it_goes(client: Client) -> None:
    tag = labels.make_label("tag", "展示会")
    kept = journey.keep_map(starters.starter(starters.ORDER[0], "ja"))
    first = kept.map.stages[0]
    who = read_who(
        {
            "all": [
                {"field": "industry", "known": True},
                {"tag": [tag]},
                {"stage": [first.key]},
                {"did": {"group": "ない"}},
                {"field": "shoe_size", "known": True},
            ]
        }
    )
    number = services.make_segment("展示会の人", who, None)
    assert "セグメント「展示会の人」" in [use.what for use in field_uses()["industry"]]
    assert "展示会の人" in client.get(reverse("site:delete_label", args=["tag", tag])).content.decode()
    labels.delete_label("tag", tag)
    journey.save_draft(remove_stage(kept.map, first.key), None)
    said = client.get(reverse("journey:keep")).content.decode()
    assert f"「{first.name}」はセグメント「展示会の人」の条件にあります" in said
    journey.keep_revision(None, reason="いらない")
    pipeline.score_all(timezone.localdate())
    assert len(segments.members(number)) == 0
    for page in (reverse("site:segments"), reverse("site:segment", args=[number])):
        text = client.get(page).content.decode()
        for gone in ("グループ「ない」", "条件のタグ", "条件の段階", "項目「shoe_size」"):
            assert gone in text
        assert "industry" not in text
