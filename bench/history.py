"""How fast a history appends, compacts and loads, beside plain Polars and DuckDB on the same files.

    .venv/bin/python -m bench.history [--leads 1000000] [--events 50000000] [--threads 2]

Prints seconds of this run and, what counts, their ratios to a plain DuckDB scan (the sum of every
column) of the very range files that the history loads.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from bench.world import make_activity, make_touches
from mikomi.core.events import Activity
from mikomi.core.history import History

COLUMNS = ("lead", "day", "touch", "n")


def timed(work: Callable[[], object], times: int = 1) -> float:
    """The best of several runs, in seconds."""
    best = float("inf")
    for _ in range(times):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best


def load(folder: Path, threads: int) -> int:
    """Opens the history and loads every piece as the engine does; returns the rows."""
    pieces = History.open(folder).pieces
    with ThreadPoolExecutor(threads) as pool:
        return sum(len(activity) for activity in pool.map(lambda piece: piece.load(), pieces))


def named(activity: Activity) -> pl.DataFrame:
    """The activity as `append` takes it, with categories for kind and content."""
    texts = make_touches().frame.select(pl.all().cast(pl.Categorical))
    touch = pl.Series(activity.touch)
    return pl.DataFrame(
        {
            "lead": activity.lead,
            "day": activity.day,
            "kind": texts["kind"].gather(touch),
            "content": texts["content"].gather(touch),
            "n": activity.n,
        }
    )


def duckdb_scan(paths: Iterable[Path], threads: int) -> Callable[[], object]:
    """A scan of all columns of the files."""
    connection = duckdb.connect(config={"threads": threads})
    files = ", ".join(f"'{path}'" for path in paths)
    sums = ", ".join(f"sum({name})" for name in COLUMNS)
    return lambda: connection.execute(f"select {sums} from read_parquet([{files}])").fetchall()


def polars_scan(paths: Iterable[Path]) -> Callable[[], object]:
    """The same by Polars."""
    query = pl.scan_parquet(list(paths)).select(pl.col(COLUMNS).cast(pl.Int64).sum())
    return query.collect


def compare_encodings(path: Path, folder: Path) -> None:
    """One range file under each compression: its size and the time to arrays."""
    rows = pl.read_parquet(path)
    print(f"\none range, {rows.height:,} rows      MB   write s   load ms")
    for compression in ("uncompressed", "lz4", "snappy", "zstd"):
        for group in (rows.height, 262_144):
            target = folder / "encoding.parquet"
            write = timed(
                lambda target=target, compression=compression, group=group: rows.write_parquet(
                    target, compression=compression, row_group_size=group
                )
            )
            read = timed(
                lambda target=target: [column.to_numpy() for column in pl.read_parquet(target)], times=7
            )
            size = target.stat().st_size / 1e6
            print(f"{compression:>13}, groups of {group:>9,}  {size:6.2f}   {write:7.3f}   {read * 1e3:7.1f}")


def main() -> None:
    """Builds a history in a temporary folder and measures it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=50_000_000)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    activity = make_activity(arguments.leads, arguments.events)
    rows = named(activity)
    print(f"{arguments.leads:,} leads, {arguments.events:,} events, {rows.height:,} activity rows")
    home = Path(tempfile.mkdtemp(prefix="mikomi-bench-"))
    try:
        measure(home, rows, activity, arguments.leads, arguments.threads)
    finally:
        shutil.rmtree(home)


def measure(home: Path, rows: pl.DataFrame, activity: Activity, leads: int, threads: int) -> None:
    """All figures."""
    folder = home / "history"
    history = History.create(folder, "Asia/Tokyo")
    seconds: dict[str, float] = {}
    seconds["append all rows, sorted as a database gives them"] = timed(lambda: history.append(rows))
    paths = sorted(folder.glob("activity-*.parquet"))
    size = sum(path.stat().st_size for path in paths) / 1e6
    plain = home / "plain.parquet"
    numbers = pl.DataFrame({name: getattr(activity, name) for name in COLUMNS})
    seconds["  (Polars writes the same four columns plainly)"] = timed(lambda: numbers.write_parquet(plain))
    scan = timed(duckdb_scan(paths, threads), times=5)
    seconds["plain scan, DuckDB"] = scan
    seconds["plain scan, Polars"] = timed(polars_scan(paths), times=5)
    load(folder, threads)
    seconds["load all pieces to arrays"] = timed(lambda: load(folder, threads), times=5)

    draw = np.random.default_rng(3)
    batch = rows[:1_000].with_columns(lead=pl.Series(draw.integers(0, leads, 1_000)).sort())
    seconds["append 1,000 rows of leads everywhere"] = timed(lambda: history.append(batch), times=5)
    share = rows.height // 100
    part = rows[:share].with_columns(
        lead=pl.Series(draw.integers(0, leads, share)), day=pl.col("day") + 1, n=pl.lit(1, pl.Int32)
    )
    seconds["append 1 % more rows, unsorted"] = timed(lambda: history.append(part))
    seconds["load with these not yet compacted"] = timed(lambda: load(folder, threads), times=3)
    seconds["erase one lead"] = timed(lambda: history.erase(leads // 2))
    seconds["compact"] = timed(history.compact)
    seconds["load after compacting"] = timed(lambda: load(folder, threads), times=5)
    print(f"{len(paths)} range files, {size:.1f} MB, {threads} threads\n")
    print(f"{'':<50} seconds   x DuckDB scan")
    for name, value in seconds.items():
        print(f"{name:<50} {value:7.3f}   {value / scan:8.2f}")
    compare_encodings(sorted(folder.glob("activity-*.parquet"))[0], home)


if __name__ == "__main__":
    main()
