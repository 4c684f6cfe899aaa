"""Scoring a history side by side with a plain scan and with the best SQL found, in one run.

    python -m bench.scoring --leads 1000000 --events 50000000

Prints seconds and, what counts, ratios. Each way runs in a process of its own over the same files,
three times; the best time is taken. DuckDB computes the engagement rules alone, Mikomi everything.
Seconds of CPU are beside the seconds on the clock, for machines that do other work meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from bench.resident import resident
from bench.world import EPOCH, LAST_DAY, make_activity, make_leads, make_model, make_touches, weeks
from mikomi.core.conditions.activity import matches
from mikomi.core.engine.local import explain, score_days
from mikomi.core.history.folder import History
from mikomi.core.scoring.model import Model

RUNS = 3
CHUNK = 8_000_000


def build(folder: Path, leads: int, events: int) -> History:
    """The history of `leads` leads, made once and kept in `folder`."""
    if (folder / "done").exists():
        return History.open(folder / "history")
    history = History.create(folder / "history", "Asia/Tokyo")
    activity = make_activity(leads, events)
    touches = make_touches().frame.with_row_index("touch").cast({"touch": pl.Int32})
    for start in range(0, len(activity), CHUNK):
        rows = slice(start, start + CHUNK)
        frame = pl.DataFrame(
            {name: getattr(activity, name)[rows] for name in ("lead", "day", "touch", "n")}
        ).join(touches, on="touch", maintain_order="left")
        history.append(frame.select("lead", "day", "kind", "content", "n"))
    history.compact()
    (folder / "done").touch()
    return history


def files_of(history: History) -> str:
    """A DuckDB list of the activity files."""
    names = sorted(str(path) for path in history.folder.rglob("*.parquet") if "touch" not in path.name)
    return "[" + ", ".join(f"'{name}'" for name in names) + "]"


def scan(history: History) -> object:
    """Reads every column and adds it up: what no query can undercut."""
    return duckdb.sql(
        f"select sum(lead), sum(day), sum(touch), sum(n) from read_parquet({files_of(history)})"
    ).fetchall()


def rule_touches(model: Model, history: History) -> pl.DataFrame:
    """Which touch counts for which rule, with the rule's numbers."""
    parts = []
    for index, rule in enumerate(model.engagement):
        found = np.flatnonzero(matches(rule.when, history.touches, model.group_contents))
        parts.append(
            pl.DataFrame(
                {
                    "rule": [index] * len(found),
                    "touch": found.astype(np.int32),
                    "points": [float(rule.points)] * len(found),
                    "life": [rule.half_life_days or float("inf")] * len(found),
                    "most": [rule.per_day or 10**9] * len(found),
                    "cap": [rule.cap or float("inf")] * len(found),
                }
            )
        )
    return pl.concat(parts)


def sql_long(history: History) -> int:
    """Engagement rules by joining touches with rules and grouping twice."""
    today = (LAST_DAY - EPOCH).days
    table = history.folder.parent / "rules.parquet"
    rule_touches(make_model(), history).write_parquet(table)
    found = duckdb.sql(
        f"""
        with daily as (
            select lead, rule, day, sum(n) as m, any_value(points) as points, any_value(life) as life,
                   any_value(most) as most, any_value(cap) as cap
            from read_parquet({files_of(history)}) join read_parquet('{table}') using (touch)
            where day <= {today} group by lead, rule, day
        ), worth as (
            select lead, rule, any_value(cap) as cap,
                   any_value(points) * sum(least(m, most) * pow(2, -({today} - day) / life)) as w
            from daily group by lead, rule
        )
        select lead, sum(sign(w) * least(abs(w), cap)) as engagement from worth group by lead
        """
    ).fetchnumpy()
    return len(found["lead"])


def sql_wide(history: History) -> int:
    """Engagement rules as filtered sums a lead and day, then decayed sums a lead."""
    model = make_model()
    rules = rule_touches(model, history)
    today = (LAST_DAY - EPOCH).days
    sums, worths = [], []
    for index, rule in enumerate(model.engagement):
        touches = rules.filter(pl.col("rule") == index)["touch"].to_list()
        listed = ", ".join(map(str, touches)) or "-1"
        sums.append(f"sum(n) filter (touch in ({listed})) as m{index}")
        power = f"pow(2, -({today} - day) / {rule.half_life_days})" if rule.half_life_days else "1"
        worth = f"{rule.points} * coalesce(sum(least(m{index}, {rule.per_day or 10**9}) * {power}), 0)"
        if rule.cap:
            worth = f"greatest(least({worth}, {rule.cap}), -{rule.cap})"
        worths.append(worth)
    found = duckdb.sql(
        f"""
        with daily as (
            select lead, day, {", ".join(sums)} from read_parquet({files_of(history)})
            where day <= {today} group by lead, day
        )
        select lead, {" + ".join(worths)} as engagement from daily group by lead
        """
    ).fetchnumpy()
    return len(found["lead"])


def mikomi(history: History, leads: pl.DataFrame, days: list[date]) -> int:
    """Everything: 20 rules, 4 signals, 10 fit rules, grades, hot."""
    return int(score_days(make_model(), leads, history, days)[-1].hot.sum())


def main() -> None:
    """Runs each way in its own process and prints the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/mikomi-bench"))
    parser.add_argument("--way", help=argparse.SUPPRESS)
    args = parser.parse_args()
    folder = args.folder / f"scoring-{args.leads}-{args.events}"
    history = build(folder, args.leads, args.events)
    ways: dict[str, Callable[[], Callable[[], object]]] = {
        "plain scan (DuckDB)": lambda: lambda: scan(history),
        "Mikomi, one day": lambda: _with_leads(args.leads, lambda frame: mikomi(history, frame, weeks(1))),
        "Mikomi, 52 weeks": lambda: _with_leads(args.leads, lambda frame: mikomi(history, frame, weeks(52))),
        "Mikomi, why of 50 leads": lambda: _with_leads(args.leads, lambda frame: few(history, frame)),
        "DuckDB, long": lambda: lambda: sql_long(history),
        "DuckDB, wide": lambda: lambda: sql_wide(history),
    }
    if args.way:
        print(json.dumps(_measure(ways[args.way]())))
        return
    results = {}
    for way in ways:
        command = [sys.executable, "-m", "bench.scoring", "--way", way, "--folder", str(args.folder)]
        command += ["--leads", str(args.leads), "--events", str(args.events)]
        results[way] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        told = results[way]
        print(
            f"{way:26} {told['seconds']:8.2f} s {told['cpu']:8.2f} s CPU {told['gib']:6.2f} GiB", flush=True
        )
    one = results["Mikomi, one day"]["seconds"]
    best_sql = min(results["DuckDB, long"]["seconds"], results["DuckDB, wide"]["seconds"])
    scan_seconds = results["plain scan (DuckDB)"]["seconds"]
    lines = [
        (f"{history.rows:,} rows of activity", None, "", ""),
        ("faster than the best SQL", best_sql / one, "x", "at least 8"),
        ("times a plain scan", one / scan_seconds, "x", "at most 10, aim 5"),
        ("52 weeks in one-day scorings", results["Mikomi, 52 weeks"]["seconds"] / one, "x", "at most 6"),
        ("memory of one scoring", results["Mikomi, one day"]["gib"], "GiB", "at most 2"),
    ]
    for label, value, unit, asked in lines:
        print(label if value is None else f"{label:30} {value:6.2f} {unit:4} (asked: {asked})")


def few(history: History, leads: pl.DataFrame) -> int:
    """Why for the leads of one page."""
    return len(explain(make_model(), leads, history, LAST_DAY, list(range(50))))


def _with_leads(count: int, run: Callable[[pl.DataFrame], object]) -> Callable[[], object]:
    frame = make_leads(count)
    return lambda: run(frame)


def _measure(run: Callable[[], object]) -> dict[str, float]:
    run()  # compiled code and the page cache are warm in all ways alike
    seconds, busy = [], []
    for _ in range(RUNS):
        start, busy_before = time.perf_counter(), time.process_time()
        run()
        seconds.append(time.perf_counter() - start)
        busy.append(time.process_time() - busy_before)
    return {
        "seconds": min(seconds),
        "cpu": min(busy),
        # Not what `getrusage` says: that begins with the memory of the process that started this one.
        "gib": resident(os.getpid()).peak / 2**30,
    }


if __name__ == "__main__":
    main()
