"""Tables of signed counters in lead ranges: reading one range, adding rows, compacting, erasing.

Two tables are kept so: activity, and the ledger of events read. They differ in their key alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from mikomi.core.events import Activity
from mikomi.core.history import disk
from mikomi.core.history.manifest import (
    FORMAT,
    MANIFEST_NAME,
    DeltaFile,
    Manifest,
    RangeFile,
    Shelf,
    StaleHistory,
    lost_file,
    read_manifest,
)
from mikomi.core.history.merge import merge, sum_packed
from mikomi.core.words import MikomiError, Words

ACTIVITY = pl.Schema({"lead": pl.UInt32, "day": pl.Int32, "touch": pl.UInt32, "n": pl.Int32})
LEDGER = pl.Schema(
    {
        "lead": pl.UInt32,
        "at": pl.Datetime("us", "UTC"),
        "touch": pl.UInt32,
        "automated": pl.Boolean,
        "n": pl.Int32,
    }
)
NEW_RANGE_FILE_ROWS = 100_000
"""Rows for one range that are worth a new range file at once, if they are no fewer than it holds."""
DELTA_ROW_GROUP = 32_768


@dataclass(slots=True)
class Commit:
    """One change of the folder under way: files go in first, then the manifest that names them."""

    folder: Path
    before: Manifest
    after: Manifest
    written: list[str] = field(default_factory=list)

    def put(self, stem: str, frame: pl.DataFrame, row_group: int) -> str:
        """Writes a data file and returns its name, which no earlier file had."""
        name = f"{stem}-v{self.after.version:08d}-{len(self.written):04d}.parquet"
        self.written.append(name)
        disk.write_file(self.folder / name, disk.parquet_bytes(frame, self.after.facts(), row_group))
        return name

    def finish(self) -> None:
        """Makes `after` the state of the folder and deletes the files that only `before` named."""
        disk.sync_folder(self.folder)
        disk.write_file(self.folder / MANIFEST_NAME, self.after.dump())
        written = list(self.written)
        self.written.clear()  # they count now, whatever fails from here on
        try:
            disk.sync_folder(self.folder)
        except OSError as error:
            raise disk.unsure_error(self.folder, error) from error
        for name in sorted(self.before.names().union(written) - self.after.names()):
            disk.remove(self.folder / name)


@contextmanager
def begin(folder: Path, through: int | None = None) -> Iterator[Commit]:
    """A commit on the newest state, with the lock held. Raises MikomiError where it cannot be done.

    `through` raises `built_through`. Files that a killed writer left are swept first.
    """
    with disk.only_writer(folder):
        before = read_manifest(folder)
        change = before.built_through if through is None else max(through, before.built_through)
        commit = Commit(folder, before, replace(before, version=before.version + 1, built_through=change))
        try:
            _sweep(folder, before)
            yield commit
        except Exception as error:
            for name in commit.written:
                disk.remove(folder / name)
            for path in folder.glob(disk.TEMPORARY + "*"):
                disk.remove(path)
            if isinstance(error, FileNotFoundError):
                raise lost_file(folder) from error
            if isinstance(error, OSError):
                raise disk.written_error(folder, error) from error
            raise


def read_activity(folder: Path, manifest: Manifest, number: int) -> Activity:
    """The summed activity of one range, sorted; counts of 1 and more.

    Raises FileNotFoundError when a newer commit has deleted a file, StaleHistory when a file is not
    what the manifest says, MikomiError when a count is below 0.
    """
    shelf = manifest.activity
    base = _activity(_read_base(folder, manifest, shelf, ACTIVITY, number))
    deltas = _read_deltas(folder, manifest, shelf, number)
    if not deltas:
        return base
    return _merged(base, total(pl.concat(deltas), ACTIVITY))


def read_ledger(folder: Path, manifest: Manifest, number: int) -> pl.DataFrame:
    """The ledger rows of one range, none twice; unsorted. Raises like `read_activity`."""
    shelf = manifest.ledger
    base = _read_base(folder, manifest, shelf, LEDGER, number)
    deltas = _read_deltas(folder, manifest, shelf, number)
    return _sum(pl.concat([base, *deltas]), LEDGER) if deltas else base


def total(rows: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """`rows` summed by key, sorted by it, without zeros, in the shelf's types."""
    if schema is ACTIVITY:
        summed = sum_packed(_activity(rows.select(list(schema)).cast(schema)))
        if summed is not None:
            return frame_of(summed)
    return _sum(rows, schema).filter(pl.col("n") != 0).sort(list(schema)[:-1])


def add_activity(commit: Commit, rows: pl.DataFrame) -> None:
    """Adds signed rows (`lead, day, touch, n`) to the activity; many become range files at once."""
    shelf = commit.after.activity
    ranges = dict(shelf.ranges)
    rest = []
    for number, part in split(rows, commit.after.range_size):
        part = total(part, ACTIVITY)
        if _worth_a_file(shelf, number, part):
            now = read_activity(commit.folder, commit.after, number)
            ranges[number] = _put_activity(commit, number, _merged(now, part))
        elif part.height:
            rest.append((number, part))
    renewed = {number for number, file in ranges.items() if file.version == commit.after.version}
    deltas = _without(commit, "activity", shelf.deltas, renewed) + _put_delta(commit, "activity", rest)
    commit.after = replace(commit.after, activity=_shelf(ranges, deltas))


def add_ledger(commit: Commit, rows: pl.DataFrame) -> None:
    """Adds rows (`lead, at, touch, automated, n`; no key twice) to the ledger in the same way."""
    shelf = commit.after.ledger
    ranges = dict(shelf.ranges)
    rest = []
    for number, part in split(rows, commit.after.range_size):
        part = part.cast(LEDGER)
        if _worth_a_file(shelf, number, part):
            if number in shelf.numbers:
                part = _sum(pl.concat([read_ledger(commit.folder, commit.after, number), part]), LEDGER)
            ranges[number] = _put_ledger(commit, number, part.sort(list(LEDGER)[:-1]))
        elif part.height:
            rest.append((number, part))
    renewed = {number for number, file in ranges.items() if file.version == commit.after.version}
    deltas = _without(commit, "ledger", shelf.deltas, renewed) + _put_delta(commit, "ledger", rest)
    commit.after = replace(commit.after, ledger=_shelf(ranges, deltas))


def compact(commit: Commit) -> None:
    """Merges all deltas into range files."""
    state = commit.after
    ranges = dict(state.activity.ranges)
    for number in _marked(state.activity):
        ranges[number] = _put_activity(commit, number, read_activity(commit.folder, state, number))
    ledger = dict(state.ledger.ranges)
    for number in _marked(state.ledger):
        rows = total(read_ledger(commit.folder, state, number), LEDGER)
        ledger[number] = _put_ledger(commit, number, rows)
    commit.after = replace(commit.after, activity=_shelf(ranges), ledger=_shelf(ledger))


def erase(commit: Commit, lead: int, change: int) -> None:
    """Leaves no row of `lead` in any file of its range, activity or ledger.

    `change`, the number of the erasure, is kept for the range.
    """
    number = lead // commit.after.range_size
    state = commit.after
    ranges, ledger = dict(state.activity.ranges), dict(state.ledger.ranges)
    if number in state.activity.numbers:
        all_rows = read_activity(commit.folder, state, number)
        kept = all_rows.lead != lead
        activity = Activity(all_rows.lead[kept], all_rows.day[kept], all_rows.touch[kept], all_rows.n[kept])
        ranges[number] = _put_activity(commit, number, activity)
    if number in state.ledger.numbers:
        rows = total(read_ledger(commit.folder, state, number), LEDGER).filter(pl.col("lead") != lead)
        ledger[number] = _put_ledger(commit, number, rows)
    commit.after = replace(
        commit.after,
        activity=_shelf(ranges, _without(commit, "activity", state.activity.deltas, {number})),
        ledger=_shelf(ledger, _without(commit, "ledger", state.ledger.deltas, {number})),
        erased={**state.erased, number: (state.version, max(change, state.erased.get(number, (0, 0))[1]))},
    )


def split(rows: pl.DataFrame, range_size: int) -> Iterator[tuple[int, pl.DataFrame]]:
    """Rows cut into (range number, its rows), in the order of ranges."""
    if rows.is_empty():
        return
    if not rows["lead"].is_sorted():
        rows = rows.sort("lead")
    numbers = rows["lead"].to_numpy() // range_size
    marks = np.flatnonzero(np.diff(numbers, prepend=-1))
    for start, stop in zip(marks, [*marks[1:], len(numbers)], strict=True):
        yield int(numbers[start]), rows[int(start) : int(stop)]


def frame_of(activity: Activity) -> pl.DataFrame:
    """The arrays as a frame in the types of the files."""
    return pl.DataFrame(
        {
            "lead": activity.lead.view(np.uint32),
            "day": activity.day,
            "touch": activity.touch.view(np.uint32),
            "n": activity.n,
        }
    )


def _shelf(ranges: dict[int, RangeFile], deltas: Sequence[DeltaFile] = ()) -> Shelf:
    return Shelf({number: file for number, file in ranges.items() if file.rows}, tuple(deltas))


def _marked(shelf: Shelf) -> list[int]:
    return sorted({number for delta in shelf.deltas for number, _, _ in delta.marks})


def _worth_a_file(shelf: Shelf, number: int, part: pl.DataFrame) -> bool:
    base = shelf.ranges.get(number)
    held = (base.rows if base else 0) + sum(delta.rows_of(number)[1] for delta in shelf.deltas)
    return part.height >= max(held, NEW_RANGE_FILE_ROWS)


def _put_activity(commit: Commit, number: int, activity: Activity) -> RangeFile:
    return _put_range(commit, "activity", number, frame_of(activity))


def _put_ledger(commit: Commit, number: int, rows: pl.DataFrame) -> RangeFile:
    return _put_range(commit, "ledger", number, rows)


def _put_range(commit: Commit, table: str, number: int, rows: pl.DataFrame) -> RangeFile:
    if rows.is_empty():
        return RangeFile("", commit.after.version, 0)
    name = commit.put(f"{table}-{number:05d}", rows, rows.height)
    return RangeFile(name, commit.after.version, rows.height)


def _put_delta(commit: Commit, table: str, parts: Sequence[tuple[int, pl.DataFrame]]) -> list[DeltaFile]:
    if not parts:
        return []
    marks, start = [], 0
    for number, part in parts:
        marks.append((number, start, start + part.height))
        start += part.height
    name = commit.put(f"{table}-delta", pl.concat([part for _, part in parts]), DELTA_ROW_GROUP)
    return [DeltaFile(name, commit.after.version, tuple(marks))]


def _without(commit: Commit, table: str, deltas: Sequence[DeltaFile], numbers: set[int]) -> list[DeltaFile]:
    """The deltas with the rows of these ranges gone, from the files too."""
    kept = []
    for delta in deltas:
        if not any(delta.rows_of(number)[1] for number in numbers):
            kept.append(delta)
            continue
        rows = pl.read_parquet(commit.folder / delta.name, glob=False)
        parts = [(at, rows[start:stop]) for at, start, stop in delta.marks if at not in numbers]
        kept += _put_delta(commit, table, parts)
    return kept


def _read_base(
    folder: Path,
    manifest: Manifest,
    shelf: Shelf,
    schema: pl.Schema,
    number: int,
) -> pl.DataFrame:
    file = shelf.ranges.get(number)
    if file is None:
        return pl.DataFrame(schema=schema)
    path = folder / file.name
    try:
        _check(path, manifest, file.version, number)
        return pl.read_parquet(path, glob=False)
    except pl.exceptions.PolarsError as error:
        raise _not_ours(path) from error


def _read_deltas(folder: Path, manifest: Manifest, shelf: Shelf, number: int) -> list[pl.DataFrame]:
    frames = []
    for delta in shelf.deltas_of(number):
        path = folder / delta.name
        start, length = delta.rows_of(number)
        try:
            _check(path, manifest, delta.version, number)
            frames.append(pl.scan_parquet(path, glob=False).slice(start, length).collect())
        except pl.exceptions.PolarsError as error:
            raise _not_ours(path) from error
    return frames


def _check(path: Path, manifest: Manifest, version: int, number: int) -> None:
    facts = pl.read_parquet_metadata(path)
    expected = {
        "mikomi.format": str(FORMAT),
        "mikomi.timezone": manifest.timezone,
        "mikomi.range_size": str(manifest.range_size),
        "mikomi.version": str(version),
    }
    erased = manifest.erased.get(number, (0, 0))[0]
    if version < erased or any(facts.get(key) != value for key, value in expected.items()):
        raise _not_ours(path)


def _not_ours(path: Path) -> StaleHistory:
    return StaleHistory(
        Words(
            f"{path} は壊れているか、この履歴の今の内容ではありません（古い控えが混ざった可能性があります）。"
            "履歴を作り直してください。",
            f"{path}: this file is damaged or not what the history's manifest says, perhaps an old copy was "
            "put back. Build the history again.",
        )
    )


def _activity(rows: pl.DataFrame) -> Activity:
    return Activity(
        rows["lead"].to_numpy().view(np.int32),
        rows["day"].to_numpy(),
        rows["touch"].to_numpy().view(np.int32),
        rows["n"].to_numpy(),
    )


def _merged(base: Activity, rows: pl.DataFrame) -> Activity:
    merged, negative = merge(base, _activity(rows))
    if negative >= 0:
        lead, day = int(merged.lead[negative]), int(merged.day[negative])
        raise MikomiError(
            Words(
                f"履歴が事実と合いません。リード番号 {lead} の {np.datetime64(day, 'D')} の件数が "
                f"{int(merged.n[negative])} になります。履歴を作り直してください。",
                f"The history does not agree with the facts: lead number {lead} would have "
                f"{int(merged.n[negative])} events on {np.datetime64(day, 'D')}. Build the history again.",
            )
        )
    return merged


def _sum(rows: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    key = list(schema)[:-1]
    return rows.group_by(key).agg(pl.col("n").cast(pl.Int64).sum()).cast(schema)


def _sweep(folder: Path, manifest: Manifest) -> None:
    """Deletes what a killed writer left: files aside, and data files that no manifest ever named."""
    for path in folder.glob(disk.TEMPORARY + "*"):
        disk.remove(path)
    named = manifest.names()
    for path in folder.glob("*.parquet"):
        if path.name not in named:
            disk.remove(path)
