from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mikomi.core.events import Activity
from mikomi.core.history.merge import merge, sum_packed

row = st.tuples(st.integers(0, 5), st.integers(-3, 4), st.integers(0, 3), st.integers(-2, 3))


def activity(rows: list[tuple[int, int, int, int]]) -> Activity:
    table = np.array(rows, dtype=np.int32).reshape(-1, 4)
    return Activity(*(np.ascontiguousarray(column) for column in table.T))


def rows_of(table: Activity) -> list[tuple[int, int, int, int]]:
    return list(
        zip(table.lead.tolist(), table.day.tolist(), table.touch.tolist(), table.n.tolist(), strict=True)
    )


def plain_sum(rows: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    counts: dict[tuple[int, int, int], int] = {}
    for lead, day, touch, n in rows:
        counts[lead, day, touch] = counts.get((lead, day, touch), 0) + n
    return [(*key, n) for key, n in sorted(counts.items()) if n]


@settings(deadline=None)
@given(rows=st.lists(row, max_size=60))
def test_packed_sums_are_sorted_and_without_zeros(rows: list[tuple[int, int, int, int]]) -> None:
    summed = sum_packed(activity(rows))
    assert summed is not None
    assert rows_of(summed) == plain_sum(rows)


def test_keys_wider_than_a_number_are_left_to_others() -> None:
    wide = 2**31 - 1
    assert sum_packed(activity([(0, -wide, 0, 1), (wide, wide, wide, 1)])) is None
    rows = [(wide, 20_000, 400, 1), (0, 19_000, 3, 2)]
    summed = sum_packed(activity(rows))
    assert summed is not None
    assert rows_of(summed) == plain_sum(rows)


@settings(deadline=None)
@given(base=st.lists(row, max_size=40), delta=st.lists(row, max_size=40))
def test_merging_is_adding(
    base: list[tuple[int, int, int, int]], delta: list[tuple[int, int, int, int]]
) -> None:
    base = [(lead, day, touch, abs(n) + 1) for lead, day, touch, n in base]
    merged, negative = merge(activity(plain_sum(base)), activity(plain_sum(delta)))
    expected = plain_sum(base + delta)
    assert rows_of(merged) == expected
    below = [at for at, (*_, n) in enumerate(expected) if n < 0]
    assert negative == (below[0] if below else -1)
