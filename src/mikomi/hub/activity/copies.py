"""Making the copy of the activity table in history files, and bringing it up to date.

What is written here needs no long transaction: a copy is begun at a change number, and every lead
that changed after it is taken in anew, whole. The last step reads that number, those leads and their
activity in one statement, so the copy ends as the table was at one moment.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from django.conf import settings
from django.db import connection

from mikomi.core.events import Activity, Touches
from mikomi.core.history import RANGE_SIZE, History, StaleHistory
from mikomi.core.history.disk import sync_folder
from mikomi.core.history.manifest import read_manifest
from mikomi.core.words import Words
from mikomi.hub.activity.source import known_touches, lead_ends, packed, unpacked
from mikomi.hub.kit.setwise import fetch, on_postgres, run

MAKING = "making-"
COPY = "copy-"
DISTRUSTED = "distrusted"
"""A file in a copy that was found damaged: it is made anew next time."""
AT_ONCE = 50_000
"""More changed leads than this are taken in range by range first, to bound memory."""
ROUNDS = 3
ANEW_SHARE = 0.3
"""Where more of the leads than this changed, reading all of them in order is quicker."""
COMPACT_SHARE = 0.1
"""Rows beside the range files that make loading slow enough to be worth merging."""
ROWS_AT_ONCE = 1_000_000
FIRST_LEADS, FEWEST_LEADS = 4_096, 256
NO_LEADS = np.zeros(0, dtype=np.int64)

type Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Moment:
    """The leads whose activity changed after some number, at one moment.

    `last`, `erased`: the latest change and the latest erasure. `leads`: their numbers. `activity`: theirs.
    """

    last: int
    erased: int
    leads: Numbers
    activity: Activity


def make_copy(home: Path) -> Path:
    """Copies the activity table into a new folder of `home` and returns it.

    The folder takes its name when it is whole: what a killed maker leaves is known by its name.
    """
    begun = last_numbers()[0]
    token = secrets.token_hex(6)
    folder = home / (MAKING + token)
    history = History.create(folder, settings.TIME_ZONE)
    names = Names()
    # The database is read while the range before is sorted and written.
    with ThreadPoolExecutor(1) as writer:
        written: Future[None] | None = None
        for activity in _by_range():
            rows = names.named(activity)
            if written:
                written.result()
            written = writer.submit(history.append, rows)
        if written:
            written.result()
    if history.delta_rows:
        history.compact()
    copy = home / (COPY + token)
    _promise(copy, begun)
    history.replace_leads(NO_LEADS, names.named(_none()), through=begun)
    folder.rename(copy)
    sync_folder(home)
    return copy


def open_copy(folder: Path) -> History:
    """The copy in `folder`. Raises StaleHistory where it must not be used.

    It must be of this database and this past of it, of the present time zone, and know of the
    latest erasure: as a change that is in, or as one that was made in the files.
    """
    last, erased = last_numbers()
    history = History.open(folder, timezone=settings.TIME_ZONE, through=last)
    if (folder / DISTRUSTED).exists():
        raise _stale("ファイルが壊れています", "its files are damaged")
    if _promised(folder) < history.built_through:
        raise _stale("別のデータベースのものです", "it was made from another database, or another past of it")
    marks = [change for _, change in read_manifest(folder).erased.values()]
    if erased > max([history.built_through, *marks]):
        raise _stale("消去より前のものです", "it is older than an erasure")
    ends = lead_ends()
    leads = ends[1] - ends[0] + 1 if ends else 0
    if len(_changed(history.built_through)) > max(ANEW_SHARE * leads, 1_000):
        raise _stale("変わったリードが多すぎます", "so many leads changed that making it anew is quicker")
    return history


def catch_up(history: History) -> None:
    """Takes in every lead that changed, so that the copy is the table at one moment.

    Where something was erased meanwhile, no row of it stays in any file.
    """
    began = history.built_through
    names = Names()
    for _ in range(ROUNDS):
        if len(changed := _changed(history.built_through)) <= AT_ONCE:
            break
        _take_in_parts(history, names, changed)
    now = _moment(history.built_through)
    if len(now.leads) or now.erased > began:
        _promise(history.folder, now.last)
        history.replace_leads(now.leads, names.named(now.activity), through=now.last)
    if now.erased > began or history.delta_rows > COMPACT_SHARE * history.rows:
        history.compact()


def drop(folder: Path) -> None:
    """Deletes a copy, whole or not. Raises OSError where that cannot be done."""
    shutil.rmtree(folder)
    run("delete from activity_historycopy where name = %s", [_token(folder)])


def last_numbers() -> tuple[int, int]:
    """The change number handed out last and that of the latest erasure; 0 before the first."""
    found = fetch("select last, erased from activity_changenumber", {"last": pl.Int64, "erased": pl.Int64})
    return found.row(0) if found.height else (0, 0)


@dataclass(slots=True)
class Names:
    """The touch dictionary as categories, read again only when it has grown."""

    version: tuple[Any, ...] = ()
    texts: pl.DataFrame = field(default_factory=lambda: Touches.empty().frame)

    def named(self, activity: Activity) -> pl.DataFrame:
        """The activity as `History.append` takes it. It must have been read before the call."""
        version = fetch(
            "select coalesce(max(id), -1), count(*) from activity_touch", {"top": pl.Int64, "count": pl.Int64}
        ).row(0)
        if version != self.version:
            self.version = version
            self.texts = known_touches().frame.select(pl.all().cast(pl.Categorical))
        touch = pl.Series(activity.touch)
        return pl.DataFrame(
            {
                "lead": activity.lead,
                "day": activity.day,
                "kind": self.texts["kind"].gather(touch),
                "content": self.texts["content"].gather(touch),
                "n": activity.n,
            }
        )


def _by_range() -> Iterator[Activity]:
    """All activity, a range of the history files at a time, read in steps of about a million rows."""
    ends = lead_ends()
    if ends is None:
        return
    step = FIRST_LEADS
    for start in range(ends[0] // RANGE_SIZE * RANGE_SIZE, ends[1] + 1, RANGE_SIZE):
        parts, at = [], start
        while at < start + RANGE_SIZE:
            until = min(at + step, start + RANGE_SIZE)
            part = _rows("activity_activity a where a.lead between %s and %s", [at, until - 1])
            parts.append(part)
            fitting = step * ROWS_AT_ONCE // max(len(part), 1)
            step = min(max(fitting, FEWEST_LEADS), step * 4, RANGE_SIZE)
            at = until
        activity = _joined(parts)
        if len(activity):
            yield activity


def _take_in_parts(history: History, names: Names, changed: Numbers) -> None:
    through = last_numbers()[0]
    for number in np.unique(changed // RANGE_SIZE).tolist():
        now = _moment(history.built_through, number * RANGE_SIZE, (number + 1) * RANGE_SIZE - 1)
        history.replace_leads(now.leads, names.named(now.activity))
    _promise(history.folder, through)
    history.replace_leads(NO_LEADS, names.named(_none()), through=through)


def _moment(number: int, first: int = 0, last: int = 2**31 - 1) -> Moment:
    """What changed after change `number` among the leads `first` to `last`: one statement, one moment."""
    chosen = "c.activity > %s and c.lead between %s and %s"
    together = "string_agg(int4send(c.lead), ''::bytea)" if on_postgres() else "group_concat(c.lead)"
    with connection.cursor() as cursor:
        cursor.execute(
            "select (select last from activity_changenumber), (select erased from activity_changenumber),"
            f" (select {together} from activity_changedlead c where {chosen}), {packed()}"
            f" from activity_changedlead c cross join activity_activity a where {chosen} and a.lead = c.lead",
            [number, first, last] * 2,
        )
        change, erased, leads, *rows = cursor.fetchone()
    if on_postgres():
        numbers = np.frombuffer(leads or b"", dtype=">i4").astype(np.int64)
    else:
        numbers = np.fromstring(leads or "", dtype=np.int64, sep=",")
    return Moment(change or 0, erased or 0, numbers, unpacked(rows))


def _changed(number: int) -> Numbers:
    """The leads whose activity changed after change `number`."""
    return fetch("select lead from activity_changedlead where activity > %s", {"lead": pl.Int64}, [number])[
        "lead"
    ].to_numpy()


def _rows(which: str, params: Sequence[int]) -> Activity:
    with connection.cursor() as cursor:
        cursor.execute(f"select {packed()} from {which}", params)
        return unpacked(cursor.fetchone())


def _joined(parts: Sequence[Activity]) -> Activity:
    return Activity(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("lead", "day", "touch", "n"))
    )


def _none() -> Activity:
    return Activity(*(np.zeros(0, dtype=np.int32) for _ in range(4)))


def _token(folder: Path) -> str:
    return folder.name.removeprefix(COPY).removeprefix(MAKING)


def _promise(folder: Path, through: int) -> None:
    """Notes in the database what the files are about to know. Before they do, never after."""
    run(
        "insert into activity_historycopy (name, through) values (%s, %s)"
        " on conflict (name) do update set through = excluded.through",
        [_token(folder), through],
    )


def _promised(folder: Path) -> int:
    found = fetch(
        "select through from activity_historycopy where name = %s", {"through": pl.Int64}, [_token(folder)]
    )
    return found.item() if found.height else -1


def _stale(ja: str, en: str) -> StaleHistory:
    return StaleHistory(
        Words(f"履歴の控えは使えません（{ja}）", f"the copy of the history must not be used: {en}")
    )
