"""Which keys of a long file came before: 64 bits a key, so that millions of them stay small."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

SEED = 7
FIRST_ROOM = 1 << 12
"""Places of an empty table; a power of two, as all its sizes."""

type Hashes = npt.NDArray[np.uint64]


@njit(cache=True, nogil=True)
def _find(table, hashes, found):
    """Says in `found` which of `hashes` stand in the open table; 0 marks a free place."""
    last = np.uint64(len(table) - 1)
    for i in range(len(hashes)):
        at = hashes[i] & last
        while table[at] != 0 and table[at] != hashes[i]:
            at = (at + np.uint64(1)) & last
        found[i] = table[at] != 0


@njit(cache=True, nogil=True)
def _put(table, hashes):
    """Puts `hashes` into the open table; how many were not there."""
    last = np.uint64(len(table) - 1)
    new = 0
    for i in range(len(hashes)):
        at = hashes[i] & last
        while table[at] != 0 and table[at] != hashes[i]:
            at = (at + np.uint64(1)) & last
        new += table[at] == 0
        table[at] = hashes[i]
    return new


class SeenKeys:
    """The keys of the rows so far, kept as hashes: of ten million different keys two are taken for one
    with a chance of 1 in 300,000."""

    def __init__(self) -> None:
        self._table: Hashes = np.zeros(FIRST_ROOM, np.uint64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def again(self, keys: pl.Series, good: pl.Series) -> pl.Series:
        """Which of the rows that are `good` have a key (text) that an earlier good row has, of this run of
        rows or of one before; the keys of all good rows are kept."""
        hashes = np.maximum(keys.hash(seed=SEED).to_numpy(), np.uint64(1))
        before = np.empty(len(hashes), np.bool_)
        _find(self._table, hashes, before)
        firsts = pl.DataFrame({"h": hashes, "g": good}).select(pl.struct("h", "g").is_first_distinct())
        self._keep(hashes[good.to_numpy()])
        return good & (pl.Series(before) | ~firsts.to_series())

    def _keep(self, hashes: Hashes) -> None:
        room = len(self._table)
        while (self._count + len(hashes)) * 2 > room:
            room *= 2
        if room > len(self._table):
            held = self._table[self._table != 0]
            self._table = np.zeros(room, np.uint64)
            _put(self._table, held)
        self._count += _put(self._table, hashes)
