"""Buckets: what one number a bucket says is what counting token by token says."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from mikomi.collector.rates import Buckets

STEPS = st.lists(st.tuples(st.integers(0, 40_000), st.integers(1, 50)), max_size=30)


@given(a_minute=st.integers(1, 100), steps=STEPS)
def test_a_bucket_lets_in_what_counting_its_tokens_lets_in(a_minute: int, steps: list[tuple[int, int]]):
    buckets: Buckets[str] = Buckets()
    there, at = Fraction(a_minute), Fraction(0)
    now = Fraction(0)
    for passed, n in steps:
        now += Fraction(passed, 1024)  # which floats hold exactly
        there = min(Fraction(a_minute), there + (now - at) * a_minute / 60)
        at = now
        wait = buckets.wait("key", a_minute, float(now))
        missing = (1 - there) * 60 / a_minute
        # Within a rounding of the moment at which one is there, either is right.
        if abs(missing) > Fraction(1, 10**6):
            assert (wait > 0) == (missing > 0)
            assert wait == 0 or abs(wait - missing) <= 1 + Fraction(1, 10**6)
        buckets.take("key", n, a_minute, float(now))
        there -= n


def test_full_buckets_are_forgotten_first():
    buckets: Buckets[int] = Buckets(most=3)
    for key in (1, 2):
        buckets.take(key, 1, 60, now=0.0)
    buckets.take(3, 60, 60, now=0.0)
    buckets.take(4, 1, 60, now=30.0)
    assert [key in buckets for key in (1, 2, 3, 4)] == [False, False, True, True]
    assert buckets.wait(3, 60, now=0.0) > 0
