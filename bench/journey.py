"""Laying reality over the journey map against one full scoring of the same leads, in one run.

    python -m bench.journey --leads 1000000 --events 50000000

Prints seconds and, what counts, the ratio: the stage matrix of 399 past days, and all that is prepared from
it, over scoring everybody once.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from bench.scoring import build
from bench.world import LAST_DAY, make_leads, make_model
from mikomi.core.conditions.document import place_of
from mikomi.core.conditions.parse_who import parse_who
from mikomi.core.engine.local import score_days
from mikomi.core.journey.map import JourneyMap, MapStage
from mikomi.core.journey.overlay import lay_over
from mikomi.core.journey.stays import grid_of
from mikomi.core.membership.stages import stage_days

STAGES: list[dict[str, object]] = [
    {"did": {}, "within_days": 180},
    {"did": {"kind": "page_view"}, "within_days": 90, "count": "days", "at_least": 3},
    {"did": {"kind": "page_view", "content": ["/page_view/0*"]}, "within_days": 90, "at_least": 5},
    {"did": {"kind": "download"}, "within_days": 60},
    {"did": {"kind": ["seminar_apply", "seminar_attend"]}, "within_days": 60},
    {"did": {"kind": "form_submit"}, "within_days": 45},
    {"did": {"kind": "call"}, "within_days": 45, "at_least": 2},
    {"did": {"kind": "card_exchange"}, "within_days": 60, "at_least": 3},
]


def _seconds(run: Callable[[], object], runs: int) -> float:
    run()
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Scores everybody, works out the stage matrix, lays reality over the map; prints ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/mikomi-bench"))
    parser.add_argument("--runs", type=int, default=2)
    args = parser.parse_args()
    history = build(args.folder / f"scoring-{args.leads}-{args.events}", args.leads, args.events)
    leads, days = make_leads(args.leads), grid_of(LAST_DAY)
    numbers = np.arange(args.leads, dtype=np.int64)
    conditions = [parse_who(place_of(data, "bench"), purpose="stage") for data in STAGES]
    journey = JourneyMap(
        "bench",
        tuple(
            MapStage(f"s{i}", f"S{i}", who, expected_share=30, expected_days=30)
            for i, who in enumerate(conditions)
        ),
    )
    only = pl.DataFrame({"number": numbers.astype(np.int32)})
    matrix = stage_days(conditions, {}, only, history, days)
    scoring = _seconds(lambda: score_days(make_model(), leads, history, [LAST_DAY]), args.runs)
    staging = _seconds(lambda: stage_days(conditions, {}, only, history, days), args.runs)
    laying = _seconds(lambda: lay_over(journey, matrix, days, numbers, history, {}), args.runs)
    print(f"{history.rows:,} rows of activity, {len(STAGES)} stages, {len(days)} days")
    for label, seconds in (
        ("one full scoring", scoring),
        ("stage matrix", staging),
        ("figures, ways, lifts, gaps", laying),
    ):
        print(f"{label:30} {seconds:8.2f} s {seconds / scoring:6.2f} x")
    print(f"{'prepared in scorings':30} {(staging + laying) / scoring:17.2f} x (asked: at most 5)")


if __name__ == "__main__":
    main()
