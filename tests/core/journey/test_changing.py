from __future__ import annotations

from dataclasses import replace

import pytest

from mikomi.core.conditions.who import Every, HadOutcome, Some
from mikomi.core.journey import edits
from mikomi.core.journey.defaults import default_map
from mikomi.core.journey.differences import map_differences
from mikomi.core.journey.map import MOST_STAGES, JourneyMap, MapStage
from mikomi.core.journey.notes import implies, map_notes
from mikomi.core.words import MikomiError

MAP = default_map("ja")
WON, LOST, MET = (HadOutcome((result,)) for result in ("won", "lost", "meeting"))


def told(before: JourneyMap, after: JourneyMap) -> list[tuple[str, str, str | None]]:
    return [
        (d.kind, (d.after or d.before or MapStage("", "")).key, d.lane)
        for d in map_differences(before, after)
    ]


def test_differences_name_what_was_changed_and_nothing_else():
    assert told(MAP, MAP) == []
    after = edits.change_stage(MAP, "compare", name="検討", contents=("group:料金",))
    after = edits.remove_stage(edits.add_stage(after, MapStage("s1", "気づき"), "aware"), "internal")
    assert told(MAP, replace(after, title="別の地図")) == [
        ("title", "", None),
        ("added", "s1", None),
        ("changed", "compare", "name"),
        ("changed", "compare", "contents"),
        ("removed", "internal", None),
    ]


def test_one_stage_that_moves_is_one_difference():
    assert told(MAP, edits.move_stage(MAP, "meeting", -3)) == [("moved", "meeting", None)]
    assert told(MAP, edits.move_stage(MAP, "aware", -1)) == []


def test_a_map_keeps_at_least_one_stage_and_takes_thirty():
    one = JourneyMap("地図", (MapStage("a", "段階"),))
    with pytest.raises(MikomiError, match="needs at least one stage"):
        edits.remove_stage(one, "a")
    many = JourneyMap("地図", tuple(MapStage(f"s{n}", "段階") for n in range(MOST_STAGES)))
    with pytest.raises(MikomiError, match="there are 30 stages already"):
        edits.add_stage(many, MapStage("more", "段階"))
    with pytest.raises(KeyError):
        edits.change_stage(one, "b", name="x")


def test_a_content_moves_from_where_it_stood():
    placed = edits.place_content(MAP, "page_view:/pricing", ["inform"])
    moved = edits.place_content(placed, "page_view:/pricing", ["compare", "internal"])
    assert [len(stage.contents) for stage in moved.stages] == [0, 0, 1, 1, 0, 0]


def test_a_stage_that_a_later_one_always_overrules_is_told():
    assert map_notes(MAP) == []
    same = edits.change_stage(MAP, "compare", condition=MAP.stages[3].condition)
    assert [note.stage for note in map_notes(same)] == ["compare"]
    bare = edits.change_stage(MAP, "compare", condition=None)
    assert [note.stage for note in map_notes(bare)] == ["compare"]


@pytest.mark.parametrize(
    ("first", "second", "sure"),
    [
        (Every((WON, LOST)), WON, True),
        (WON, Some((MET, WON)), True),
        (Some((WON, MET)), Some((MET, LOST, WON)), True),
        (Every((WON, LOST)), Every((LOST, WON)), True),
        (WON, Every((WON, LOST)), False),
        (Some((WON, MET)), WON, False),
        (WON, MET, False),
    ],
)
def test_what_the_form_of_conditions_tells_is_seen(first, second, sure: bool):
    assert implies(first, second) == sure
