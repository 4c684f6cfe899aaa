"""Lifts: claimed where they are made, and not claimed more often than stated where chance rules."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.who import Did
from mikomi.core.engine.folding import day_number
from mikomi.core.events import Activity, LoadedActivity, Touches
from mikomi.core.journey.edits import change_stage
from mikomi.core.journey.lift import LANDMARK, Verdict, lifts_of, observe
from mikomi.core.journey.map import JourneyMap, MapStage
from mikomi.core.journey.overlay import lay_over
from mikomi.core.journey.stays import find_stays, grid_of
from mikomi.core.journey.touching import candidates_of, read_touches

TODAY = date(2026, 11, 20)
DAYS = grid_of(TODAY)
CONTENTS = 12
TOUCHES = Touches(
    pl.DataFrame(
        [("page_view", f"/p/{i}") for i in range(CONTENTS)] + [("call", "")],
        schema={"kind": pl.String, "content": pl.String},
        orient="row",
    )
)
GROUPS = {"pair": ("/p/0", "/p/1"), "rest": ("/p/2", "/p/3", "/p/4"), "empty": ("/none",)}


def world(seed, leads=700, effect=None, busy=False):
    """Leads enter stage 1 and may step to 2; who touched content `effect` in the first days does so twice
    as often.

    `busy`: some touch three times as much and step twice as often, whatever they touch.
    """
    draw = np.random.default_rng(seed)
    grid = np.array([day_number(day) for day in DAYS])
    matrix = np.zeros((len(DAYS), leads), dtype=np.uint8)
    rows = []
    for lead in range(leads):
        enter = int(grid[draw.integers(14, 245)])
        eager = busy and draw.random() < 0.4
        chance = 0.45 if eager else 0.2
        touched = [c for c in range(CONTENTS) if draw.random() < (0.45 if eager else 0.15)]
        for content in touched:
            rows.append((lead, enter + int(draw.integers(1, LANDMARK + 1)), content, 1))
        if effect in touched:
            chance *= 2
        matrix[grid >= enter, lead] = 1
        if draw.random() < chance:
            matrix[grid >= enter + LANDMARK + int(draw.integers(8, 50)), lead] = 2
    rows.sort()
    activity = Activity(*(np.array(column, dtype=np.int32) for column in zip(*rows, strict=True)))
    return matrix, LoadedActivity.of(TOUCHES, activity)


def lifts(matrix, source, defined=None):
    stays = find_stays(matrix, DAYS, 2)
    numbers = np.arange(matrix.shape[1], dtype=np.int64)
    observations = observe(stays, numbers)
    candidates = candidates_of(source.touches, GROUPS)
    touched = read_touches(source, candidates, observations.windows, numbers, matrix, stays.days, 2)
    flags = None if defined is None else {1: candidates.defined(defined, GROUPS)}
    return lifts_of(observations, touched, candidates, 2, flags)


def test_a_content_that_doubles_the_steps_is_found_with_its_group_and_nothing_else():
    found = lifts(*world(1, leads=1500, effect=0))
    before = {lift.content: lift for lift in found.tested if lift.verdict == Verdict.BEFORE}
    assert set(before) == {"page_view:/p/0", "group:pair"}
    assert before["page_view:/p/0"].low < 2 < before["page_view:/p/0"].high
    assert not any(lift.content.startswith("call") for lift in found.tested)


def test_the_counts_are_what_a_plain_reading_finds():
    matrix, source = world(5)
    stays = find_stays(matrix, DAYS, 2)
    grid = stays.days.tolist()
    touches = [
        (int(a), int(b), int(c))
        for piece in source.pieces
        for a, b, c in zip(piece.activity.lead, piece.activity.day, piece.activity.touch, strict=True)
    ]
    counts = {True: [0, 0], False: [0, 0]}
    for lead in range(matrix.shape[1]):
        column = matrix[:, lead]
        start = int(np.flatnonzero(column == 1)[0])
        mark = next(i for i, day in enumerate(grid) if day >= grid[start] + LANDMARK)
        if column[mark] != 1 or grid[mark] + 60 > grid[-1]:
            continue
        read = any(
            who == lead and touch == 3 and grid[start] < on <= grid[start] + LANDMARK
            for who, on, touch in touches
        )
        later = np.flatnonzero(column == 2)
        counts[read][0] += 1
        counts[read][1] += bool(len(later) and grid[later[0]] <= grid[mark] + 60)
    found = next(lift for lift in lifts(matrix, source).tested if lift.content == "page_view:/p/3")
    assert [found.touched.whole, found.touched.part] == counts[True]
    assert [found.others.whole, found.others.part] == counts[False]


def test_where_no_content_matters_claims_are_no_more_often_than_stated():
    claims = sum(any(lift.sure <= 0.05 for lift in lifts(*world(seed)).tested) for seed in range(100, 160))
    # Binomial(60, 0.05): more than 7 has a chance below 2 %.
    assert claims <= 7


def test_being_busy_alone_makes_no_content_look_good():
    claims = sum(
        any(lift.sure <= 0.05 for lift in lifts(*world(seed, leads=1500, busy=True)).tested)
        for seed in range(20)
    )
    assert claims <= 3


def test_what_counts_for_a_later_stage_is_not_tested_nor_is_its_group():
    matrix, source = world(1, effect=0)
    tested = {lift.content for lift in lifts(matrix, source, [ActivityCondition(contents=("/p/0",))]).tested}
    assert not tested & {"page_view:/p/0", "group:pair"}
    assert "page_view:/p/1" in tested


def test_uses_are_people_by_the_stage_they_stood_in_the_day_before():
    matrix = np.zeros((len(DAYS), 3), dtype=np.uint8)
    matrix[-10:, 0] = 1
    today = day_number(TODAY)
    rows = np.array(
        [
            (0, today - 9, 0, 1),
            (0, today - 2, 0, 1),
            (0, today - 2, 1, 1),
            (1, today - 80, 0, 2),
            (2, today - 95, 0, 1),
        ],
        dtype=np.int32,
    ).T
    stays = find_stays(matrix, DAYS, 2)
    candidates = candidates_of(TOUCHES, GROUPS)
    numbers = np.arange(3, dtype=np.int64)
    observations = observe(stays, numbers)
    touched = read_touches(
        LoadedActivity.of(TOUCHES, Activity(*rows)),
        candidates,
        observations.windows,
        numbers,
        matrix,
        stays.days,
        2,
    )
    used = touched.used
    assert touched.beginning.tolist() == [0, 0, 0]
    assert used[0].tolist() == [2, 0, 0]
    assert used[1].tolist() == [0, 1, 0]
    pair = next(i for i in range(len(candidates)) if candidates.key(i) == "group:pair")
    assert used[pair].tolist() == [2, 0, 0]


def test_lead_numbers_must_ascend():
    matrix, source = world(1, leads=50)
    stays = find_stays(matrix, DAYS, 2)
    numbers = np.arange(50, dtype=np.int64)[::-1].copy()
    with pytest.raises(ValueError, match="ascend"):
        read_touches(
            source,
            candidates_of(TOUCHES, GROUPS),
            observe(stays, numbers).windows,
            numbers,
            matrix,
            stays.days,
            2,
        )


def test_an_empty_history_gives_no_claims():
    matrix = np.zeros((len(DAYS), 4), dtype=np.uint8)
    assert lifts(matrix, LoadedActivity(TOUCHES, ())).tested == ()


def test_a_content_that_moved_is_counted_as_if_it_never_had():
    matrix, source = world(1, leads=600, effect=0)
    numbers = np.arange(600, dtype=np.int64)
    pieces = [piece.load() for piece in source.pieces]
    held = Activity(
        *(np.concatenate([getattr(one, name) for one in pieces]) for name in ("lead", "day", "touch", "n"))
    )
    moved = Touches(pl.concat([TOUCHES.frame, pl.DataFrame({"kind": ["page_view"], "content": ["/old"]})]))
    early = (held.touch == 0) & (held.lead % 2 == 0)
    touch = np.where(early, np.int32(len(TOUCHES)), held.touch)
    journey = JourneyMap(
        "",
        (
            MapStage("one", "", contents=("page_view:/p/0", "group:pair")),
            MapStage("two", "", Did(ActivityCondition(contents=("/p/7",)))),
        ),
    )
    placed = change_stage(journey, "one", contents=("page_view:/old", "page_view:/p/0", "group:pair"))
    # A version published before the move, whose group knows one of the addresses alone.
    for groups in (GROUPS, GROUPS | {"pair": ("/old", "/p/1")}):
        laid = lay_over(
            placed,
            matrix,
            DAYS,
            numbers,
            LoadedActivity.of(moved, Activity(held.lead, held.day, touch, held.n)),
            groups,
            now_at={"/old": "/p/0"},
        )
        plain = lay_over(journey, matrix, DAYS, numbers, source, GROUPS)
        assert laid.lifts.tested == plain.lifts.tested
        assert laid.used == plain.used
        assert [found.gap for found in laid.gaps] == [found.gap for found in plain.gaps]
        assert all(np.array_equal(a.rows, b.rows) for a, b in zip(laid.gaps, plain.gaps, strict=True))
