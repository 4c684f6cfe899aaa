"""The journey in the app: preparing what is real beside scoring everybody, then the pages that show it.

    python -m bench.journey_hub --leads 1000000 --events 50000000 --database sqlite

Leads with dated attributes, companies, outcomes and activity are put straight into the tables, 8 stages
and 100 segments are defined, and everybody is scored as the night does it; then the job of the map is run
as the worker runs it. Pages are asked for through the whole of Django, logged in.
"""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from bench.databases import on_each
from bench.nightly import Parts, fill_tables, timed
from bench.pages import somebody, time_pages
from bench.resident import Watch
from bench.segments import GROUPS, make_outcomes, make_segments, make_stages
from bench.world import EPOCH, LAST_DAY, make_leads, make_model

if TYPE_CHECKING:
    from mikomi.core.journey.map import JourneyMap

MOVED = 20
"""Of one in so many leads the title changed in the last year, and of one in so many companies the size."""
PLACED = ("group:料金", "group:事例", "download:/download/03", "page_view:/page_view/02")


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=50_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    return on_each("bench.journey_hub", parser, lambda chosen: measure(chosen.leads, chosen.events))


def measure(leads: int, events: int) -> None:
    """Fills the tables, scores, prepares, and prints what each took and what the pages take."""
    from mikomi.hub.activity import cache
    from mikomi.hub.journey import past, preparing
    from mikomi.hub.journey.queries import figures
    from mikomi.hub.journey.services import keep_map
    from mikomi.hub.people import labels
    from mikomi.hub.people import queries as people
    from mikomi.hub.scores.services import publish_model
    from mikomi.hub.segments.services import make_segment
    from mikomi.hub.site import pipeline

    rows = timed("tables filled", lambda: fill(leads, events))
    print(f"{leads:,} leads, {rows:,} rows of activity")
    cache.FEWEST_LEADS = 0
    publish_model(replace(make_model(), groups=tuple(GROUPS.items())))
    tag = labels.make_label("tag", "展示会")
    labels.put_label("tag", tag, pl.Series("lead", np.arange(1, leads, 3), pl.Int32))
    kept = keep_map(_map())
    for number, who in enumerate(make_segments(), start=1):
        make_segment(f"セグメント{number}", who, None)

    def prepare() -> None:
        assert preparing.prepare_figures(LAST_DAY, GROUPS)

    # The files are made, and compiled code is loaded, as the worker has it.
    timed("everybody scored, first", lambda: pipeline.score_all(LAST_DAY))
    timed("reality prepared, first", prepare)

    scoring = watched("everybody scored", lambda: pipeline.score_all(LAST_DAY))
    parts = Parts(
        {
            "leads read": (preparing, "lead_ground"),
            "files brought up to date": (preparing, "history_source"),
            "stages on past days": (preparing, "past_stages"),
            "  stages, both passes": (past, "stage_days"),
            "  attributes read": (people, "attribute_frame"),
            "  who changed since": (past, "changed_after"),
            "said by hand": (preparing, "put_hands"),
            "laid over the map": (preparing, "lay_over"),
            "as plain data": (preparing, "document_of"),
        }
    )
    preparing_took = watched("reality prepared", lambda: parts.run("reality prepared, parts", prepare))
    print(
        f"reality prepared: {preparing_took / scoring:.2f} x one full scoring (asked: at most 5)", flush=True
    )
    stage = kept.map.keys()[2]
    pages = {
        "journey, with what is real": "/journey/",
        "journey, what is real alone": "/journey/?view=reality",
        "journey, printed": "/journey/print/",
        "list, a stage": f"/leads/?stage={stage}",
        "list, a stage, by name": f"/leads/?stage={stage}&sort=kana",
        "list, a segment": "/leads/?segment=2",
        "list, a segment, by score": "/leads/?segment=7&sort=-total",
        "list, two segments and a stage": f"/leads/?segment=2&segment=9&stage={stage}&sort=company",
        "list, nobody's stage": "/leads/?stage=zzz",
        "list, the stage as a column": "/leads/?col=stage&sort=-total",
        "segments": "/segments/",
        "a segment": "/segments/7/",
        "lead page": "/leads/1234/",
        "lead page, a past day": "/leads/1234/?on=2026-09-01",
    }
    prepared = figures(kept.number)
    if prepared and prepared.document["gaps"]:
        pages["journey, the people of a gap"] = "/journey/gaps/1/"
    time_pages(somebody(), pages)


def watched(name: str, run: Callable[[], object]) -> float:
    """Runs it, prints its time and the memory it held at most meanwhile; gives the seconds back."""
    begin = time.perf_counter()
    with Watch(os.getpid()) as watch:
        run()
    took = time.perf_counter() - begin
    print(f"{name:50} {took:8.2f} s; {watch.told()}", flush=True)
    return took


def _map() -> JourneyMap:
    from mikomi.core.journey.map import JourneyMap, MapStage

    return JourneyMap(
        "地図",
        tuple(
            MapStage(f"s{i}", f"段階{i}", condition=who, contents=PLACED, expected_share=30, expected_days=30)
            for i, who in enumerate(make_stages())
        ),
    )


def fill(leads: int, events: int) -> int:
    """A night's tables, what an import wrote of each lead, what changed of some since, and outcomes."""
    from django.db import transaction

    from mikomi.hub.kit.setwise import on_postgres, run, staged

    rows = fill_tables(leads, events)
    known = make_leads(leads).with_columns(subject=pl.int_range(1, leads + 1, dtype=pl.Int32))
    companies = known.unique("company", maintain_order=True)
    companies = companies.with_columns(subject=pl.int_range(1, companies.height + 1, dtype=pl.Int32))
    outcomes = make_outcomes(leads).unique(["lead", "day"], maintain_order=True)
    with transaction.atomic():
        _put_changes("lead", known, ("email", "company"), pl.col("title"), pl.lit("課長"))
        _put_changes("company", companies, ("industry",), pl.col("employees"), pl.lit("50"))
        at = pl.col("day").cast(pl.Int64) * 86_400_000_000
        with staged(outcomes.select("day", "result", subject=pl.col("lead") + 1, at=at, id=pl.lit(1)), "o"):
            run(
                "insert into activity_outcome (subject, at, id, day, result, reason, amount, source)"
                " select subject, at, id, day, result, '', '', 'bench' from o"
            )
    if on_postgres():
        run("analyze")
    return rows


def _put_changes(
    scope: str, known: pl.DataFrame, fixed: tuple[str, ...], moving: pl.Expr, before: pl.Expr
) -> None:
    """A version of each of `known`, and of some a second one since a day of the last year, which says
    what is so today."""
    from mikomi.hub.kit.setwise import on_postgres, run, staged

    draw = np.random.default_rng(11)
    day = (LAST_DAY - EPOCH).days - draw.integers(0, 400, known.height).astype(np.int32)
    told = known.with_columns(day=pl.Series(day), later=pl.Series(draw.integers(0, MOVED, known.height) == 0))
    name = moving.meta.output_name()
    first = pl.struct(*fixed, pl.when("later").then(before).otherwise(moving).alias(name))
    whole = told.select("subject", values=first.struct.json_encode(), day=pl.lit(None, pl.Int32))
    since = told.filter("later").select("subject", values=pl.struct(name).struct.json_encode(), day="day")
    json = "::jsonb" if on_postgres() else ""
    with staged(pl.concat([whole, since]), "v"):
        run(
            'insert into people_change (scope, subject, "values", known_from, recorded_at, recorded_day,'
            f" source) select '{scope}', subject, \"values\"{json}, day, 0, 0, 'bench' from v"
        )


if __name__ == "__main__":
    sys.exit(main())
