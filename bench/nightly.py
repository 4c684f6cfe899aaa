"""The night: every lead's score from the history files, beside the same from the database alone.

    python -m bench.nightly --leads 1000000 --events 20000000

Leads, companies and activity are put straight into the tables. Two nights are run as the worker runs
them, 1,000 leads having changed before the second; their parts are told apart. What reading the files
costs is set against reading the same activity plainly from the database.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl

from bench.databases import on_each
from bench.world import LAST_DAY, make_activity, make_leads, make_model, make_touches

CHANGED = 1_000
STAMP = datetime(2026, 1, 1, tzinfo=UTC)
FIELDS = ("company", "industry", "title", "employees", "email")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--leads", type=int, default=50_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    return on_each("bench.nightly", parser, lambda chosen: measure(chosen.leads, chosen.events))


def measure(leads: int, events: int) -> None:
    """Fills the tables, runs two nights, and prints what each part took."""
    from mikomi.core.engine.local import score_days
    from mikomi.hub.activity import cache, queries, services
    from mikomi.hub.people import queries as people
    from mikomi.hub.scores.services import publish_model
    from mikomi.hub.site import pipeline

    rows = timed("tables filled", lambda: fill_tables(leads, events))
    print(f"{leads:,} leads, {rows:,} rows of activity")
    cache.FEWEST_LEADS = 0
    model = make_model()
    publish_model(model)
    night = Parts(
        {
            "attributes read": (people, "attribute_frame"),
            "files brought up to date": (pipeline, "history_source"),
            "scored (files read, fold, fit)": (pipeline, "score_days"),
            "last days read": (queries, "last_days"),
            "written back": (pipeline, "_write"),
        }
    )
    # The compiled fold is loaded first, as the worker does when it starts.
    score_days(model, make_leads(10), queries.activity_source([1, 2, 3]), [LAST_DAY])
    night.run("first night: the files are made", lambda: pipeline.score_all(LAST_DAY))
    change_leads(leads, services)
    night.run(f"second night: {CHANGED:,} leads changed", lambda: pipeline.score_all(LAST_DAY + timedelta(1)))

    print("\nreading all activity, as the fold does")
    source = cache.history_source()
    stored = queries.activity_source()
    files = timed("  from the files", lambda: load(source), 3)
    plain = timed("  from the database", lambda: load(stored), 1)
    assert files[0] == plain[0], "the files must give what the table says"
    print(f"  the database takes {plain[1] / files[1]:.0f} times as long")
    frame = people.attribute_frame(LAST_DAY)
    ours = timed("scored from the files", lambda: score_days(model, frame, source, [LAST_DAY])[0].total)
    theirs = timed("scored from the database", lambda: score_days(model, frame, stored, [LAST_DAY])[0].total)
    assert np.array_equal(ours, theirs), "both must give the same scores"
    change_leads(leads, services, 7)
    timed(f"files brought up to date after {CHANGED:,} leads", cache.history_source)
    timed("files brought up to date after nothing", cache.history_source)
    timed("one lead erased, files included", lambda: services.erase([leads // 2]))
    timed("files brought up to date after an erasure", cache.history_source)
    size = sum(file.stat().st_size for file in cache.folder().rglob("*") if file.is_file()) / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"files {size:.0f} MB; memory at most {memory:.2f} GiB")


class Parts:
    """Measures functions of modules while something runs that calls them."""

    def __init__(self, parts: dict[str, tuple[ModuleType, str]]) -> None:
        self._parts = parts

    def run(self, name: str, work: Callable[[], object]) -> None:
        """Runs `work` and prints its time and that of the parts."""
        spent = dict.fromkeys(self._parts, 0.0)
        originals = {part: getattr(*place) for part, place in self._parts.items()}
        for part, (module, attribute) in self._parts.items():
            setattr(module, attribute, self._measured(originals[part], part, spent))
        try:
            print(f"\n{name}")
            timed("  all", work)
        finally:
            for part, (module, attribute) in self._parts.items():
                setattr(module, attribute, originals[part])
        for part, seconds in spent.items():
            print(f"    {part:46} {seconds:8.2f} s", flush=True)

    @staticmethod
    def _measured(call: Callable[..., Any], part: str, spent: dict[str, float]) -> Callable[..., Any]:
        def measured(*args: object, **options: object) -> object:
            begin = time.perf_counter()
            try:
                return call(*args, **options)
            finally:
                spent[part] += time.perf_counter() - begin

        return measured


def timed(name: str, work: Callable[[], Any], times: int = 0) -> Any:
    """Runs `work`, prints its best time, and returns what it gave (and the time, if `times` is given)."""
    best = float("inf")
    for _ in range(times or 1):
        begin = time.perf_counter()
        given = work()
        best = min(best, time.perf_counter() - begin)
    print(f"{name:50} {best:8.2f} s", flush=True)
    return (given, best) if times else given


def load(source: Any) -> tuple[int, int]:
    """Loads every piece in two threads; the rows and the events there are."""
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda piece: _sizes(piece.load()), source.pieces))
    return sum(rows for rows, _ in counts), sum(events for _, events in counts)


def _sizes(activity: Any) -> tuple[int, int]:
    return len(activity), int(activity.n.sum())


def fill_tables(leads: int, events: int) -> int:
    """Puts leads 1 to `leads` and their activity into the tables; the rows of activity."""
    from django.db import transaction

    from mikomi.hub.kit.setwise import on_postgres, run, staged
    from mikomi.hub.people.fields import make_fields

    known = make_leads(leads).with_columns(id=pl.int_range(1, leads + 1, dtype=pl.Int32))
    companies = known.select("company", "industry", "employees").unique("company", maintain_order=True)
    companies = companies.with_columns(number=pl.int_range(1, companies.height + 1, dtype=pl.Int32))
    known = known.join(companies.select("company", "number"), on="company", how="left", maintain_order="left")
    own = pl.struct("title", "email", "company").struct.json_encode()
    shared = pl.struct("industry", "employees").struct.json_encode()
    json = "::jsonb" if on_postgres() else ""
    stamp = "timestamp '2026-01-01'" if on_postgres() else "'2026-01-01 00:00:00'"
    touches = make_touches().frame.with_columns(id=pl.int_range(1, 401, dtype=pl.Int32))
    activity = make_activity(leads, events)
    with transaction.atomic():
        make_fields(FIELDS)
        with staged(companies.select("number", "company", shared.alias("attributes")), "c"):
            run(
                "insert into people_company (id, key, core, name, attributes, added_at)"
                f" select number, lower(company), lower(company), company, attributes{json}, {stamp} from c"
            )
        with staged(known.select("id", "lead", "email", "number", own.alias("attributes")), "l"):
            run(
                "insert into people_lead (id, key, email, company_id, attributes, added_at)"
                f" select id, lead, email, number, attributes{json}, {stamp} from l"
            )
            run("insert into activity_subject (id, key, lead) select id, lead, id from l")
        with staged(touches, "t"):
            run("insert into activity_touch (id, kind, content) select id, kind, content from t")
        _put_activity(activity)
        if on_postgres():
            run("select setval('activity_touch_id_seq', 401), setval('activity_subject_id_seq', %s)", [leads])
    if on_postgres():
        run("analyze")
    return len(activity)


def _put_activity(activity: Any) -> None:
    from django.db import connection

    from mikomi.hub.kit.setwise import on_postgres, run
    from mikomi.hub.site.rows import binary

    step = 1_000_000
    for start in range(0, len(activity), step):
        part = slice(start, start + step)
        lead = activity.lead[part] + np.int32(1)
        columns = {
            "lead": lead,
            "day": activity.day[part],
            "touch": activity.touch[part] + np.int32(1),
            "subject": lead,
            "n": activity.n[part],
        }
        if on_postgres():
            rows = np.empty(len(lead), dtype=[(name, np.int32) for name in columns])
            for name, values in columns.items():
                rows[name] = values
            binary.write("activity_activity", rows)
            continue
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into activity_activity (lead, day, touch, subject, n) values (%s, %s, %s, %s, %s)",
                zip(*(values.tolist() for values in columns.values()), strict=True),
            )
    run("insert into activity_changenumber (id, last, erased) values (1, 1, 0)")


def change_leads(leads: int, services: Any, seed: int = 5) -> None:
    """One more page view of each of 1,000 leads."""
    chosen = np.sort(np.random.default_rng(seed).choice(leads, CHANGED, replace=False))
    at = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 3, tzinfo=UTC) + timedelta(minutes=seed)
    frame = pl.DataFrame({"lead": chosen}).select(
        pl.format("L{}", "lead").alias("lead"),
        at=pl.lit(at).cast(pl.Datetime("us", "UTC")),
        kind=pl.lit("page_view"),
        content=pl.lit("/page_view/03"),
        automated=pl.lit(False),
    )
    services.record_events(frame)


if __name__ == "__main__":
    sys.exit(main())
