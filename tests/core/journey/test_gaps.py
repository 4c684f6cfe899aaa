"""Gaps: the true ones of made-up histories are found, and a map that is right draws hardly any claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from mikomi.core.journey.concerns import concerned
from mikomi.core.journey.estimates import Share
from mikomi.core.journey.gap_types import GapKind, change_data, change_map, load_change
from mikomi.core.journey.gaps import Ground, find_gaps, stalled_of
from mikomi.core.journey.lift import Lift, Lifts, Verdict, observe
from mikomi.core.journey.map import JourneyMap, MapStage
from mikomi.core.journey.reality import reality_of, standing
from mikomi.core.journey.stays import Stays, find_stays, grid_of
from mikomi.core.journey.touching import Touched
from mikomi.core.words import MikomiError
from tests.core.journey.test_lift import TOUCHES, candidates_of

DAYS = grid_of(date(2026, 11, 20))
GOING_ON = 0.4
MEDIAN = 33
RIGHT = JourneyMap(
    "t",
    tuple(
        MapStage(key, key.upper(), expected_share=100 * GOING_ON, expected_days=MEDIAN)
        for key in ("one", "two", "three", "four")
    ),
)

FREE = replace(RIGHT, stages=tuple(replace(s, expected_share=None, expected_days=None) for s in RIGHT.stages))


def history(seed: int, leads: int = 1500, skipping: float = 0.0, stuck: float = 0.0) -> Stays:
    """Each stay lasts 5 to 61 days; then four in ten go on and the others go. `skipping`: from the first
    stage straight to the third. `stuck`: of those who would go, those who stay for good."""
    draw = np.random.default_rng(seed)
    ages = np.array([(DAYS[-1] - day).days for day in DAYS])
    matrix = np.zeros((len(DAYS), leads), dtype=np.uint8)
    for lead in range(leads):
        age, stage = float(draw.integers(0, 600)), 1
        while age > 0 and 0 < stage < 5:
            matrix[ages <= age, lead] = stage
            on = draw.random() < GOING_ON
            if not on and draw.random() < stuck:
                break
            age -= draw.uniform(5, 61)
            jump = 2 if stage == 1 and draw.random() < skipping else 1
            stage = stage + jump if on else 0
            if stage < 5:
                matrix[ages <= age, lead] = stage
    return find_stays(matrix, DAYS, 4)


def gaps_of(
    stays: Stays, journey: JourneyMap, lifts: Lifts | None = None, used=None, kin=None, counted=frozenset()
):
    reality = reality_of(stays)
    lengths = {
        stage: stays.length()[stays.open & (stays.stage == stage)] for stage in range(1, stays.stages + 1)
    }
    stalled = stalled_of(journey, reality, lengths)
    return find_gaps(
        Ground(journey, reality, lifts or Lifts((), ()), stalled, used or {}, kin or {}, counted=counted)
    )


def lift(stage: int, content: str, verdict: Verdict, ratio: float = 1.8) -> Lift:
    return Lift(
        stage, content, Share(60, 120), Share(90, 360), ratio, ratio * 0.8, ratio * 1.25, 0.001, verdict
    )


def test_a_map_that_is_right_draws_claims_no_more_often_than_stated():
    claimed = sum(bool(gaps_of(history(seed, 500), RIGHT)) for seed in range(60))
    # Binomial(60, 0.05): more than 7 has a chance below 2 %.
    assert claimed <= 7


def test_the_true_gaps_are_found_and_no_others():
    wrong = replace(
        RIGHT,
        stages=(
            replace(RIGHT.stages[0], expected_share=70, expected_days=8),
            replace(RIGHT.stages[1]),
            replace(RIGHT.stages[2], expected_share=15),
            RIGHT.stages[3],
        ),
    )
    found = gaps_of(history(1, 2500, skipping=0.85), wrong)
    assert {(gap.kind, gap.stage) for gap in found} == {
        (GapKind.FEWER, "one"),
        (GapKind.SLOWER, "one"),
        (GapKind.SKIPPED, "two"),
        (GapKind.MORE, "three"),
    }
    assert [gap.effect for gap in found] == sorted((gap.effect for gap in found), reverse=True)
    fewer = next(gap for gap in found if gap.kind == GapKind.FEWER)
    assert fewer.title.ja == "「ONE」から先へ進みません"
    assert "人のうち" in fewer.real.ja
    assert "interval" in fewer.evidence.en.lower()


def test_each_change_takes_its_gap_away():
    wrong = replace(
        RIGHT, stages=(replace(RIGHT.stages[0], expected_share=70, expected_days=8), *RIGHT.stages[1:])
    )
    stays = history(1, 2500)
    found = gaps_of(stays, wrong)
    assert found
    for gap in found:
        assert load_change(change_data(gap.change)) == gap.change
        wrong = change_map(wrong, gap.change, "ja")
    assert gaps_of(stays, wrong) == []


def test_those_who_are_stuck_are_found_with_their_names():
    patient = replace(FREE, stages=(replace(FREE.stages[0], expected_days=40), *FREE.stages[1:]))
    stays = history(2, 1200, stuck=0.5)
    found = [gap for gap in gaps_of(stays, patient) if gap.stage == "one"]
    assert [gap.kind for gap in found] in ([GapKind.STALLED], [GapKind.SLOWER])
    rows = concerned(found[0].concern, stays, *_nothing(stays))
    assert len(rows) == len(set(rows.tolist())) > 50
    assert set(rows.tolist()) <= set(standing(stays, 1).tolist())
    changed = change_map(patient, found[0].change, "ja")
    assert changed != patient


def _nothing(stays: Stays):
    empty = np.empty(0, dtype=np.int32)
    many = np.zeros((0, 5), dtype=np.int64)
    numbers = np.arange(stays.leads, dtype=np.int64)
    return (
        observe(stays, numbers),
        Touched(empty, empty, empty, np.empty(0, dtype=np.int64), many, empty),
        candidates_of(TOUCHES, {}),
    )


def test_a_stage_that_nobody_enters_and_one_that_nobody_leaves_are_found():
    matrix = np.zeros((len(DAYS), 200), dtype=np.uint8)
    for lead in range(200):
        matrix[5 + lead % 30 :, lead] = 1
        if lead % 4 == 0:
            matrix[40:, lead] = 3
    stays = find_stays(matrix, DAYS, 4)
    found = {(gap.kind, gap.stage) for gap in gaps_of(stays, FREE)}
    assert {
        (GapKind.NEVER_ENTERED, "two"),
        (GapKind.NEVER_ENTERED, "four"),
        (GapKind.NEVER_LEFT, "three"),
    } <= found
    assert not any(kind == GapKind.NEVER_LEFT and stage == "one" for kind, stage in found)
    skipped = next(gap for gap in gaps_of(stays, FREE) if gap.stage == "two")
    assert concerned(skipped.concern, stays, *_nothing(stays)).tolist() == list(range(0, 200, 4))


def test_contents_are_moved_placed_and_taken_out_where_lifts_say_so():
    journey = replace(
        RIGHT,
        stages=(
            replace(RIGHT.stages[0], contents=("page_view:/a", "page_view:/none")),
            replace(RIGHT.stages[1], contents=("page_view:/moved", "page_view:/gone", "group:G")),
            *RIGHT.stages[2:],
        ),
    )
    lifts = Lifts(
        (
            lift(1, "page_view:/a", Verdict.BEFORE),
            lift(1, "page_view:/moved", Verdict.BEFORE),
            lift(2, "page_view:/moved", Verdict.UNSURE),
            lift(3, "download:new", Verdict.BEFORE),
            lift(3, "group:N", Verdict.BEFORE, 1.5),
            lift(3, "group:G", Verdict.UNSURE),
            lift(4, "group:M", Verdict.BEFORE),
            lift(2, "page_view:/g", Verdict.BEFORE),
            lift(1, "page_view:/none", Verdict.NONE, 0.9),
            lift(2, "page_view:/unsure", Verdict.UNSURE),
        ),
        (),
    )
    used = {
        "page_view:/a": 90,
        "page_view:/none": 80,
        "page_view:/moved": 70,
        "page_view:/gone": 2,
        "group:G": 9,
    }
    kin = {
        "page_view:/g": frozenset({"group:G"}),
        "group:G": frozenset({"page_view:/g"}),
        "group:N": frozenset({"download:new"}),
        "download:new": frozenset({"group:N"}),
        "group:M": frozenset({"page_view:/a"}),
    }
    stays = history(3)
    found = {(gap.kind, gap.content): gap for gap in gaps_of(stays, journey, lifts, used, kin)}
    assert set(found) == {
        (GapKind.PLACED_ELSEWHERE, "page_view:/moved"),
        (GapKind.NOT_PLACED, "download:new"),
        (GapKind.NO_EFFECT, "page_view:/none"),
        (GapKind.UNUSED, "page_view:/gone"),
        (GapKind.NOT_PLACED, "group:M"),  # a content of it stands elsewhere, the group nowhere
    }
    for gap in found.values():
        journey = change_map(journey, gap.change, "en")
    assert [stage.contents for stage in journey.stages] == [
        ("page_view:/a", "page_view:/moved"),
        ("group:G",),
        ("download:new",),
        ("group:M",),
    ]


def test_a_content_that_leads_to_a_stage_is_not_blamed_for_moving_nobody_on():
    journey = replace(RIGHT, stages=(replace(RIGHT.stages[0], contents=("page_view:/a",)), *RIGHT.stages[1:]))
    lifts = Lifts((lift(1, "page_view:/a", Verdict.NONE, 0.9),), ())
    used, stays = {"page_view:/a": 90}, history(3)
    assert [gap.kind for gap in gaps_of(stays, journey, lifts, used)] == [GapKind.NO_EFFECT]
    counted = frozenset({("one", "page_view:/a")})
    assert gaps_of(stays, journey, lifts, used, counted=counted) == []


def test_a_change_of_a_stage_that_is_gone_says_so():
    hurried = replace(RIGHT, stages=(replace(RIGHT.stages[0], expected_days=3), *RIGHT.stages[1:]))
    gap = gaps_of(history(1), hurried)[0]
    with pytest.raises(MikomiError, match="no longer"):
        change_map(replace(RIGHT, stages=RIGHT.stages[1:]), gap.change, "ja")


def test_too_few_people_make_no_gap():
    assert gaps_of(history(4, 25), RIGHT) == []
