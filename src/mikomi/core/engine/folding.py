"""Measures over a whole source: its pieces folded in threads, leads found in their arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from mikomi.core.conditions.activity import Groups
from mikomi.core.events import Activity, ActivitySource, Piece
from mikomi.core.scoring.fold import NEVER, fold_piece
from mikomi.core.scoring.measures import Kind, Measure, make_plan
from mikomi.core.scoring.score import Floats

type Progress = Callable[[int, int], None]
"""Called with (done, of all) as pieces of work are finished, from any thread."""

EPOCH = date(1970, 1, 1)
SPARSE = 4
"""Where lead numbers reach this many times beyond the leads asked for, they are renumbered."""


@dataclass(frozen=True, slots=True)
class Folded:
    """What a fold gave. Leads are in the order of the numbers asked for.

    `values`: (days, leads, slots). `busy`: (days, leads, BUSY measures). `counts`, `lasts`:
    (days, leads, measures), without leads where they were not asked for; a day that there is
    not is `NEVER`.
    """

    values: Floats
    busy: npt.NDArray[np.uint8]
    counts: npt.NDArray[np.int64]
    lasts: npt.NDArray[np.int32]


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def fold_measures(
    measures: Sequence[Measure],
    groups: Groups,
    source: ActivitySource,
    numbers: npt.NDArray[np.int64],
    days: Sequence[date],
    *,
    slots: Sequence[int] | None = None,
    gates: npt.NDArray[np.uint64] | None = None,
    explain: bool = False,
    threads: int = 2,
    progress: Progress | None = None,
) -> Folded:
    """Computes `measures` for the leads `numbers` on each of `days` (ascending), in one pass.

    `slots`: the column that each measure's worth is added to (default: a column each; -1: none).
    `gates`: shape (1 or days, leads), bit g = the lead meets gate g.
    Raises `ValueError` for days that do not ascend.
    """
    plan = make_plan(measures, source.touches, groups)
    asked = np.array([day_number(d) for d in days], dtype=np.int32)
    if np.any(np.diff(asked) <= 0):
        raise ValueError("days must ascend")
    column = np.arange(len(plan), dtype=np.int32) if slots is None else np.array(slots, dtype=np.int32)
    place = _Places.of(numbers)
    shape = (len(asked), place.size)
    values = np.zeros((*shape, int(column.max(initial=-1)) + 1))
    busy = np.zeros((*shape, int(np.sum(plan.kind == Kind.BUSY))), dtype=np.uint8)
    told = place.size if explain else 0
    counts = np.zeros((len(asked), told, len(plan)), dtype=np.int64)
    lasts = np.full((len(asked), told, len(plan)), NEVER, dtype=np.int32)
    gate_bits = np.zeros((0, 0), dtype=np.uint64)
    if gates is not None:
        gate_bits = np.zeros((gates.shape[0], place.size), dtype=np.uint64)
        gate_bits[:, place.rows] = gates
    wanted = [piece for piece in source.pieces if place.holds(piece)]
    done = 0

    def work(piece: Piece) -> None:
        fold_piece(plan, place.put(piece.load()), asked, 0, column, gate_bits, values, busy, counts, lasts)

    if threads > 1 and len(wanted) > 1:
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(work, wanted):
                done += 1
                if progress:
                    progress(done, len(wanted))
    else:
        for piece in wanted:
            work(piece)
            done += 1
            if progress:
                progress(done, len(wanted))
    if not place.straight:
        values, busy = values[:, place.rows], busy[:, place.rows]
        counts, lasts = (counts[:, place.rows], lasts[:, place.rows]) if explain else (counts, lasts)
    return Folded(values, busy, counts, lasts)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where each lead's numbers stand in the arrays: at its number, or renumbered where sparse."""

    size: int
    rows: npt.NDArray[np.int64]
    straight: bool
    known: npt.NDArray[np.int64] | None

    @staticmethod
    def of(numbers: npt.NDArray[np.int64]) -> _Places:
        top = int(numbers.max(initial=-1)) + 1
        if top > SPARSE * max(len(numbers), 1):
            known, rows = np.unique(numbers, return_inverse=True)
            return _Places(len(known), rows.astype(np.int64), False, known)
        straight = len(numbers) == top and bool(np.array_equal(numbers, np.arange(top)))
        return _Places(top, numbers, straight, None)

    def holds(self, piece: Piece) -> bool:
        if self.known is None:
            return piece.first < self.size
        low, high = np.searchsorted(self.known, [piece.first, piece.last + 1])
        return bool(high > low)

    def put(self, activity: Activity) -> Activity:
        """The activity of the leads asked for, `lead` being the row in the arrays."""
        if self.known is None:
            rows = slice(0, int(np.searchsorted(activity.lead, self.size)))
            return Activity(activity.lead[rows], activity.day[rows], activity.touch[rows], activity.n[rows])
        starts = np.searchsorted(activity.lead, self.known, "left")
        counts = np.searchsorted(activity.lead, self.known, "right") - starts
        ends = np.cumsum(counts)
        picked = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - counts), counts)
        lead = np.repeat(np.arange(len(self.known), dtype=np.int32), counts)
        return Activity(lead, activity.day[picked], activity.touch[picked], activity.n[picked])
