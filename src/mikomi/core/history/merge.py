"""Adding sorted counters to sorted counters in one pass."""

from __future__ import annotations

import numpy as np
from numba import njit

from mikomi.core.events import Activity, Ints


def merge(base: Activity, delta: Activity) -> tuple[Activity, int]:
    """The sum of two sorted tables of counters, and the row of its first negative count or -1.

    Both are sorted by lead, day, touch with no key twice; `delta` may hold counts of any sign.
    Rows that come to 0 are left out.
    """
    if len(base) == 0 and (len(delta) == 0 or delta.n.min() > 0):
        return delta, -1
    size = len(base) + len(delta)
    out = Activity(*(np.empty(size, np.int32) for _ in range(4)))
    used, negative = _merge(
        base.lead, base.day, base.touch, base.n,
        delta.lead, delta.day, delta.touch, delta.n,
        out.lead, out.day, out.touch, out.n,
    )  # fmt: skip
    return Activity(out.lead[:used], out.day[:used], out.touch[:used], out.n[:used]), negative


def sum_packed(rows: Activity) -> Activity | None:
    """Rows in any order summed by key, sorted, without zeros; None where 63 bits hold no key.

    One sort of one number a row: half the time of a sort by three columns, a third of a grouping.
    """
    if len(rows) == 0:
        return rows
    columns = (rows.lead, rows.day, rows.touch)
    low = [int(column.min()) for column in columns]
    bits = [(int(column.max()) - least).bit_length() for column, least in zip(columns, low, strict=True)]
    if sum(bits) > 63:
        return None
    key = rows.lead.astype(np.int64) - low[0]
    for column, least, width in zip(columns[1:], low[1:], bits[1:], strict=True):
        key <<= width
        key |= column - np.int64(least)
    order = np.argsort(key)
    key, count = key[order], rows.n[order]
    first = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    if len(first) < len(key):
        key, count = key[first], np.add.reduceat(count, first, dtype=np.int64)
    if not count.all():
        key, count = key[count != 0], count[count != 0]
    return Activity(
        ((key >> (bits[1] + bits[2])) + low[0]).astype(np.int32),
        ((key >> bits[2] & (1 << bits[1]) - 1) + low[1]).astype(np.int32),
        ((key & (1 << bits[2]) - 1) + low[2]).astype(np.int32),
        count.astype(np.int32),
    )


@njit(cache=True, nogil=True)
def _merge(
    lead: Ints, day: Ints, touch: Ints, n: Ints,
    lead2: Ints, day2: Ints, touch2: Ints, n2: Ints,
    lead3: Ints, day3: Ints, touch3: Ints, n3: Ints,
) -> tuple[int, int]:  # fmt: skip
    i = j = used = 0
    negative = -1
    while i < len(lead) or j < len(lead2):
        if j == len(lead2):
            order = -1
        elif i == len(lead):
            order = 1
        elif lead[i] != lead2[j]:
            order = -1 if lead[i] < lead2[j] else 1
        elif day[i] != day2[j]:
            order = -1 if day[i] < day2[j] else 1
        elif touch[i] != touch2[j]:
            order = -1 if touch[i] < touch2[j] else 1
        else:
            order = 0
        if order <= 0:
            lead3[used], day3[used], touch3[used] = lead[i], day[i], touch[i]
            count = n[i]
            i += 1
            if order == 0:
                count += n2[j]
                j += 1
        else:
            lead3[used], day3[used], touch3[used] = lead2[j], day2[j], touch2[j]
            count = n2[j]
            j += 1
        n3[used] = count
        if count < 0 and negative < 0:
            negative = used
        if count != 0:
            used += 1
    return used, negative
