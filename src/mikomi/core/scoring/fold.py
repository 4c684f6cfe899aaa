"""The one compiled fold: measures of sorted activity for a list of days, in one pass.

Rows come sorted by lead, then day. For each lead the kernel walks its days once. Between two days
asked for it adds what happened, already weighted for the later of them; on reaching a day it
writes that day's numbers and carries the state on.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from mikomi.core.events import Activity
from mikomi.core.scoring.measures import DECAY_TABLE_DAYS, WINDOW_KINDS, Kind, Other, Plan, Use

NEVER = -(2**31)
"""Stands for "no such day" in arrays of days."""

_DECAY, _RETURN, _WINDOW, _SILENCE, _BUSY = (
    int(k) for k in (Kind.DECAY, Kind.RETURN, Kind.WINDOW, Kind.SILENCE, Kind.BUSY)
)
_LOOP_DECAY, _LOOP_WINDOW, _LOOP_OTHER = int(Use.DECAY), int(Use.WINDOW), int(Use.OTHER)
_ON_SILENCE, _ON_COMEBACK = int(Other.SILENCE), int(Other.COMEBACK)
_WINDOW_CODES = tuple(int(k) for k in WINDOW_KINDS)
_COUNT, _DAYS, _LAST, _FIRST = int(Kind.COUNT), int(Kind.DAYS), int(Kind.LAST), int(Kind.FIRST)
_ON_FIRST, _ROLES = int(Other.FIRST), len(Other)


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
    held: npt.NDArray[np.uint64],
) -> None:
    """Folds one piece into the arrays given, at each lead's number minus `first`.

    `days`: ascending, since 1970-01-01. `slots[m]`: the column of `values` (days, leads, slots)
    that measure m's worth is added to, or -1. `gates` (1 or days, leads): bit g says whether the
    lead meets gate g; no rows: all do. `busy` (days, leads, busy measures): set to 1 where a BUSY
    measure holds. `counts`, `lasts` (days, leads, measures): the count and last day of `why`; no
    leads in them: not asked for. These are written only where something is not 0. `held` (days, words,
    leads): the answers to the plan's questions; comes in as `plan.unmoved` says, for everyone.
    """
    busy_index = np.cumsum(plan.kind == _BUSY) - 1
    arguments: tuple[Any, ...] = (
        activity.lead,
        activity.day,
        activity.touch,
        activity.n,
        np.int64(first),
        days,
        # The kernel takes the plan's columns in the order in which it declares them.
        *(getattr(plan, column.name) for column in fields(plan)[1:]),
        slots,
        busy_index.astype(np.int32),
        gates,
        values,
        busy,
        counts,
        lasts,
        held,
    )
    _fold(*arguments)


@njit(cache=True, nogil=True, inline="always")
def _power(decay, life, half_life, i, age):
    if age < DECAY_TABLE_DAYS:
        return decay[age, life[i]]
    return 2.0 ** (-(age / half_life[i]))


@njit(cache=True, nogil=True)
def _fold(
    lead,
    day,
    touch,
    n,
    first,
    days,
    touch_class,
    use_ptr,
    use,
    kind,
    points,
    cap,
    per_day,
    within,
    at_least,
    quiet,
    gate,
    life,
    half_life,
    decay,
    ring,
    ask_ptr,
    ask_least,
    ask_most,
    ask_place,
    unmoved,
    own,
    slots,
    busy_index,
    gates,
    values,
    busy,
    counts,
    lasts,
    held,
):
    rows = len(lead)
    asked = len(days)
    if rows == 0 or asked == 0:
        return
    measures = len(kind)
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

    stamp = np.full(measures, -1, np.int64)
    live = np.empty(measures, np.int64)
    total, last = np.empty(measures, np.float64), np.empty(measures, np.int64)
    count, today_count = np.empty(measures, np.int64), np.empty(measures, np.int64)
    active = np.empty(measures, np.int64)
    fired, fired_count = np.empty(measures, np.int64), np.empty(measures, np.int64)
    drop = np.zeros((measures, asked + 1), np.int64)
    ring_start = np.zeros(measures + 1, np.int64)
    for i in range(measures):
        ring_start[i + 1] = ring_start[i] + ring[i]
    since, base = np.empty(ring_start[measures], np.int64), np.empty(ring_start[measures], np.int64)
    head, waiting = np.empty(measures, np.int64), np.empty(measures, np.int64)
    waits = (ring_start, ring, head, waiting, since, base, within, at_least, count, last, fired, fired_count)

    widest = np.int64(0)
    for i in range(measures):
        if kind[i] in _WINDOW_CODES:
            widest = max(widest, within[i])

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
            stop = k
            while stop < asked and days[stop] < today:
                stop += 1
            for j in range(alive if own < measures else 0):
                if live[j] >= own:
                    # Measure by measure: nothing but its own state is looked at on the way through the days.
                    i = live[j]
                    sort = kind[i]
                    windowed = asked > 1 and sort in _WINDOW_CODES
                    number = count[i]
                    for d in range(k, stop):
                        if windowed:
                            number -= drop[i, d]
                        elif sort == _LAST:
                            number = days[d] - last[i]
                        elif sort == _FIRST:
                            number = days[d] - active[i]
                        for q in range(ask_ptr[i], ask_ptr[i + 1]):
                            word = ask_place[q] >> 6
                            bit = np.uint64(1) << np.uint64(ask_place[q] & 63)
                            if (ask_least[q] <= number <= ask_most[q]) != (unmoved[word] & bit != 0):
                                held[d, word, at] ^= bit
                    if windowed:
                        count[i] = number
            if own == 0:
                k = stop
            while k < stop:
                # Write the numbers of days[k], then carry the state to days[k + 1].
                now = days[k]
                for j in range(alive):
                    i = live[j]
                    if i >= own:
                        continue
                    sort = kind[i]
                    if asked > 1 and sort in _WINDOW_CODES:
                        count[i] -= drop[i, k]
                    worth = 0.0
                    times = count[i]
                    when = last[i]
                    if sort == _DECAY:
                        worth = points[i] * total[i]
                        if abs(worth) > cap[i]:
                            worth = cap[i] if worth > 0 else -cap[i]
                    elif sort == _RETURN:
                        if waiting[i] > 0:
                            _settle(i, *waits)
                        if fired[i] != NEVER:
                            worth = points[i] * _power(decay, life, half_life, i, now - fired[i])
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
                    elif sort == _FIRST:
                        worth = points[i] * active[i]
                        when = active[i]
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
                        total[i] *= _power(decay, life, half_life, i, days[k + 1] - now)
                k += 1
            if not more or k == asked:
                break
            recent = today + widest >= days[k]
            while row < rows and lead[row] == who and day[row] == today:
                c = touch_class[touch[row]]
                events = np.int64(n[row])
                row += 1
                for p in range(use_ptr[_LOOP_DECAY, c], use_ptr[_LOOP_DECAY, c + 1]):
                    i = use[p]
                    if stamp[i] != who:
                        _wake(i, who, stamp, total, count, last, today_count, active, fired, head, waiting)
                        live[alive] = i
                        alive += 1
                    if last[i] != today:
                        last[i] = today
                        today_count[i] = 0
                    before = min(today_count[i], per_day[i])
                    today_count[i] += events
                    added = min(today_count[i], per_day[i]) - before
                    count[i] += events
                    if added > 0:
                        total[i] += added * _power(decay, life, half_life, i, days[k] - today)
                if recent:
                    for p in range(use_ptr[_LOOP_WINDOW, c], use_ptr[_LOOP_WINDOW, c + 1]):
                        i = use[p]
                        gone = today + within[i] - start
                        until = 0 if gone < 0 else leaves[gone] if gone < span else asked
                        if until <= k:
                            if i >= own:
                                break
                            continue
                        if stamp[i] != who:
                            _wake(
                                i, who, stamp, total, count, last, today_count, active, fired, head, waiting
                            )
                            live[alive] = i
                            alive += 1
                            if asked > 1:
                                drop[i, :] = 0
                        add = events
                        if kind[i] == _DAYS:
                            add = 1 if last[i] != today else 0
                        count[i] += add
                        drop[i, until] += add
                        last[i] = today
                for p in range(use_ptr[_LOOP_OTHER, c], use_ptr[_LOOP_OTHER, c + 1]):
                    i = use[p] // _ROLES
                    role = use[p] % _ROLES
                    if stamp[i] != who:
                        _wake(i, who, stamp, total, count, last, today_count, active, fired, head, waiting)
                        live[alive] = i
                        alive += 1
                    if role == _ON_SILENCE:
                        active[i] = today
                    elif role == _ON_FIRST:
                        if active[i] == NEVER:
                            active[i] = today
                    elif role == _ON_COMEBACK:
                        if active[i] == today:
                            continue
                        if active[i] != NEVER and today - active[i] >= quiet[i]:
                            if last[i] != today:
                                _settle(i, *waits)
                            while waiting[i] > 0 and since[ring_start[i] + head[i]] + within[i] <= today:
                                head[i] = (head[i] + 1) % ring[i]
                                waiting[i] -= 1
                            # Events of this very day count from the comeback on, seen already or not.
                            spot = ring_start[i] + (head[i] + waiting[i]) % ring[i]
                            since[spot] = today
                            base[spot] = count[i] - (today_count[i] if last[i] == today else 0)
                            waiting[i] += 1
                        active[i] = today
                    else:
                        if last[i] != today:
                            if waiting[i] > 0:
                                _settle(i, *waits)
                            last[i] = today
                            today_count[i] = 0
                        today_count[i] += events
                        count[i] += events
        while row < rows and lead[row] == who:
            row += 1


@njit(cache=True, nogil=True, inline="always")
def _wake(i, who, stamp, total, count, last, today_count, active, fired, head, waiting):
    stamp[i] = who
    total[i] = 0.0
    count[i] = 0
    last[i] = NEVER
    today_count[i] = 0
    active[i] = NEVER
    fired[i] = NEVER
    head[i] = 0
    waiting[i] = 0


@njit(cache=True, nogil=True)
def _settle(
    i, ring_start, ring, head, waiting, since, base, within, at_least, count, last, fired, fired_count
):
    """Closes day `last[i]` for the comebacks that wait: each fires, expires or waits on.

    They wait in the order they began, so an earlier one has seen no fewer events than a later.
    """
    today = last[i]
    while waiting[i] > 0:
        spot = ring_start[i] + head[i]
        if since[spot] + within[i] > today:
            if today < since[spot] or count[i] - base[spot] < at_least[i]:
                break
            fired[i] = today
            fired_count[i] = count[i] - base[spot]
        head[i] = (head[i] + 1) % ring[i]
        waiting[i] -= 1
