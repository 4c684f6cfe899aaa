"""Stays: who stood in which stage from which day to which, read off the matrix of stages over days.

The matrix is looked at on the days of a grid alone, which the product makes daily. A stay begins on the first
day it is seen and ends on the first day it is no longer seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from numba import njit

from mikomi.core.engine.folding import day_number

DAYS = 399
MOST_STAGES = 60
"""Stages a matrix may hold: those seen before are kept as bits."""
NO_RECORD = 255
_LEADS_AT_ONCE = 8192

type Stages = npt.NDArray[np.uint8]
type Flags = npt.NDArray[np.bool_]
type _Block = tuple[npt.NDArray[np.int32], Stages, npt.NDArray[np.int16], Flags]


def grid_of(today: date) -> list[date]:
    """The days looked at, ascending: each of the last 399 days, today the last of them."""
    return [today - timedelta(days=n) for n in reversed(range(DAYS))]


@dataclass(frozen=True, slots=True)
class Stays:
    """One entry a stay in a stage (nowhere is no stay), sorted by row and start; arrays of one length.

    `row`: the lead's row. `stage`: 1 and up. `start`, `end`: places in `days`; `end` is `len(days)` while it
    goes on; `start` 0 means that it began at an unknown earlier day. `onward`, `onward_stage`: where the lead
    first stood in a later stage after this stay, `len(days)` and 0 where it did not. `came`: the stage of the
    stay before, 0 for the first. `before`: the furthest stage seen before, where this stay goes beyond it,
    else `NO_RECORD`. `first`: the lead's first entry to the stage that was seen.
    """

    days: npt.NDArray[np.int32]
    leads: int
    stages: int
    row: npt.NDArray[np.int32]
    stage: Stages
    start: npt.NDArray[np.int16]
    end: npt.NDArray[np.int16]
    onward: npt.NDArray[np.int16]
    onward_stage: Stages
    came: Stages
    before: Stages
    first: Flags

    def __len__(self) -> int:
        return len(self.row)

    @property
    def today(self) -> int:
        """The last day looked at, in days since 1970-01-01."""
        return int(self.days[-1])

    @property
    def known(self) -> Flags:
        """The stays whose beginning was seen."""
        return self.start > 0

    @property
    def open(self) -> Flags:
        """The stays that go on."""
        return self.end == len(self.days)

    def began(self) -> npt.NDArray[np.int64]:
        """The day each began."""
        return self.days[self.start].astype(np.int64)

    def length(self) -> npt.NDArray[np.int64]:
        """How many days each lasted, or has lasted."""
        return self.days[np.minimum(self.end, len(self.days) - 1)] - self.began()


def find_stays(matrix: Stages, days: Sequence[date], stages: int, threads: int = 2) -> Stays:
    """The stays in `matrix` (days, leads): 0 nowhere, 1 to `stages`.

    Raises `ValueError` for days that do not ascend or do not fit, and for more stages than `MOST_STAGES`.
    """
    numbers = np.array([day_number(day) for day in days], dtype=np.int32)
    if len(numbers) == 0 or len(numbers) != len(matrix) or np.any(np.diff(numbers) <= 0):
        raise ValueError("days must ascend, one a row of the matrix")
    if not 0 < stages <= MOST_STAGES:
        raise ValueError(f"1 to {MOST_STAGES} stages")
    leads = matrix.shape[1]
    starts = range(0, max(leads, 1), _LEADS_AT_ONCE)

    def block(start: int) -> _Block:
        part = np.ascontiguousarray(matrix[:, start : start + _LEADS_AT_ONCE].T)
        count = _count(part)
        row = np.empty(count, np.int32)
        small = np.empty((4, count), np.uint8)
        places = np.empty((3, count), np.int16)
        first = np.empty(count, np.bool_)
        _fill(part, start, row, small, places, first)
        return row, small, places, first

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(block, starts))
    row = np.concatenate([part[0] for part in found])
    small = np.concatenate([part[1] for part in found], axis=1)
    places = np.concatenate([part[2] for part in found], axis=1)
    return Stays(
        days=numbers,
        leads=leads,
        stages=stages,
        row=row,
        stage=small[0],
        start=places[0],
        end=places[1],
        onward=places[2],
        onward_stage=small[1],
        came=small[2],
        before=small[3],
        first=np.concatenate([part[3] for part in found]),
    )


@njit(cache=True, nogil=True)
def _count(part):
    count = 0
    for i in range(part.shape[0]):
        last = 0
        for k in range(part.shape[1]):
            stage = part[i, k]
            if stage != 0 and stage != last:
                count += 1
            last = stage
    return count


@njit(cache=True, nogil=True)
def _fill(part, offset, row, small, places, first):
    days = part.shape[1]
    at = 0
    for i in range(part.shape[0]):
        begin = at
        last, furthest, came = 0, 0, 0
        seen = np.uint64(0)
        for k in range(days):
            stage = int(part[i, k])
            if stage == last:
                continue
            if last != 0:
                places[1, at - 1] = k
            if stage != 0:
                row[at] = offset + i
                places[0, at] = k
                places[1, at] = days
                places[2, at] = days
                small[0, at] = stage
                small[1, at] = 0
                small[2, at] = came
                small[3, at] = NO_RECORD
                if stage > furthest:
                    small[3, at] = furthest
                    furthest = stage
                bit = np.uint64(1) << np.uint64(stage)
                first[at] = k > 0 and (seen & bit) == np.uint64(0)
                if k > 0:
                    seen |= bit
                came = stage
                at += 1
            last = stage
        for j in range(begin, at):
            for later in range(j + 1, at):
                if small[0, later] > small[0, j]:
                    places[2, j] = places[0, later]
                    small[1, j] = small[0, later]
                    break
