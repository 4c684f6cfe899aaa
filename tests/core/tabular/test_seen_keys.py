from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from mikomi.core.tabular.seen_keys import FIRST_ROOM, SeenKeys

RUN = st.lists(st.tuples(st.sampled_from(["a", "b", "c", "ａ", ""]), st.booleans()), max_size=8)


@given(st.lists(RUN, max_size=5))
def test_a_key_is_seen_again_after_its_first_good_row(runs) -> None:
    seen, known = SeenKeys(), set()
    for run in runs:
        expected = []
        for key, good in run:
            expected.append(good and key in known)
            known |= {key} if good else set()
        keys = pl.Series([key for key, _ in run], dtype=pl.String)
        good = pl.Series([good for _, good in run], dtype=pl.Boolean)
        assert seen.again(keys, good).to_list() == expected
    assert len(seen) == len(known)


def test_the_table_grows_and_forgets_nobody() -> None:
    seen, good = SeenKeys(), pl.Series([True]).new_from_index(0, FIRST_ROOM)
    runs = [pl.Series([f"{run}-{i}" for i in range(FIRST_ROOM)]) for run in range(5)]
    assert not any(seen.again(run, good).any() for run in runs)
    assert all(seen.again(run, good).all() for run in runs)
    assert len(seen) == 5 * FIRST_ROOM
