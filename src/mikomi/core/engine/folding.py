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
from mikomi.core.scoring.measures import Kind, Measure, Plan, Question, make_plan
from mikomi.core.scoring.score import Floats

type Progress = Callable[[int, int], None]
"""Called with (done, of all) as pieces of work are finished, from any thread."""

type Held = npt.NDArray[np.uint64]
"""Answers to questions, a bit each: (days, words, leads)."""

EPOCH = date(1970, 1, 1)
SPARSE = 4
"""Where lead numbers reach this many times beyond the leads asked for, they are renumbered."""


@dataclass(frozen=True, slots=True)
class Folded:
    """What a fold gave. Leads are in the order of the numbers asked for.

    `values`: (days, leads, slots). `busy`: (days, leads, BUSY measures). `counts`, `lasts`:
    (days, leads, measures), without leads where they were not asked for; a day that there is
    not is `NEVER`. `held`: (days, words, leads), the answers to the questions: `holds_in`.
    """

    values: Floats
    busy: npt.NDArray[np.uint8]
    counts: npt.NDArray[np.int64]
    lasts: npt.NDArray[np.int32]
    held: Held


def holds_in(held: Held, question: int) -> npt.NDArray[np.bool_]:
    """The answers to one question, by its place among those asked: (days, leads)."""
    return held[:, question // 64] & (np.uint64(1) << np.uint64(question % 64)) != 0


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
    questions: Sequence[Question] = (),
    slots: Sequence[int] | None = None,
    gates: npt.NDArray[np.uint64] | None = None,
    explain: bool = False,
    threads: int = 2,
    progress: Progress | None = None,
) -> Folded:
    """Computes `measures` and answers `questions` for the leads `numbers` on each of `days` (ascending),
    in one pass.

    `slots`: the column that each measure's worth is added to (default: a column each; -1: none).
    `gates`: shape (1 or days, leads), bit g = the lead meets gate g.
    Raises `ValueError` for days that do not ascend.
    """
    plan = make_plan(measures, source.touches, groups, questions)
    asked = _ascending(days)
    column = np.arange(len(measures), dtype=np.int32) if slots is None else np.array(slots, dtype=np.int32)
    column = np.concatenate((column, np.full(len(plan) - len(measures), -1, np.int32)))
    place = _Places.of(numbers)
    shape = (len(asked), place.size)
    values = np.zeros((*shape, int(column.max(initial=-1)) + 1))
    busy = np.zeros((*shape, int(np.sum(plan.kind == Kind.BUSY))), dtype=np.uint8)
    told = place.size if explain else 0
    counts = np.zeros((len(asked), told, len(plan)), dtype=np.int64)
    lasts = np.full((len(asked), told, len(plan)), NEVER, dtype=np.int32)
    held = _unmoved(plan, len(asked), place.size)
    gate_bits = np.zeros((0, 0), dtype=np.uint64)
    if gates is not None:
        gate_bits = np.zeros((gates.shape[0], place.size), dtype=np.uint64)
        gate_bits[:, place.rows] = gates

    def work(activity: Activity, first: int, after: int) -> None:
        fold_piece(plan, activity, asked, 0, column, gate_bits, values, busy, counts, lasts, held)

    _each_piece(source, place, work, threads, progress)
    if not place.straight:
        values, busy, held = values[:, place.rows], busy[:, place.rows], held[:, :, place.rows]
        counts, lasts = (counts[:, place.rows], lasts[:, place.rows]) if explain else (counts, lasts)
    return Folded(values, busy, counts, lasts, held)


type Heed = Callable[[npt.NDArray[np.int64], Held], None]
"""Called with leads, by their places among those asked for, and their answers (days, words, leads)."""

CELLS_AT_ONCE = 2_000_000
"""How many (leads x days) are answered at once and thread by `ask_by_piece`."""


def ask_by_piece(
    questions: Sequence[Question],
    groups: Groups,
    source: ActivitySource,
    numbers: npt.NDArray[np.int64],
    days: Sequence[date],
    heed: Heed,
    *,
    threads: int = 2,
    progress: Progress | None = None,
) -> None:
    """Answers `questions` as `fold_measures` does, but hands the answers on a run of leads at a time, so
    that many days need little memory. `heed` is called from several threads; each lead comes once.

    Raises `ValueError` for days that do not ascend.
    """
    asked = _ascending(days)
    if not questions:
        heed(np.arange(len(numbers)), np.zeros((len(asked), 0, len(numbers)), np.uint64))
        return
    plan = make_plan((), source.touches, groups, questions)
    place = _Places.of(numbers)
    order = np.argsort(place.rows, kind="stable")
    rows = place.rows[order]
    column = np.full(len(plan), -1, np.int32)
    none = np.zeros((0, 0), np.uint64)
    step = max(1, CELLS_AT_ONCE // max(1, len(asked)))

    def work(activity: Activity, first: int, after: int) -> None:
        for start in range(first, after, step):
            stop = min(start + step, after)
            low, high = np.searchsorted(rows, (start, stop))
            if low == high:
                continue
            part = slice(*np.searchsorted(activity.lead, (start, stop)))
            few = Activity(activity.lead[part], activity.day[part], activity.touch[part], activity.n[part])
            held = _unmoved(plan, len(asked), stop - start)
            nothing = np.zeros((len(asked), stop - start, 0))
            busy = nothing.astype(np.uint8)
            counts, lasts = nothing[:, :0].astype(np.int64), nothing[:, :0].astype(np.int32)
            fold_piece(plan, few, asked, start, column, none, nothing, busy, counts, lasts, held)
            heed(order[low:high], held[:, :, one_run(rows[low:high] - start)])

    _each_piece(source, place, work, threads, progress)


def one_run(places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64] | slice:
    """Places as a slice where each follows the one before: looking there is then no copy."""
    if len(places) and places[-1] - places[0] == len(places) - 1 and bool((np.diff(places) == 1).all()):
        return slice(int(places[0]), int(places[-1]) + 1)
    return places


def _ascending(days: Sequence[date]) -> npt.NDArray[np.int32]:
    asked = np.array([day_number(d) for d in days], dtype=np.int32)
    if np.any(np.diff(asked) <= 0):
        raise ValueError("days must ascend")
    return asked


def _unmoved(plan: Plan, days: int, leads: int) -> Held:
    shape = (days, len(plan.unmoved), leads)
    if not plan.unmoved.any():
        return np.zeros(shape, np.uint64)
    return np.broadcast_to(plan.unmoved[None, :, None], shape).copy()


def _each_piece(
    source: ActivitySource,
    place: _Places,
    work: Callable[[Activity, int, int], None],
    threads: int,
    progress: Progress | None,
) -> None:
    """Calls `work` with each piece's activity and the rows [first, after) that it settles, in threads.

    Rows without activity go with the piece before them, so that each row of `place` comes once.
    """
    wanted = [piece for piece in source.pieces if place.holds(piece)]
    ends = [place.row_of(piece.first) for piece in wanted[1:]] + [place.size]
    starts = [0, *ends[:-1]]
    done = 0

    def one(job: tuple[Piece, int, int]) -> None:
        piece, first, after = job
        work(place.put(piece.load()), first, after)

    jobs = [*zip(wanted, starts, ends, strict=True)] if wanted else []
    if not jobs:
        work(_NO_ACTIVITY, 0, place.size)
    elif threads > 1 and len(jobs) > 1:
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(one, jobs):
                done += 1
                if progress:
                    progress(done, len(jobs))
    else:
        for job in jobs:
            one(job)
            done += 1
            if progress:
                progress(done, len(jobs))


_NO_ACTIVITY = Activity(*(np.zeros(0, np.int32) for _ in range(4)))


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

    def row_of(self, number: int) -> int:
        """The first row whose lead has this number or a higher one."""
        if self.known is None:
            return min(number, self.size)
        return int(np.searchsorted(self.known, number))

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
