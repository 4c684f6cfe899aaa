from __future__ import annotations

import json

import pytest

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.document import DocumentError
from mikomi.core.conditions.who import Did
from mikomi.core.journey.defaults import default_map
from mikomi.core.journey.map import JourneyMap, MapStage, dump_map, load_map, new_key

FULL = MapStage(
    key="compare",
    name="比較検討",
    condition=Did(ActivityCondition(("page_view",), ("/pricing*",)), within_days=60, at_least=2),
    question="費用はいくらか\nほかの製品と何が違うのか",
    feeling="失敗したくない",
    touchpoints=("サイト", "電話"),
    contents=("page_view:/pricing", "group:導入事例", "page_view:https://a.example/b:c"),
    action="その日のうちに電話する",
    kpi="電話の数",
    owner="インサイドセールス",
    expected_share=35,
    expected_days=21.5,
)


@pytest.mark.parametrize("journey", [default_map("ja"), default_map("en"), JourneyMap("地図", (FULL,))])
def test_a_map_reads_back_as_it_was_written(journey: JourneyMap):
    assert load_map(dump_map(journey)) == journey


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"title": ""}, "title", "must be text"),
        ({"stages": []}, "stages", "1 to 30 stages, found 0"),
        ({"stages": [{"key": f"s{n}", "name": "段階"} for n in range(31)]}, "stages", "found 31"),
        ({"stages": [{"key": "a", "name": "段階"}] * 2}, "stages[1]", "two stages have the key 'a'"),
        ({"stages": [{"key": "none", "name": "段階"}]}, "stages[0].key", "'none' is no key"),
        ({"stages": [{"key": "a"}]}, "stages[0]", "'name' is missing"),
        ({"stages": [{"key": "a", "name": "長" * 41}]}, "stages[0].name", "at most 40 characters, found 41"),
        ({"stages": [{"key": "a", "name": "x", "mood": 1}]}, "stages[0].mood", "unknown key 'mood'"),
        (
            {"stages": [{"key": "a", "name": "x", "contents": ["/pricing"]}]},
            "stages[0].contents[0]",
            "must be 'kind:content'",
        ),
        (
            {"stages": [{"key": "a", "name": "x", "expected_share": 120}]},
            "stages[0].expected_share",
            "must be 0 to 100, found 120",
        ),
        ({"stages": [{"key": "a", "name": "x", "condition": "all"}]}, "stages[0].condition", "mapping"),
        (
            {"stages": [{"key": "a", "name": "x", "condition": {"all": [{"hot": True}]}}]},
            "stages[0].condition.all[0].hot",
            "a stage cannot ask for 'hot'",
        ),
    ],
)
def test_what_is_wrong_with_a_map_is_said_with_its_place(change: dict[str, object], path: str, said: str):
    held = {"title": "地図", "stages": [{"key": "a", "name": "段階"}]} | change
    with pytest.raises(DocumentError) as error:
        load_map(json.dumps(held))
    assert error.value.path == path
    assert said in str(error.value)
    assert error.value.words.ja != error.value.words.en


def test_a_new_stage_gets_a_key_that_nobody_ever_had():
    assert new_key(["aware", "s2", "s10", "s1x"]) == "s11"
    assert new_key([]) == "s1"
