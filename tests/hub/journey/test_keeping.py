from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mikomi.core.journey.defaults import default_map
from mikomi.core.journey.map import JourneyMap
from mikomi.core.words import MikomiError
from mikomi.hub.accounts.models import User
from mikomi.hub.journey import queries, services
from mikomi.hub.journey.models import Revision
from mikomi.hub.journey.types import Redrawn, Steps


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
    Revision.objects.filter(number=1).update(at=timezone.now() - timedelta(days=9))
    today = timezone.localdate()
    told = {days: queries.map_then(today - timedelta(days=days)) for days in (0, 1, 9, 10)}
    assert {days: one and one.number for days, one in told.items()} == {0: 2, 1: 1, 9: 1, 10: 1}


def test_a_map_that_changes_nothing_is_no_revision(user: User):
    services.keep_map(default_map("ja"), user.pk)
    with pytest.raises(MikomiError, match="does not differ from version 1"):
        services.keep_revision(user)


def first() -> str:
    draft = queries.draft()
    assert draft is not None
    return draft.map.stages[0].name


def test_steps_are_taken_back_one_by_one_and_taken_again(user: User):
    services.save_draft(default_map("ja"), user)
    for name in ("気づき", "出会い", "出会い", "発見"):
        services.edit_draft(renamed(name), user)
    seen = []
    while services.undo(user):
        seen.append(first())
    # Writing the same again is no step.
    assert seen == ["出会い", "気づき", "認知"]
    assert queries.steps(user) == Steps(back=False, again=True)
    assert [services.redo(user) is not None and first() for _ in range(2)] == ["気づき", "出会い"]
    # A new change ends what could be taken again.
    services.edit_draft(renamed("別"), user)
    assert services.redo(user) is None
    for number in range(60):
        services.edit_draft(renamed(f"{number}"), user)
    assert sum(services.undo(user) is not None for _ in range(70)) == services.MOST_STEPS


def test_two_people_take_back_their_own_steps_alone(user: User):
    other = User.objects.create_user("tanaka@example.jp", name="田中 学", language="ja")
    services.save_draft(default_map("ja"), user)
    services.edit_draft(renamed("気づき"), user)
    services.edit_draft(lambda drawn: replace(drawn, title="田中の地図"), other)
    assert services.undo(user) == Redrawn(changed=True, left=0)
    draft = queries.draft()
    assert draft is not None
    assert (draft.map.title, first()) == ("田中の地図", "認知")
    services.redo(user)
    services.edit_draft(renamed("出会い"), other)
    # What the other one wrote over it stays, and is said.
    assert services.undo(user) == Redrawn(changed=False, left=1)
    assert first() == "出会い"
    services.discard_draft(user)
    assert queries.draft() is None
    assert services.undo(user) == Redrawn(changed=True, left=0)
    assert first() == "出会い"


def test_the_page_stands_without_a_map(client: Client):
    assert client.get("/journey/").status_code == 200
