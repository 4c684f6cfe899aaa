"""The one compiled fold: measures of sorted activity for a list of days, in one pass.

Rows come sorted by lead, then day. For each lead the kernel walks its days once. Between two days
asked for it adds what happened, already weighted for the later of them; on reaching a day it
writes that day's numbers and carries the state on.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from mikomi.core.events import Activity
from mikomi.core.scoring.measures import DECAY_TABLE_DAYS, Kind, Plan

NEVER = -(2**31)
"""Stands for "no such day" in arrays of days."""

_DECAY, _RETURN, _WINDOW, _SILENCE, _BUSY = (
    int(k) for k in (Kind.DECAY, Kind.RETURN, Kind.WINDOW, Kind.SILENCE, Kind.BUSY)
)
_COUNT, _DAYS, _LAST = int(Kind.COUNT), int(Kind.DAYS), int(Kind.LAST)


def fold_piece(
    plan: Plan,
    activity: Activity,
    days: npt.NDArray[np.int32],
    first: int,
    slots: npt.NDArray[np.int32],
    gates: npt.NDArray[np.uint64],
    values: npt.NDArray[np.float64],
    busy: npt.NDArray[np.uint8],
    counts: npt.NDArray[np.int64],
    lasts: npt.NDArray[np.int32],
) -> None:
    """Folds one piece into the arrays given, at each lead's number minus `first`.

    `days`: ascending, since 1970-01-01. `slots[m]`: the column of `values` (days, leads, slots)
    that measure m's worth is added to, or -1. `gates` (1 or days, leads): bit g says whether the
    lead meets gate g; no rows: all do. `busy` (days, leads, busy measures): set to 1 where a BUSY
    measure holds. `counts`, `lasts` (days, leads, measures): the count and last day of `why`; no
    leads in them: not asked for. All arrays are written only where something is not 0.
    """
    busy_index = np.cumsum(plan.kind == _BUSY) - 1
    _fold(
        activity.lead,
        activity.day,
        activity.touch,
        activity.n,
        np.int64(first),
        days,
        plan.touch_ptr,
        plan.touch_cond,
        plan.when_ptr,
        plan.when_use,
        plan.quiet_ptr,
        plan.quiet_use,
        plan.kind,
        plan.points,
        plan.cap,
        plan.per_day,
        plan.within,
        plan.at_least,
        plan.quiet,
        plan.gate,
        plan.half_life,
        plan.decay,
        plan.ring,
        slots,
        busy_index.astype(np.int32),
        gates,
        values,
        busy,
        counts,
        lasts,
    )


@njit(cache=True, nogil=True, inline="always")
def _power(decay, half_life, i, age):
    if age < DECAY_TABLE_DAYS:
        return decay[i, age]
    return 2.0 ** (-(age / half_life[i]))


@njit(cache=True, nogil=True)
def _fold(
    lead,
    day,
    touch,
    n,
    first,
    days,
    touch_ptr,
    touch_cond,
    when_ptr,
    when_use,
    quiet_ptr,
    quiet_use,
    kind,
    points,
    cap,
    per_day,
    within,
    at_least,
    quiet,
    gate,
    half_life,
    decay,
    ring,
    slots,
    busy_index,
    gates,
    values,
    busy,
    counts,
    lasts,
):
    rows = len(lead)
    asked = len(days)
    if rows == 0 or asked == 0:
        return
    measures = len(kind)
    conditions = len(when_ptr) - 1
    final = days[asked - 1]
    explain = counts.shape[1] > 0
    gated = gates.shape[0] > 0

    # The day that lies `within` after an event, as an index into `days`: from when it has left.
    start = days[0]
    span = final - start + 1
    leaves = np.empty(span + 1, np.int64)
    k = 0
    for x in range(span):
        while days[k] < start + x:
            k += 1
        leaves[x] = k
    leaves[span] = asked

    day_count = np.zeros(conditions, np.int64)
    met = np.empty(conditions, np.int64)
    stamp = np.full(measures, -1, np.int64)
    live = np.empty(measures, np.int64)
    total = np.empty(measures, np.float64)
    count = np.empty(measures, np.int64)
    last = np.empty(measures, np.int64)
    active = np.empty(measures, np.int64)
    fired = np.empty(measures, np.int64)
    fired_count = np.empty(measures, np.int64)
    drop = np.zeros((measures, asked + 1), np.int64)
    ring_start = np.zeros(measures + 1, np.int64)
    for i in range(measures):
        ring_start[i + 1] = ring_start[i] + ring[i]
    waiting_since = np.empty(ring_start[measures], np.int64)
    waiting_count = np.empty(ring_start[measures], np.int64)
    head = np.empty(measures, np.int64)
    waiting = np.empty(measures, np.int64)

    row = 0
    while row < rows:
        who = lead[row]
        at = who - first
        alive = 0
        k = 0
        while True:
            # The next day with activity of this lead, or the end of its rows.
            more = row < rows and lead[row] == who
            today = day[row] if more else final + 1
            while k < asked and days[k] < today:
                # Write the numbers of days[k], then carry the state to days[k + 1].
                now = days[k]
                for j in range(alive):
                    i = live[j]
                    sort = kind[i]
                    if asked > 1 and sort in (_WINDOW, _BUSY, _COUNT, _DAYS):
                        count[i] -= drop[i, k]
                    worth = 0.0
                    times = count[i]
                    when = last[i]
                    if sort == _DECAY:
                        worth = points[i] * total[i]
                        if abs(worth) > cap[i]:
                            worth = cap[i] if worth > 0 else -cap[i]
                    elif sort == _RETURN:
                        if fired[i] != NEVER:
                            worth = points[i] * _power(decay, half_life, i, now - fired[i])
                            times = fired_count[i]
                            when = fired[i]
                    elif sort == _WINDOW:
                        if count[i] >= at_least[i]:
                            worth = points[i]
                    elif sort == _SILENCE:
                        if active[i] != NEVER and now - active[i] >= quiet[i]:
                            worth = points[i]
                            times = now - active[i]
                            when = active[i]
                    elif sort == _BUSY:
                        if count[i] > 0:
                            busy[k, at, busy_index[i]] = 1
                    elif sort == _LAST:
                        worth = points[i] * last[i] if last[i] != NEVER else 0.0
                    else:
                        worth = points[i] * count[i]
                    if worth != 0.0 and gated and gate[i] >= 0:
                        bits = gates[k if gates.shape[0] > 1 else 0, at]
                        if (bits >> np.uint64(gate[i])) & np.uint64(1) == 0:
                            worth = 0.0
                    if worth != 0.0 and slots[i] >= 0:
                        values[k, at, slots[i]] += worth
                    if explain:
                        counts[k, at, i] = times
                        lasts[k, at, i] = when
                    if sort == _DECAY and k + 1 < asked:
                        total[i] *= _power(decay, half_life, i, days[k + 1] - now)
                k += 1
            if not more or k == asked:
                break
            # Gather the day: how many events meet each condition.
            found = 0
            while row < rows and lead[row] == who and day[row] == today:
                t = touch[row]
                for p in range(touch_ptr[t], touch_ptr[t + 1]):
                    c = touch_cond[p]
                    if day_count[c] == 0:
                        met[found] = c
                        found += 1
                    day_count[c] += n[row]
                row += 1
            # A comeback starts before the day's own events are counted.
            for f in range(found):
                c = met[f]
                for p in range(quiet_ptr[c], quiet_ptr[c + 1]):
                    i = quiet_use[p]
                    if stamp[i] != who:
                        _wake(i, who, stamp, total, count, last, active, fired, fired_count, head, waiting)
                        live[alive] = i
                        alive += 1
                    if kind[i] == _RETURN and active[i] != NEVER and today - active[i] >= quiet[i]:
                        size = ring[i]
                        while waiting[i] > 0 and waiting_since[ring_start[i] + head[i]] + within[i] <= today:
                            head[i] = (head[i] + 1) % size
                            waiting[i] -= 1
                        spot = ring_start[i] + (head[i] + waiting[i]) % size
                        waiting_since[spot] = today
                        waiting_count[spot] = count[i]
                        waiting[i] += 1
                    active[i] = today
            for f in range(found):
                c = met[f]
                events = day_count[c]
                day_count[c] = 0
                for p in range(when_ptr[c], when_ptr[c + 1]):
                    i = when_use[p]
                    if stamp[i] != who:
                        _wake(i, who, stamp, total, count, last, active, fired, fired_count, head, waiting)
                        live[alive] = i
                        alive += 1
                        if asked > 1:
                            drop[i, :] = 0
                    sort = kind[i]
                    last[i] = today
                    if sort == _DECAY:
                        counted = events if events < per_day[i] else per_day[i]
                        total[i] += counted * _power(decay, half_life, i, days[k] - today)
                        count[i] += events
                    elif sort == _RETURN:
                        count[i] += events
                        size = ring[i]
                        while waiting[i] > 0:
                            spot = ring_start[i] + head[i]
                            if waiting_since[spot] + within[i] > today:
                                if count[i] - waiting_count[spot] < at_least[i]:
                                    break
                                fired[i] = today
                                fired_count[i] = count[i] - waiting_count[spot]
                            head[i] = (head[i] + 1) % size
                            waiting[i] -= 1
                    elif sort != _LAST:
                        gone = today + within[i] - start
                        until = 0 if gone < 0 else leaves[gone] if gone < span else asked
                        if until > k:
                            add = 1 if sort == _DAYS else events
                            count[i] += add
                            drop[i, until] += add
        while row < rows and lead[row] == who:
            row += 1


@njit(cache=True, nogil=True, inline="always")
def _wake(i, who, stamp, total, count, last, active, fired, fired_count, head, waiting):
    stamp[i] = who
    total[i] = 0.0
    count[i] = 0
    last[i] = NEVER
    active[i] = NEVER
    fired[i] = NEVER
    fired_count[i] = 0
    head[i] = 0
    waiting[i] = 0
