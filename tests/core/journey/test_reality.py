"""Reality over made-up histories, whose figures are known, against a plain second reading of the matrix."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from mikomi.core.journey.estimates import Durations, Share, holm
from mikomi.core.journey.reality import (
    HORIZON,
    reality_of,
    skippers,
    standing,
    standing_longer,
    stayed_behind,
)
from mikomi.core.journey.stays import find_stays, grid_of
from mikomi.core.journey.ways import Link, ways_to

TODAY = date(2026, 11, 20)
DAYS = grid_of(TODAY)


def matrix_of(*ways: list[tuple[int, int]]):
    """Each way: (days before today, stage from then on); nowhere before the first."""
    matrix = np.zeros((len(DAYS), len(ways)), dtype=np.uint8)
    for lead, way in enumerate(ways):
        for before, stage in way:
            matrix[np.array(DAYS) >= TODAY - timedelta(days=before), lead] = stage
    return matrix


def test_the_grid_is_daily_for_a_year_and_five_weeks():
    assert len(DAYS) == 399
    assert [TODAY - timedelta(days=n) for n in range(398, -1, -1)] == DAYS


def test_stays_are_what_a_plain_reading_of_the_matrix_finds():
    draw = np.random.default_rng(3)
    matrix = np.repeat(draw.integers(0, 5, (140, 40)), 3, axis=0)[: len(DAYS)].astype(np.uint8)
    stays = find_stays(matrix, DAYS, 4)
    found = []
    for lead in range(matrix.shape[1]):
        column = [*matrix[:, lead].tolist(), 0]
        start = 0
        for k in range(1, len(column)):
            if column[k] != column[start] or k == len(DAYS):
                if column[start]:
                    later = [j for j in range(k, len(DAYS)) if column[j] > column[start]]
                    found.append((lead, column[start], start, k, later[0] if later else len(DAYS)))
                start = k
    assert found == list(
        zip(
            stays.row.tolist(),
            stays.stage.tolist(),
            stays.start.tolist(),
            stays.end.tolist(),
            stays.onward.tolist(),
            strict=True,
        )
    )


def test_each_figure_of_a_known_history_is_right():
    matrix = matrix_of(
        [(300, 1), (200, 2), (10, 3)],  # all the way, slowly
        [(300, 1), (230, 3), (150, 0)],  # past stage 2, then gone
        [(300, 1)],  # stays for good
        [(5, 1)],  # came this month
        [],
    )
    stays = find_stays(matrix, DAYS, 3)
    reality = reality_of(stays, np.array([7, 7, 7, 8, -1], dtype=np.int32))
    first, second, third = reality.stages
    assert (first.people, first.companies, first.entered, first.left) == (2, 2, 1, 0)
    assert (second.people, second.left, third.people, third.entered) == (0, 1, 1, 1)
    assert reality.nowhere == 2
    # Two of three went on, one of them within 90 days of coming.
    assert first.onward == Share(1, 3)
    assert first.to == ((3, Share(1, 3)),)
    assert second.skipped == Share(1, 2)
    assert first.leaves == Share(1, 3)
    assert stayed_behind(stays, 1).tolist() == [0, 2]
    assert skippers(stays, 2).tolist() == [1]
    assert standing(stays, 1).tolist() == [2, 3]
    assert standing_longer(stays, 1, 200).tolist() == [2]


def test_who_came_less_than_the_horizon_ago_is_not_counted_as_staying_behind():
    stays = find_stays(matrix_of([(HORIZON - 10, 1)]), DAYS, 2)
    assert reality_of(stays).of(1).onward == Share(0, 0)


def test_ways_are_links_with_skips_and_steps_back_and_end_at_the_target():
    matrix = matrix_of(
        [(300, 1), (200, 2), (100, 3)],
        [(300, 1), (200, 3), (100, 1)],
        [(300, 2), (250, 1), (200, 2), (100, 3)],
        [(300, 1), (200, 0), (150, 1), (100, 2)],
    )
    stays = find_stays(matrix, DAYS, 3)
    ways = ways_to(stays, 3, np.array([0, 0, 1, 1], dtype=np.int16), 2)
    assert (ways.people, ways.sources, ways.stages) == (3, (2, 1), (3, 2, 3))
    assert set(ways.links) == {
        Link(0, None, 1, 2),
        Link(1, None, 2, 1),
        Link(None, 1, 2, 2),
        Link(None, 1, 3, 1),
        Link(None, 2, 3, 2),
        Link(None, 2, 1, 1),
    }
    assert ways.back == 1
    assert dict(ways.common) == {(1, 2, 3): 1, (1, 3): 1, (2, 1, 2, 3): 1}
    everyone = ways_to(stays, 0, np.zeros(4, dtype=np.int16), 1)
    assert everyone.people == 4
    assert (1, 2) in dict(everyone.common)


def test_nobody_anywhere_is_no_error():
    stays = find_stays(np.zeros((len(DAYS), 3), dtype=np.uint8), DAYS, 2)
    reality = reality_of(stays)
    assert (reality.nowhere, reality.of(1).ever, reality.of(1).durations.median()) == (3, False, None)
    assert ways_to(stays, 2, np.zeros(3, dtype=np.int16), 1).people == 0
    assert len(find_stays(np.zeros((len(DAYS), 0), dtype=np.uint8), DAYS, 2)) == 0


def test_days_that_do_not_ascend_are_refused():
    with pytest.raises(ValueError, match="ascend"):
        find_stays(np.zeros((2, 1), dtype=np.uint8), [TODAY, TODAY], 1)


def test_a_median_counts_those_who_are_still_there():
    days = np.array([5, 10, 20, 20, 30], dtype=np.int64)
    assert Durations.of(days, np.ones(5, dtype=bool)).median() == 20
    ended = np.array([True, False, True, False, False])
    assert Durations.of(days, ended).median() is None
    # By hand: at 5 days 4/5, at 20 days 4/5 x 2/3.
    assert Durations.of(days, np.array([True, False, True, True, False])).median() == 20


@pytest.mark.parametrize("open_share", [0.0, 0.4])
def test_the_interval_of_a_median_covers_the_true_one_about_as_often_as_it_says(open_share):
    draw = np.random.default_rng(11)
    covered = 0
    for _ in range(300):
        true = draw.exponential(30 / np.log(2), 120)
        seen = draw.exponential(60, 120) if open_share else np.full(120, 1e9)
        low, high = Durations.of(np.minimum(true, seen).astype(np.int64), true <= seen).interval()
        covered += low <= 30 and (high is None or high >= 29)
    assert covered >= 0.92 * 300


def test_wilson_and_holm_give_the_published_numbers():
    low, high = Share(15, 148).interval()
    assert (round(low, 4), round(high, 4)) == (
        0.0624,
        0.1605,
    )  # R. Newcombe, Statist. Med. 17 (1998), table 1
    assert Share(0, 20).interval()[0] == 0
    assert np.allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
