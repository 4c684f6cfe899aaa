from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mikomi.core.review.capacity import newly_hot, threshold_for

COMPANIES = np.array([1, 1, 2, -1], dtype=np.int64)
OPEN = [np.ones(4, dtype=np.bool_)] * 3
VALUES = [np.array(day, dtype=np.float64) for day in ([10, 0, 0, 0], [60, 70, 50, 0], [60, 70, 65, 80])]


def test_a_company_counts_once_a_week_and_a_person_without_one_counts_alone() -> None:
    assert newly_hot(VALUES, OPEN, COMPANIES, 60).weeks == (1, 2)
    assert newly_hot(VALUES, OPEN, COMPANIES, 50).weeks == (2, 1)
    nobody = [np.zeros(4, dtype=np.bool_)] * 3
    assert newly_hot(VALUES, nobody, COMPANIES, 10).weeks == (0, 0)


def test_the_lowest_threshold_within_the_capacity_is_found() -> None:
    found = threshold_for(VALUES, OPEN, COMPANIES, 1.0)
    assert found is not None
    # 66 brings one company and one person in two weeks; 65 a second company.
    assert (found.threshold, found.mean) == (66.0, 1.0)
    assert threshold_for(VALUES, OPEN, COMPANIES, 100.0).threshold == 1.0
    assert threshold_for([np.zeros(4)] * 3, OPEN, COMPANIES, 1.0) is None


@given(st.integers(0, 2**32 - 1), st.floats(0, 20))
def test_what_is_proposed_never_brings_more_than_can_be_followed(seed: int, a_week: float) -> None:
    rng = np.random.default_rng(seed)
    values = [rng.exponential(30, 200) for _ in range(5)]
    open_to = [rng.random(200) < 0.7 for _ in range(5)]
    found = threshold_for(values, open_to, rng.integers(-1, 60, 200), a_week)
    assert found is not None
    assert found.mean <= a_week
