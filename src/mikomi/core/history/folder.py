"""A history folder: activity in files sorted by lead, day, touch, and the events it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.events import Activity, Touches, add_touches
from mikomi.core.history import disk, ledger, shelves
from mikomi.core.history.manifest import (
    MANIFEST_NAME,
    Manifest,
    StaleHistory,
    TouchFile,
    lost_file,
    read_manifest,
)
from mikomi.core.words import MikomiError, Words

RANGE_SIZE = 65_536
MOST_LEADS = 2**31
RACES = 8
"""How often a reader that lost the race against writers looks again."""


@dataclass(frozen=True, slots=True)
class Added:
    """What reading events added: rows read, rows that were new, and how many of those count."""

    rows: int
    new: int
    counted: int


@dataclass(frozen=True, slots=True)
class RangePiece:
    """One lead range of a history as it was when it was opened."""

    folder: Path
    manifest: Manifest
    number: int
    touch_count: int

    @property
    def first(self) -> int:
        """The lowest lead number of the range."""
        return self.number * self.manifest.range_size

    @property
    def last(self) -> int:
        """The highest lead number of the range."""
        return self.first + self.manifest.range_size - 1

    def load(self) -> Activity:
        """The range's activity.

        Where a writer has meanwhile replaced the files, the newer ones are read: nothing that was
        there is missing but what was erased, newer rows may be there. Raises StaleHistory when the
        folder was made anew in another way, MikomiError when counts are wrong.
        """
        manifest = self.manifest
        for _ in range(RACES):
            try:
                activity = shelves.read_activity(self.folder, manifest, self.number)
            except FileNotFoundError:
                manifest = read_manifest(self.folder)
                self._same_kind(manifest)
                continue
            if manifest is self.manifest:
                return activity
            known = activity.touch < self.touch_count
            return Activity(
                activity.lead[known], activity.day[known], activity.touch[known], activity.n[known]
            )
        raise lost_file(self.folder)

    def _same_kind(self, manifest: Manifest) -> None:
        now = (manifest.timezone, manifest.range_size)
        if now != (self.manifest.timezone, self.manifest.range_size):
            raise _stale(self.folder, "別の設定で作り直されました", "it was built again with other settings")


class History:
    """A folder of activity files; an `ActivitySource` of the state it had when it was opened.

    Lead numbers are 0 to 2^31 - 1, days are days since 1970-01-01 in the folder's `timezone`. Every
    write is one commit under the folder's lock: after a crash at any moment either all of it is
    there or nothing. The object follows its own writes, not those of others: open it again for them.
    Writes raise MikomiError when another writer holds the lock, when the disk is full or not writable.
    """

    def __init__(self, folder: Path, manifest: Manifest, touches: pl.DataFrame) -> None:
        """Use `create` or `open`."""
        self._folder = folder
        self._manifest = manifest
        self._touches = touches

    @staticmethod
    def create(folder: Path, timezone: str, *, range_size: int = RANGE_SIZE) -> History:
        """Makes an empty history in `folder`, which may be there but must not hold one.

        Raises MikomiError when it does, when `timezone` is unknown, or the folder cannot be written.
        """
        try:
            ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise MikomiError(
                Words(
                    f"タイムゾーン {timezone} は知られていません。Asia/Tokyo のように書いてください。",
                    f"The time zone {timezone} is unknown. Write one like Asia/Tokyo.",
                )
            ) from error
        manifest = Manifest(timezone, range_size)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with disk.only_writer(folder):
                if (folder / MANIFEST_NAME).exists():
                    raise MikomiError(
                        Words(
                            f"{folder} にはすでに履歴があります。別のフォルダーを指定してください。",
                            f"{folder} already holds a history. Name another folder.",
                        )
                    )
                disk.write_file(folder / MANIFEST_NAME, manifest.dump())
                disk.sync_folder(folder)
        except OSError as error:
            raise disk.written_error(folder, error) from error
        return History(folder, manifest, Touches.empty().frame)

    @staticmethod
    def open(
        folder: Path,
        *,
        timezone: str | None = None,
        through: int | None = None,
        erasures: Mapping[int, int] | None = None,
    ) -> History:
        """The history in `folder` as it is now.

        What the caller knows of the truth can be given, so that a stale copy is noticed: the
        `timezone` it must have, the highest change number there is (`through`), and the change
        number of the latest erasure of each erased lead. Raises StaleHistory when one of them does
        not fit or the format is another, MikomiError when there is no history.
        """
        for _ in range(RACES):
            manifest = read_manifest(folder)
            try:
                touches = _read_touches(folder, manifest)
            except FileNotFoundError:
                continue
            _check_fresh(folder, manifest, timezone, through, erasures or {})
            return History(folder, manifest, touches)
        raise lost_file(folder)

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self._folder

    @property
    def timezone(self) -> str:
        """The time zone whose days are counted."""
        return self._manifest.timezone

    @property
    def built_through(self) -> int:
        """The highest change number whose changes are in; newer ones must be overlaid."""
        return self._manifest.built_through

    @property
    def delta_rows(self) -> int:
        """Activity rows not yet merged into range files; many of them make loading slower."""
        return sum(stop - start for delta in self._manifest.activity.deltas for _, start, stop in delta.marks)

    @property
    def rows(self) -> int:
        """Activity rows in files, deltas included."""
        return sum(file.rows for file in self._manifest.activity.ranges.values()) + self.delta_rows

    @property
    def touches(self) -> Touches:
        """The touch dictionary; it only grows."""
        return Touches(self._touches)

    @property
    def pieces(self) -> Sequence[RangePiece]:
        """The lead ranges that have activity."""
        return tuple(
            RangePiece(self._folder, self._manifest, number, self._touches.height)
            for number in self._manifest.activity.numbers
        )

    def append(self, rows: pl.DataFrame, *, through: int | None = None) -> None:
        """Adds signed counts: `lead` (number), `day` (Date or days since 1970), `kind`, `content`, `n`.

        `through`: with these rows, all changes up to this number are in; it becomes `built_through`.
        Raises ValueError when a column is missing, holds nulls or lead numbers outside the range.
        """
        rows = _checked(rows)
        with shelves.begin(self._folder, through) as commit:
            touches = _read_touches(self._folder, commit.before)
            numbered, touches = _number(commit, rows, touches)
            shelves.add_activity(commit, numbered)
            commit.finish()
        self._manifest, self._touches = commit.after, touches

    def replace_leads(
        self, numbers: npt.ArrayLike | pl.Series, rows: pl.DataFrame, *, through: int | None = None
    ) -> None:
        """Makes `rows` (as in `append`, n above 0) all the activity that the leads `numbers` have.

        For leads that changed after `built_through`, exported anew; `through` as in `append`.
        Raises ValueError like `append`, and for a row of a lead that is not among `numbers`.
        """
        rows = _checked(rows)
        leads = np.unique(np.asarray(numbers, dtype=np.int64))
        if not np.isin(rows["lead"].to_numpy(), leads).all():
            raise ValueError("rows must be of the leads that are replaced")
        with shelves.begin(self._folder, through) as commit:
            touches = _read_touches(self._folder, commit.before)
            numbered, touches = _number(commit, rows, touches)
            size = commit.before.range_size
            there = np.intersect1d(np.unique(leads // size), commit.before.activity.numbers)
            gone = [self._rows_of(commit, int(number), leads) for number in there]
            signed = pl.concat([numbered, *gone], how="vertical_relaxed")
            shelves.add_activity(commit, signed)
            commit.finish()
        self._manifest, self._touches = commit.after, touches

    def add_events(self, events: pl.DataFrame | Iterable[pl.DataFrame], *, source: str) -> Added:
        """Reads one file's events: `lead` (number), `at` (with time zone), `kind`, `content`, `automated`.

        `events` is the whole file, in parts if it is large. Identical rows of one file are that many
        events; the nth identical row of another file is the same event, so reading again what was
        exported twice changes nothing. Automated rows are remembered but do not count. `source`
        names the file in errors. Raises ValueError when a column is missing or holds nulls.
        """
        counted = ledger.count_identical(events, source)
        with shelves.begin(self._folder) as commit:
            touches = _read_touches(self._folder, commit.before)
            numbered, touches = _number(commit, counted, touches)
            new = ledger.only_new(commit, numbered)
            activity = ledger.to_activity(new, commit.before.timezone)
            read, added, effective = (int(frame["n"].sum()) for frame in (counted, new, activity))
            if added:
                shelves.add_ledger(commit, new)
                shelves.add_activity(commit, activity)
                commit.finish()
                self._manifest, self._touches = commit.after, touches
        return Added(read, added, effective)

    def compact(self) -> None:
        """Merges deltas into range files and touch files into one. Rows that came to 0 go.

        Raises MikomiError when a count is below 0; nothing is changed then.
        """
        with shelves.begin(self._folder) as commit:
            shelves.compact(commit)
            touches = _read_touches(self._folder, commit.before)
            if len(commit.before.touches) > 1:
                name = commit.put("touches", touches, touches.height)
                commit.after = replace(commit.after, touches=(TouchFile(name, 0, touches.height),))
            commit.finish()
        self._manifest, self._touches = commit.after, touches

    def erase(self, lead: int, *, through: int | None = None) -> None:
        """Leaves no row of the lead in any file, activity or ledger; the old files are deleted.

        The touch dictionary keeps its contents. Events of the lead that are read again come back.
        `through` is the change number of the erasure itself; other changes up to it may still be
        missing, so `built_through` stays.
        """
        if not 0 <= lead < MOST_LEADS:
            raise ValueError("lead numbers are 0 to 2^31 - 1")
        with shelves.begin(self._folder) as commit:
            shelves.erase(commit, lead, commit.before.built_through if through is None else through)
            touches = _read_touches(self._folder, commit.before)
            commit.finish()
        self._manifest, self._touches = commit.after, touches

    @staticmethod
    def _rows_of(commit: shelves.Commit, number: int, leads: npt.NDArray[np.int64]) -> pl.DataFrame:
        """The activity of these leads in one range, taken away: n negative."""
        frame = shelves.frame_of(shelves.read_activity(commit.folder, commit.before, number))
        return frame.filter(pl.Series(np.isin(frame["lead"].to_numpy(), leads))).with_columns(-pl.col("n"))


def _number(
    commit: shelves.Commit, rows: pl.DataFrame, touches: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`rows` with `touch` for `kind` and `content`, and the dictionary; new touches are written."""
    pairs = rows.select("kind", "content").unique()
    texts = pairs.cast(pl.String)
    grown = add_touches(Touches(touches), texts).frame
    if grown.height > touches.height:
        new = grown[touches.height :]
        name = commit.put("touches", new, new.height)
        file = TouchFile(name, touches.height, new.height)
        commit.after = replace(commit.after, touches=(*commit.after.touches, file))
    numbers = texts.join(
        grown.with_row_index("touch"), on=["kind", "content"], how="left", maintain_order="left"
    )
    known = pairs.with_columns(numbers["touch"])
    joined = rows.join(known, on=["kind", "content"], how="left", maintain_order="left")
    return joined.select(pl.exclude("kind", "content", "n"), "n"), grown


def _read_touches(folder: Path, manifest: Manifest) -> pl.DataFrame:
    parts = [pl.read_parquet(folder / file.name, glob=False) for file in manifest.touches]
    return pl.concat([Touches.empty().frame, *parts])


def _checked(rows: pl.DataFrame) -> pl.DataFrame:
    """`lead, day, kind, content, n` in the right types; raises ValueError otherwise."""
    wanted = ["lead", "day", "kind", "content", "n"]
    missing = [name for name in wanted if name not in rows.columns]
    if missing:
        raise ValueError(f"columns are missing: {', '.join(missing)}")
    rows = rows.select(wanted)
    ledger.check_rows(rows)
    return rows.with_columns(
        pl.col("lead").cast(pl.UInt32),
        pl.col("day").cast(pl.Int32),
        pl.col("n").cast(pl.Int32),
    )


def _check_fresh(
    folder: Path, manifest: Manifest, timezone: str | None, through: int | None, erasures: Mapping[int, int]
) -> None:
    if timezone is not None and timezone != manifest.timezone:
        raise _stale(
            folder,
            f"タイムゾーンが {manifest.timezone} で、今の設定 {timezone} と違います",
            f"its time zone is {manifest.timezone}, not {timezone}",
        )
    if through is not None and manifest.built_through > through:
        raise _stale(
            folder,
            f"変更番号 {manifest.built_through} まで含み、事実は {through} までです",
            f"it holds changes up to {manifest.built_through}, the facts end at {through}",
        )
    for lead, change in erasures.items():
        erased = manifest.erased.get(lead // manifest.range_size, (0, 0))[1]
        if max(erased, manifest.built_through) < change:
            raise _stale(
                folder,
                f"リード番号 {lead} の消去より前のものです",
                f"it is older than the erasure of lead number {lead}",
            )


def _stale(folder: Path, ja: str, en: str) -> StaleHistory:
    return StaleHistory(
        Words(
            f"履歴 {folder} はそのままでは使えません（{ja}）。履歴を作り直してください。",
            f"{folder}: this history must not be used as it is ({en}). Build it again.",
        )
    )
