from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mikomi.hub.segments.bits import BYTES, PART, Places
from tests.examples import examples

NUMBERS = st.sets(st.integers(0, 5 * PART), max_size=40).map(
    lambda them: np.array(sorted(them), dtype=np.int64)
)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(NUMBERS, NUMBERS)
def test_what_changed_reads_back_as_it_was_written(before, after) -> None:
    places = Places.around(np.union1d(before, after))
    stored: dict[int, bytes] = {}
    empty = places.read(stored)
    for numbers in (before, after):
        flags = np.zeros_like(empty)
        flags[places.of(numbers)] = True
        stored |= places.changed(places.read(stored), flags)
        assert places.leads(places.read(stored)).tolist() == numbers.tolist()
    assert all(len(part) == BYTES for part in stored.values())


def test_all_parts_up_to_the_last_are_as_long_as_they_hold_leads() -> None:
    places = Places.up_to(2)
    assert len(places.read({})) == 3 * PART
    assert places.of(np.array([0, PART, 2 * PART + 7])).tolist() == [0, PART, 2 * PART + 7]


def test_nobody_needs_no_part() -> None:
    places = Places.up_to(-1)
    assert places.leads(places.read({})).tolist() == []
