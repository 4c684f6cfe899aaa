"""A list of deals as an SFA exports it: read, checked, stored, taken in again with changes, taken back.

    python -m bench.deals --rows 100000 [--database both]

Prints seconds of each, and the ratio of storing to importing as many people. One deal in two names its
contact by mail, one in four only its company, one in four somebody nobody knows; one in ten has changed in
the second list.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from bench.databases import on_each
from bench.imports import list_of_leads


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    return on_each("bench.deals", parser, lambda told: measure(told.rows), "sqlite")


def list_of_deals(rows: int, people: pl.DataFrame, path: Path, *, later: bool) -> None:
    """Writes deals of these people (`会社名`, `メール`) under the headers of a report of opportunities."""
    rng = np.random.default_rng(7)
    who = people[rng.integers(0, people.height, rows)]
    kind = pl.Series(np.arange(rows) % 4)
    number = pl.Series(np.arange(rows))
    opened = [date(2025, 1, 1) + timedelta(days=int(days)) for days in rng.integers(0, 300, rows)]
    stage = pl.Series(np.array(["提案", "受注", "失注", "見積"])[rng.integers(0, 4, rows)])
    if later:
        stage = pl.select(pl.when(number % 10 == 0).then(pl.lit("受注")).otherwise(stage))["literal"]
    frame = pl.DataFrame(
        {
            "商談 ID": number.cast(pl.String).str.zfill(8),
            "商談名": [f"案件{n}" for n in range(rows)],
            "取引先名": who["会社名"],
            "取引先責任者 メール": pl.select(
                pl.when(kind < 2)
                .then(who["メールアドレス"])
                .when(kind == 2)
                .then(pl.lit(""))
                .otherwise(pl.format("nobody{}@elsewhere.example", number))
            ).to_series(),
            "フェーズ": stage,
            "金額": rng.integers(10, 900, rows) * 10_000,
            "完了予定日": [day + timedelta(days=60) for day in opened],
            "作成日": opened,
            "商談 所有者": ["佐藤"] * rows,
        }
    )
    path.write_bytes(frame.write_csv().encode("cp932", errors="replace"))


def measure(rows: int) -> None:
    """One run against the database that is set up."""
    # Only possible once Django is set up, which `on_each` does.
    from mikomi.hub.people.importing.undoing import undo_import
    from mikomi.hub.people.imports import check_file, run_import

    with tempfile.TemporaryDirectory() as folder:
        leads, first, second = (Path(folder) / name for name in ("leads.csv", "first.csv", "second.csv"))
        list_of_leads(rows, leads)
        people = pl.read_csv(leads.read_bytes().decode("cp932").encode(), infer_schema=False)
        list_of_deals(rows, people, first, later=False)
        list_of_deals(rows, people, second, later=True)
        stored = _timed("people stored", lambda: run_import(leads, "leads"))[1]
        _timed("deals checked", lambda: check_file(first, "deals"))
        told, seconds = _timed("deals stored", lambda: run_import(first, "deals"))
        print(f"  {told.new:,} new, {told.waiting:,} wait, {told.rejected:,} rejected")
        print(f"  stored: {seconds / stored:.2f} x the time of as many people; 60 s are asked for 100,000")
        again, _ = _timed("second list stored", lambda: run_import(second, "deals"))
        print(f"  {again.new:,} new, {again.changed:,} changed, {again.unchanged:,} as they were")
        taken = again.import_id or 0
        _timed("second list taken back", lambda: undo_import(taken))


def _timed[T](what: str, work: Callable[[], T]) -> tuple[T, float]:
    began, worked = time.perf_counter(), time.process_time()
    done = work()
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    print(f"{what}: {seconds:.1f} s, {worked:.1f} s of them at work in this process", flush=True)
    return done, seconds


if __name__ == "__main__":
    raise SystemExit(main())
