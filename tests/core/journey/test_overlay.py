"""The whole overlay of one made-up history: everything that is shown comes from one matrix."""

from __future__ import annotations

import numpy as np
import polars as pl

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.who import Did
from mikomi.core.journey.gap_types import GapKind
from mikomi.core.journey.map import JourneyMap, MapStage
from mikomi.core.journey.overlay import lay_over
from tests.core.journey.test_lift import DAYS, GROUPS, world

MAP = JourneyMap(
    "t",
    (
        MapStage("one", "One", contents=("page_view:/p/5", "page_view:/nothing"), expected_share=70),
        MapStage("two", "Two", Did(ActivityCondition(contents=("/p/7",)))),
    ),
)


def test_figures_ways_lifts_and_gaps_with_their_leads_come_together():
    matrix, source = world(1, leads=1500, effect=0)
    numbers = np.arange(1500, dtype=np.int64)
    came_by = pl.Series(["広告" if i % 3 else None for i in range(1500)])
    overlay = lay_over(MAP, matrix, DAYS, numbers, source, GROUPS, came_by=came_by)
    assert overlay.sources == ("広告", "page_view", "?")
    everybody, to_two = overlay.ways
    assert sum(everybody.sources) == everybody.people == 1500
    assert to_two.people == overlay.reality.of(2).people
    tested = {lift.content for lift in overlay.lifts.tested}
    assert "page_view:/p/0" in tested
    assert "page_view:/p/7" not in tested
    found = {(f.gap.kind, f.gap.content): f for f in overlay.gaps}
    assert (GapKind.FEWER, "") in found
    assert (GapKind.UNUSED, "page_view:/nothing") in found
    placed = found[GapKind.NOT_PLACED, "page_view:/p/0"]
    assert len(placed.rows) == next(
        lift.touched.whole for lift in overlay.lifts.tested if lift.content == "page_view:/p/0"
    )
    assert overlay.used["page_view:/nothing"] == 0
    fewer = found[GapKind.FEWER, ""]
    assert len(fewer.rows) == overlay.reality.of(1).onward.whole - overlay.reality.of(1).onward.part


def test_a_map_of_one_stage_and_one_of_thirty_are_laid_over_alike():
    matrix, source = world(2, leads=200)
    numbers = np.arange(200, dtype=np.int64)
    one = JourneyMap("t", (MapStage("one", "One"),))
    thirty = JourneyMap("t", tuple(MapStage(f"s{i}", f"S{i}") for i in range(30)))
    assert len(lay_over(one, np.minimum(matrix, 1), DAYS, numbers, source, {}).ways) == 1
    assert len(lay_over(thirty, matrix, DAYS, numbers, source, {}).reality.stages) == 30
