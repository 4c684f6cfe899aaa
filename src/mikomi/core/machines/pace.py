"""What happens too close together for a person: windows over sorted events, compiled."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

type Ints = npt.NDArray[np.int32]
type Longs = npt.NDArray[np.int64]
type Flags = npt.NDArray[np.bool_]


@numba.njit(cache=True, nogil=True)
def crowded(who: Ints, at: Longs, what: Ints, kinds: int, window: int, least: int) -> Flags:
    """Which events stand in a span of less than `window` (µs) in which the same `who` has `least` or more
    different `what` (numbers below `kinds`). Events are sorted by who, at."""
    size = len(who)
    held = np.zeros(kinds, np.int32)
    marks = np.zeros(size + 1, np.int32)
    first = 0
    different = 0
    for last in range(size):
        while first < last and (who[first] != who[last] or at[last] - at[first] >= window):
            held[what[first]] -= 1
            if held[what[first]] == 0:
                different -= 1
            first += 1
        held[what[last]] += 1
        if held[what[last]] == 1:
            different += 1
        if different >= least:
            marks[first] += 1
            marks[last + 1] -= 1
    found = np.zeros(size, np.bool_)
    open_ = 0
    for place in range(size):
        open_ += marks[place]
        found[place] = open_ > 0
    return found


@numba.njit(cache=True, nogil=True)
def beside(who: Ints, at: Longs, marked: Flags, window: int) -> Flags:
    """Which events are marked, or lie within `window` (µs) of a marked one of the same `who`. Events are
    sorted by who, at."""
    size = len(who)
    found = marked.copy()
    near = -1
    for place in range(size):
        if marked[place]:
            near = place
        elif near >= 0 and who[near] == who[place] and at[place] - at[near] <= window:
            found[place] = True
    near = -1
    for place in range(size - 1, -1, -1):
        if marked[place]:
            near = place
        elif near >= 0 and who[near] == who[place] and at[near] - at[place] <= window:
            found[place] = True
    return found
