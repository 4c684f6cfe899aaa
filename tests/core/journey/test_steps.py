from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from mikomi.core.journey.edits import change_stage, move_stage, remove_stage
from mikomi.core.journey.map import JourneyMap, MapStage
from mikomi.core.journey.steps import redraw

KEYS = ("a", "b", "c", "d", "e")
STAGES = st.lists(st.sampled_from(KEYS), min_size=1, unique=True)
WORDS = st.sampled_from(("", "x", "y"))


@st.composite
def maps(draw) -> JourneyMap:
    stages = (
        MapStage(key, draw(WORDS), question=draw(WORDS), contents=tuple(draw(st.sets(WORDS))))
        for key in draw(STAGES)
    )
    return JourneyMap(draw(WORDS), tuple(stages))


@given(maps(), maps())
@settings(max_examples=200, deadline=None)
def test_where_nobody_drew_since_a_step_goes_back_and_forth_whole(before: JourneyMap, after: JourneyMap):
    assert redraw(after, after, before) == (before, 0)
    assert redraw(before, before, after) == (after, 0)


BASE = JourneyMap("地図", (MapStage("a", "気づき"), MapStage("b", "比較"), MapStage("c", "商談")))


def test_what_others_drew_elsewhere_stays():
    mine = change_stage(BASE, "a", question="なぜ")
    theirs = replace(move_stage(change_stage(mine, "b", kpi="人数"), "c", -1), title="新しい地図")
    found, left = redraw(theirs, mine, BASE)
    assert left == 0
    assert found == replace(move_stage(change_stage(BASE, "b", kpi="人数"), "c", -1), title="新しい地図")


def test_what_others_drew_at_the_same_place_stays_and_is_counted():
    mine = change_stage(BASE, "a", question="なぜ", feeling="不安")
    theirs = change_stage(mine, "a", question="どうして")
    found, left = redraw(theirs, mine, BASE)
    assert left == 1
    assert found == change_stage(BASE, "a", question="どうして")
    # A stage that somebody wrote in since is not taken away with the step that added it.
    added = JourneyMap("地図", (*BASE.stages, MapStage("d", "受注")))
    written = change_stage(added, "d", owner="営業")
    assert redraw(written, added, BASE) == (written, 1)


def test_a_removed_stage_comes_back_to_its_place_and_a_map_keeps_a_stage():
    assert redraw(remove_stage(BASE, "b"), remove_stage(BASE, "b"), BASE) == (BASE, 0)
    one, other = JourneyMap("地図", BASE.stages[:1]), JourneyMap("地図", BASE.stages[1:])
    alone = JourneyMap("地図", (MapStage("a", "気づき"),))
    assert redraw(alone, JourneyMap("地図", (*one.stages, *other.stages)), other) == (alone, 1 + 2)
