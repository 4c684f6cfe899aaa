"""From raw event files to activity, side by side with the bare Polars read + group + sort.

    python -m bench.raw_to_activity [--events 5000000] [--leads 100000] [--files 1]

The bare way reads the same files, takes the day from the time, groups by lead, day, kind and content,
counts and sorts: no check of any row, no line numbers, no second file's repeats. Each way runs in a
process of its own, three times; the best time is taken. What counts is the ratio; the aim is 1.5.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from mikomi.core.events import fold_events, gather_activity
from mikomi.core.tabular import read_events

RUNS = 3
CHUNK = 2_000_000
ZONE = "Asia/Tokyo"
KINDS = ("page_view", "mail_open", "mail_click", "download")
KEY = ("lead", "day", "kind", "content")


def make_files(folder: Path, leads: int, events: int, files: int) -> None:
    """`events` events of a year as CSV and as Parquet, in time order, cut into `files` spans of time."""
    random = np.random.default_rng(1)
    start, span = 1_730_000_000, 365 * 86_400
    for number in range(files):
        size = events // files
        seconds = np.sort(random.integers(0, span // files, size)) + start + number * (span // files)
        parts = []
        with (folder / f"{number:03}.csv").open("wb") as file:
            for begin in range(0, size, CHUNK):
                at = seconds[begin : begin + CHUNK]
                kind = random.choice(len(KINDS), len(at), p=(0.7, 0.15, 0.1, 0.05)).astype(np.int32)
                frame = pl.DataFrame(
                    {
                        "lead": random.integers(0, leads, len(at)),
                        "at": (at * 1_000_000).astype(np.int64),
                        "kind": pl.Series(KINDS).gather(kind),
                        "content": random.zipf(1.3, len(at)) % 300,
                    }
                ).with_columns(
                    pl.format("L{}", pl.col("lead").cast(pl.String).str.zfill(7)).alias("lead"),
                    pl.col("at").cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(ZONE),
                    pl.format("/page/{}", "content").alias("content"),
                )
                parts.append(frame)
                text = frame.with_columns(pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%S%:z"))
                text.write_csv(file, include_header=begin == 0)
        pl.concat(parts).write_parquet(folder / f"{number:03}.parquet")


def bare(folder: Path, ending: str, engine: str) -> int:
    """Polars alone; for CSV the day is cut out of the text, which is the least that can be done."""
    if ending == "csv":
        lazy = pl.scan_csv(folder / "*.csv", infer_schema=False)
        day = pl.col("at").str.slice(0, 10).str.to_date()
    else:
        lazy = pl.scan_parquet(folder / "*.parquet")
        day = pl.col("at").dt.date()
    query = lazy.with_columns(day.alias("day")).group_by(KEY).len().sort(KEY)
    return query.collect(engine=engine).height


def ours(folder: Path, ending: str, leads: int) -> int:
    """Files to activity: every row checked, numbered by lead, day and touch, sorted."""
    events = read_events(sorted(folder.glob(f"*.{ending}")), ZONE)
    assert events.rejected.height == 0
    names = pl.select(pl.format("L{}", pl.int_range(leads).cast(pl.String).str.zfill(7))).to_series()
    return len(gather_activity(events, names, ZONE)[1])


def ours_as_text(folder: Path, ending: str) -> int:
    """The same as a frame of texts."""
    return fold_events(read_events(sorted(folder.glob(f"*.{ending}")), ZONE), ZONE).height


def run_way(way: str, folder: Path, leads: int) -> None:
    """Runs one way and prints its best time, its rows and its memory as JSON."""
    name, ending = way.split(" ")
    work: dict[str, Callable[[], int]] = {
        "bare": lambda: bare(folder, ending, "in-memory"),
        "bare-streaming": lambda: bare(folder, ending, "streaming"),
        "mikomi": lambda: ours(folder, ending, leads),
        "mikomi-text": lambda: ours_as_text(folder, ending),
    }
    best, rows = float("inf"), 0
    for _ in range(RUNS):
        begin = time.perf_counter()
        rows = work[name]()
        best = min(best, time.perf_counter() - begin)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": best, "rows": rows, "mebibytes": peak >> 10}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep the files here and use them again")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.way:
        run_way(args.way, args.folder, args.leads)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            make_files(folder, args.leads, args.events, args.files)
        print(f"{args.events:,} events, {args.leads:,} leads, {args.files} file(s)")
        for ending in ("csv", "parquet"):
            found = {}
            for name in ("bare", "bare-streaming", "mikomi", "mikomi-text"):
                command = [sys.executable, "-m", "bench.raw_to_activity", "--way", f"{name} {ending}"]
                command += ["--folder", str(folder), "--leads", str(args.leads)]
                told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                found[name] = json.loads(told)
            if len({way["rows"] for way in found.values()}) != 1:
                raise SystemExit(f"the ways differ: {found}")
            least = min(found["bare"]["seconds"], found["bare-streaming"]["seconds"])
            for name, way in found.items():
                print(
                    f"{ending:8} {name:15} {way['seconds']:7.2f} s  {way['mebibytes']:6,} MiB"
                    f"  {way['seconds'] / least:5.2f} x bare"
                )


if __name__ == "__main__":
    main()
