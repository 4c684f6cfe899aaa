"""One lead's change in the app, with 100 segments and 8 stages beside the same without any.

    python -m bench.segments_hub --leads 50000 --events 1000000

A page view of one lead is scored as the live loop does it; then everybody is, with segments and without.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta

import polars as pl

from bench.databases import on_each
from bench.nightly import fill_tables, timed
from bench.segments import make_segments, make_stages
from bench.world import LAST_DAY, make_model

ROUNDS = 7


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=50_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    return on_each("bench.segments_hub", parser, lambda chosen: measure(chosen.leads, chosen.events))


def measure(leads: int, events: int) -> None:
    """Fills the tables, and prints what a change of one lead and a run over everybody take."""
    from mikomi.core.journey.map import JourneyMap, MapStage
    from mikomi.hub.activity import services
    from mikomi.hub.journey.services import keep_map
    from mikomi.hub.people import labels
    from mikomi.hub.scores.services import publish_model
    from mikomi.hub.segments.services import make_segment
    from mikomi.hub.site import pipeline

    rows = timed("tables filled", lambda: fill_tables(leads, events))
    print(f"{leads:,} leads, {rows:,} rows of activity")
    model = make_model()
    publish_model(model)
    pipeline.score_all(LAST_DAY)
    moments = iter(range(1, 1_000))

    def one_change() -> None:
        at = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, tzinfo=UTC)
        services.record_events(
            pl.DataFrame(
                {
                    "lead": ["L7"],
                    "at": [at + timedelta(seconds=next(moments))],
                    "kind": ["page_view"],
                    "content": ["/page_view/03"],
                    "automated": [False],
                },
                schema_overrides={"at": pl.Datetime("us", "UTC")},
            )
        )
        pipeline.score_touched(LAST_DAY)

    one_change()
    _, alone = timed("one lead's change, without segments", one_change, ROUNDS)
    _, all_alone = timed("everybody, without segments", lambda: pipeline.score_all(LAST_DAY), 2)
    labels.make_label("tag", "展示会")
    stages = tuple(MapStage(f"s{i}", f"段階{i}", condition=who) for i, who in enumerate(make_stages()))
    keep_map(JourneyMap("地図", stages))
    for number, who in enumerate(make_segments(), start=1):
        make_segment(f"セグメント{number}", who, None)
    timed("everybody, segments new", lambda: pipeline.score_all(LAST_DAY))
    _, all_both = timed("everybody, with segments", lambda: pipeline.score_all(LAST_DAY), 2)
    one_change()
    _, both = timed("one lead's change, with segments", one_change, ROUNDS)
    print(f"one lead's change: {both / alone:.2f} x, {both:.3f} s (asked: within 1 s)")
    print(f"everybody: {all_both / all_alone:.2f} x")


if __name__ == "__main__":
    sys.exit(main())
