from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from mikomi.core.journey.defaults import default_map
from mikomi.core.journey.map import JourneyMap
from mikomi.core.words import MikomiError
from mikomi.hub.accounts.models import User
from mikomi.hub.journey import queries, services


def renamed(name: str):
    def edit(journey: JourneyMap) -> JourneyMap:
        return replace(journey, stages=(replace(journey.stages[0], name=name), *journey.stages[1:]))

    return edit


def test_the_map_in_force_is_the_latest_one_that_was_kept(user: User):
    assert queries.current_map() is None
    services.keep_map(default_map("ja"), user.pk, reason="最初の仮説")
    services.edit_draft(renamed("気づき"), user)
    kept = queries.current_map()
    assert kept is not None
    assert (kept.number, kept.map.stages[0].name, kept.reason, kept.by) == (
        1,
        "認知",
        "最初の仮説",
        "石田 彩",
    )
    services.keep_revision(user, reason="言い方を変えた")
    kept = queries.current_map()
    assert kept is not None
    assert (kept.number, kept.map.stages[0].name) == (2, "気づき")
    assert [one.number for one in queries.revisions()] == [2, 1]
    as_of = queries.map_as_of(timezone.localdate())
    assert as_of is not None
    assert as_of.number == 2


def test_a_map_that_changes_nothing_is_no_revision(user: User):
    services.keep_map(default_map("ja"), user.pk)
    with pytest.raises(MikomiError, match="does not differ from version 1"):
        services.keep_revision(user)


def test_the_last_change_is_taken_back_once(user: User):
    services.save_draft(default_map("ja"), user)
    services.edit_draft(renamed("気づき"), user)
    services.edit_draft(renamed("出会い"), user)
    assert services.undo(user)
    draft = queries.draft()
    assert draft is not None
    assert draft.map.stages[0].name == "気づき"
    assert not services.undo(user)


def test_the_page_stands_without_a_map(client: Client):
    assert client.get("/journey/").status_code == 200
