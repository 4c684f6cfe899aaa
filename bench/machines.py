"""Judging events, side by side with the bare reading of their columns.

    python -m bench.machines [--events 1000000]

The bare way sorts the same events by visitor and time and counts them by agent and address: what any
judging has to do at least. The best of three; what counts is the ratio.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import polars as pl

from mikomi.core.machines.addresses import parse_ranges
from mikomi.core.machines.judging import judge

RUNS = 3


def make_events(size: int) -> pl.DataFrame:
    """`size` events of a week: 20 a visitor, 3,000 different agents, one in ten from a machine."""
    random = np.random.default_rng(1)
    version = random.integers(100, 3_100, size)
    robot = random.random(size) < 0.1
    visitor = random.integers(0, size // 20 + 1, size)
    return pl.DataFrame(
        {
            "visitor": visitor.astype(np.int32),
            "at": random.integers(0, 7 * 86_400, size) * 1_000_000 + 1_790_000_000_000_000,
            "content": random.zipf(1.3, size) % 500,
            "version": version,
            "robot": robot,
            "a": visitor // 250 % 200 + 20,
            "b": visitor % 250,
        }
    ).select(
        "visitor",
        "at",
        pl.lit("page_view").alias("kind"),
        pl.format("/page/{}", "content").alias("content"),
        pl.when("robot")
        .then(pl.format("Mozilla/5.0 (compatible; Bot{}/1.0; +https://bot.example/)", "version"))
        .otherwise(
            pl.format(
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
                " Chrome/{}.0.0.0 Safari/537.36",
                "version",
            )
        )
        .alias("agent"),
        pl.format("198.{}.{}.7", "a", "b").alias("address"),
        pl.lit('"origin":"https://www.example.co.jp"').alias("flags"),
        pl.lit(True).alias("message"),
    )


def bare(events: pl.DataFrame) -> int:
    """Sorted by visitor and time, and counted by agent and address."""
    sorted_ = events.sort("visitor", "at")
    return sorted_.group_by("agent", "address").len().height


def best(run: Callable[[], object]) -> float:
    """Seconds of the quickest of some runs."""
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    events = make_events(parser.parse_args().events)
    own = parse_ranges(f"10.{at // 250}.{at % 250}.0/24" for at in range(5_000))
    judge(events.head(1_000), own)
    one, other = best(lambda: bare(events)), best(lambda: judge(events, own))
    print(f"{events.height:,} events, {events['agent'].n_unique():,} agents")
    print(
        f"bare {one:.2f} s, judging {other:.2f} s: {other / one:.1f} x; {events.height / other:,.0f} events/s"
    )


if __name__ == "__main__":
    main()
