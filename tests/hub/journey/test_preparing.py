"""Figures are prepared from facts: past attributes, dated outcomes, activity."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import numpy as np
import pytest
from django.conf import settings
from django.utils import timezone

from mikomi.core.conditions.document import place_of
from mikomi.core.conditions.parse_who import parse_who
from mikomi.core.engine.folding import day_number
from mikomi.core.journey.map import JourneyMap, MapStage
from mikomi.core.journey.stays import grid_of
from mikomi.core.membership.stages import stage_days
from mikomi.hub.activity import queries as activity
from mikomi.hub.journey import services
from mikomi.hub.journey.models import ByHand, Figures
from mikomi.hub.journey.past import past_stages, put_hands
from mikomi.hub.journey.preparing import prepare_figures
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import queries as people
from mikomi.hub.people.aged import lead_ground
from mikomi.hub.people.trash import put_in_trash
from tests.hub.site.world import ON, make_world, put_leads, put_outcome

pytestmark = pytest.mark.django_db(transaction=True)
GROUPS = {"料金": ("/pricing*",)}
CONDITIONS = [
    {"did": {"kind": "page_view"}, "within_days": 90},
    {"all": [{"did": {"group": "料金"}}, {"field": "title", "contains": "部長"}]},
    {"outcome": ["meeting"]},
]


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)


def stages():
    return [parse_who(place_of(data, "m"), purpose="stage", groups=tuple(GROUPS)) for data in CONDITIONS]


def world() -> None:
    make_world()
    # L2 became 部長 20 days ago, L4 was one until 100 days ago; who did not change is read once.
    put_leads([("L2", "島田 結衣", "", "北浜精機", "部長", "製造業")], ON - timedelta(days=20))
    put_leads([("L4", "早川 由紀子", "", "東亜樹脂工業", "課長", "製造業")], ON - timedelta(days=100))
    put_leads([("L6", "村上 千尋", "", "瀬戸内フーズ", "部長", "食品")], ON - timedelta(days=30))
    put_outcome("L5", 12, "meeting")


def test_past_days_are_as_if_each_had_been_worked_out_alone():
    world()
    days = grid_of(ON)
    numbers = lead_ground()["number"].to_numpy().astype(np.int64)
    found = past_stages(stages(), GROUPS, numbers, activity.activity_source(), days)
    for place in (0, 200, 298, 299, 320, 368, 369, 378, 379, 398):
        leads = people.attribute_frame(days[place])
        alone = stage_days(
            stages(),
            GROUPS,
            leads,
            activity.activity_source(),
            [days[place]],
            outcomes=activity.outcome_days(),
        )
        assert found[place].tolist() == alone[0].tolist(), days[place]
    of = people.numbers_of(["L1", "L2", "L5"])
    at = {lead: int(np.searchsorted(numbers, number)) for lead, number in of.items()}
    assert found[-1, at["L1"]] == 2
    assert found[-1, at["L5"]] == 3
    assert found[-14, at["L5"]] == 0
    assert set(found[:, at["L2"]].tolist()) == {0, 2}


def test_figures_are_kept_for_the_revision_in_force_and_older_ones_go():
    world()
    assert prepare_figures(ON, GROUPS) is False
    names = ("one", "two", "three")
    journey = JourneyMap(
        "t",
        tuple(MapStage(key, key, who) for key, who in zip(names, stages(), strict=True)),
    )
    services.keep_map(journey)
    assert prepare_figures(ON - timedelta(days=1), GROUPS)
    assert prepare_figures(ON, GROUPS)
    row = Figures.objects.get()
    told = row.document
    assert told["leads"] == 8
    assert {key: told["stages"][key]["people"] for key in names} == {"one": 1, "two": 2, "three": 1}
    assert told["stages"]["three"]["entered"] == 1
    assert told["nowhere"] == 4
    assert told["gaps"] == []
    assert set(told["ways"]) == {"", "two", "three"}


def test_what_was_said_by_hand_stands_on_the_days_on_which_it_held():
    leads = np.array([3, 5, 9], dtype=np.int64)
    noon = timezone.make_aware(datetime.combine(ON - timedelta(days=10), time(12)))
    said = {"reason": "電話で聞いた", "computed": "", "at": noon}
    ByHand.objects.create(lead=5, stage="two", **said)
    ByHand.objects.create(lead=9, stage="one", ended_on=day_number(ON - timedelta(days=4)), **said)
    ByHand.objects.create(lead=3, stage="gone", **said)
    ByHand.objects.create(lead=4, stage="one", **said)
    matrix = np.zeros((len(grid_of(ON)), 3), dtype=np.uint8)
    put_hands(matrix, ("one", "two"), leads, grid_of(ON))
    assert matrix[:, 0].sum() == 0
    assert matrix[:, 1].tolist() == [0] * 388 + [2] * 11
    assert matrix[:, 2].tolist() == [0] * 388 + [1] * 6 + [0] * 5


def test_a_kept_revision_is_prepared_by_its_job():
    world()
    services.keep_map(JourneyMap("t", (MapStage("one", "one", stages()[0]),)))
    run_pending()
    assert Figures.objects.get().document["leads"] == 8


def test_leads_in_the_trash_are_in_no_figure():
    world()
    number = people.numbers_of(["L5"])["L5"]
    put_in_trash([number], timezone.now(), None)
    ground = lead_ground()
    assert ground.height == 7
    assert number not in ground["number"].to_list()
