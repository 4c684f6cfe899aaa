"""The history folder as a cache of the activity table, and the table's newer leads laid over it.

Reading all leads from files is many times faster than from the database; the database stays the
truth. What the files do not hold yet is known by change numbers: leads that changed since are read
from the database and stand in for what the files say of them.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from django.conf import settings

from mikomi.core.events import Activity, ActivitySource, LoadedActivity, Piece, Touches, add_touches
from mikomi.core.history.folder import RANGE_SIZE, History, RangePiece
from mikomi.core.words import MikomiError
from mikomi.hub.activity.source import activity_of, all_activity
from mikomi.hub.kit.setwise import fetch

MOST_OVERLAID = 50_000
"""With more leads than this that the files do not hold as they are now, the files are written first."""
LEADS_A_COMMIT = 20_000
LOOSE_SHARE = 0.2
"""Rows not merged into their range, of all rows, beyond which the files are merged."""

_NOTHING = pl.DataFrame(
    schema={"lead": pl.Int64, "day": pl.Int32, "kind": pl.String, "content": pl.String, "n": pl.Int32}
)


@dataclass(frozen=True, slots=True)
class OverlaidPiece:
    """A range of leads: from the files, but `leads` (sorted) as `newer` has them."""

    first: int
    last: int
    base: Piece | None
    leads: np.ndarray
    newer: Activity

    def load(self) -> Activity:
        """The range's activity, sorted."""
        if self.base is None:
            return self.newer
        base = self.base.load()
        if len(self.leads) == 0:
            return base
        kept = ~np.isin(base.lead, self.leads)
        lead = np.concatenate([base.lead[kept], self.newer.lead])
        order = np.argsort(lead, kind="stable")
        day, touch, n = (
            np.concatenate([old[kept], new])[order]
            for old, new in (
                (base.day, self.newer.day),
                (base.touch, self.newer.touch),
                (base.n, self.newer.n),
            )
        )
        return Activity(lead[order], day, touch, n)


@dataclass(frozen=True, slots=True)
class OverlaidActivity:
    """All activity: files, and what is newer than they are."""

    touches: Touches
    pieces: Sequence[OverlaidPiece]


def history_source(folder: Path) -> ActivitySource:
    """The activity of all leads as it is now, mostly read from the files in `folder`.

    The files are made, or made anew, where they are missing, stale, older than an erasure, or behind
    by many leads. Raises MikomiError when another program is writing them at that moment or the disk
    refuses.
    """
    opened = _usable(folder) or refresh_history(folder)
    newer = _newer_leads(opened)
    if len(newer) > MOST_OVERLAID:
        opened = refresh_history(folder)
        newer = _newer_leads(opened)
    return _overlaid(opened, newer)


def refresh_history(folder: Path) -> History:
    """Brings the files in `folder` up to the database; makes them anew where they cannot be mended."""
    number, _ = _numbers()
    opened = _usable(folder)
    if opened is None:
        return _built(folder, number)
    newer = _newer_leads(opened).to_numpy()
    for start in range(0, len(newer), LEADS_A_COMMIT):
        part = newer[start : start + LEADS_A_COMMIT]
        opened.replace_leads(part, _rows(activity_of(pl.Series("lead", part))))
    opened.append(_NOTHING, through=number)
    if opened.delta_rows > LOOSE_SHARE * opened.rows:
        opened.compact()
    return opened


def _built(folder: Path, number: int) -> History:
    shutil.rmtree(folder, ignore_errors=True)
    made = History.create(folder, settings.TIME_ZONE)
    source = all_activity()
    for piece in source.pieces:
        made.append(_rows(LoadedActivity.of(source.touches, piece.load(), parts=1)))
    # Only now it counts as built: a folder that was left half made is made anew.
    made.append(_NOTHING, through=number)
    made.compact()
    return made


def _usable(folder: Path) -> History | None:
    """The history in `folder`; None where there is none, or none that may be read."""
    number, erased = _numbers()
    try:
        opened = History.open(folder, timezone=settings.TIME_ZONE, through=number)
    except (MikomiError, OSError):
        return None
    return opened if opened.built_through >= max(erased, 1) else None


def _numbers() -> tuple[int, int]:
    """The change number handed out last, and that of the latest erasure."""
    found = fetch(
        "select last, erased from activity_changenumber where id = 1", {"last": pl.Int64, "erased": pl.Int64}
    )
    return (0, 0) if found.is_empty() else found.row(0)


def _newer_leads(opened: History) -> pl.Series:
    return fetch(
        "select lead from activity_changedlead where activity > %s order by lead",
        {"lead": pl.Int32},
        [opened.built_through],
    )["lead"]


def _rows(source: LoadedActivity) -> pl.DataFrame:
    names = source.touches.frame.with_row_index("touch").cast({"touch": pl.Int32})
    parts = [
        pl.DataFrame({"lead": a.lead, "day": a.day, "touch": a.touch, "n": a.n})
        for a in (piece.activity for piece in source.pieces)
    ]
    if not parts:
        return _NOTHING
    return pl.concat(parts).join(names, on="touch").select(_NOTHING.columns)


def _overlaid(opened: History, leads: pl.Series) -> OverlaidActivity:
    read = activity_of(leads)
    touches, newer = _renumbered(opened.touches, read)
    size = opened.pieces[0].last - opened.pieces[0].first + 1 if opened.pieces else RANGE_SIZE
    ranges: dict[int, RangePiece] = {piece.number: piece for piece in opened.pieces}
    numbers = leads.to_numpy()
    pieces = []
    for number in sorted(
        {*ranges, *np.unique(newer.lead // size).tolist(), *np.unique(numbers // size).tolist()}
    ):
        first, last = number * size, (number + 1) * size - 1
        mine = slice(*np.searchsorted(numbers, [first, last + 1]).tolist())
        rows = slice(*np.searchsorted(newer.lead, [first, last + 1]).tolist())
        part = Activity(newer.lead[rows], newer.day[rows], newer.touch[rows], newer.n[rows])
        pieces.append(OverlaidPiece(first, last, ranges.get(number), numbers[mine], part))
    return OverlaidActivity(touches, tuple(pieces))


def _renumbered(known: Touches, read: LoadedActivity) -> tuple[Touches, Activity]:
    """What was read, under the touch numbers of the files; new touches are added at the end."""
    parts = [piece.activity for piece in read.pieces]
    lead, day, touch, n = (
        np.concatenate([np.empty(0, np.int32), *(getattr(part, name) for part in parts)])
        for name in ("lead", "day", "touch", "n")
    )
    used = np.unique(touch)
    names = read.touches.frame[used] if len(used) else Touches.empty().frame
    grown = add_touches(known, names)
    found = names.join(
        grown.frame.with_row_index("number"), on=["kind", "content"], how="left", maintain_order="left"
    )
    touch = found["number"].cast(pl.Int32).to_numpy()[np.searchsorted(used, touch)] if len(used) else touch
    order = np.lexsort((touch, day, lead))
    return grown, Activity(lead[order], day[order], touch[order], n[order])
