"""What people touched while in a stage: one compiled pass over sorted activity.

A *candidate* is a touch that is content (a kind and a content) or a group of contents; candidates are
numbered: touches by their number, groups after them. Touches of a content that moved are all counted under
the first of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from mikomi.core.conditions.activity import ActivityCondition, Groups, matches
from mikomi.core.events import ActivitySource, Piece, Touches
from mikomi.core.journey.stays import Flags, Stages

CONTENT_KINDS = (
    "page_view",
    "download",
    "form_submit",
    "seminar_apply",
    "seminar_attend",
    "mail_open",
    "mail_click",
)
USED_DAYS = 90
"""Days looked back at for who uses a content."""
GROUP = "group:"


@dataclass(frozen=True, slots=True)
class Candidates:
    """`content`: for each touch whether it is one. `names`: the groups. `ptr`, `members`: the groups of
    touch t are `members[ptr[t]:ptr[t + 1]]`. `stands_for`: the touch that each is counted under.
    `called`: kind and content of each as they are called now."""

    touches: Touches
    called: pl.DataFrame
    stands_for: npt.NDArray[np.int32]
    content: Flags
    names: tuple[str, ...]
    ptr: npt.NDArray[np.int64]
    members: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.content) + len(self.names)

    def key(self, candidate: int) -> str:
        """As a map writes it: `kind:content` or `group:NAME`."""
        if candidate >= len(self.content):
            return GROUP + self.names[candidate - len(self.content)]
        kind, content = self.called.row(candidate)
        return f"{kind}:{content}"

    def number(self, key: str) -> int | None:
        """The candidate that a map writes so; None where it was never touched."""
        if key.startswith(GROUP) and key.removeprefix(GROUP) in self.names:
            return len(self.content) + self.names.index(key.removeprefix(GROUP))
        kind, _, content = key.partition(":")
        found = self.called.select(
            ((pl.col("kind") == kind) & (pl.col("content") == content)).arg_true()
        ).to_series()
        return int(found[0]) if len(found) else None

    def kin(self) -> dict[str, frozenset[str]]:
        """For each content in a group its groups, for each group its contents, as a map writes them."""
        found: dict[str, set[str]] = {}
        for touch in np.flatnonzero(np.diff(self.ptr)).tolist():
            for member in self.members[self.ptr[touch] : self.ptr[touch + 1]].tolist():
                one, group = self.key(touch), self.key(len(self.content) + member)
                found.setdefault(one, set()).add(group)
                found.setdefault(group, set()).add(one)
        return {key: frozenset(kin) for key, kin in found.items()}

    def defined(self, conditions: list[ActivityCondition], groups: Groups) -> Flags:
        """The candidates that `conditions` count: a group counts where any of its contents does."""
        told = np.zeros(len(self), dtype=bool)
        width = len(self.content)
        for condition in conditions:
            told[self.stands_for[matches(condition, self.touches, groups)]] = True
        counted = np.repeat(told[:width], np.diff(self.ptr))
        told[width + self.members[counted]] = True
        return told


def candidates_of(touches: Touches, groups: Groups, now_at: Mapping[str, str] | None = None) -> Candidates:
    """All contents in the dictionary and all `groups` with a content in it.

    `now_at`: where contents that moved are now, by their old addresses. Groups and conditions speak of the
    addresses as they were recorded.
    """
    called = touches.frame.select(
        pl.col("kind").cast(pl.String), pl.col("content").cast(pl.String).replace(dict(now_at or {}))
    )
    numbered = called.with_row_index("touch")
    first = numbered.select(pl.col("touch").first().over("kind", "content").cast(pl.Int32))
    stands_for = first.to_series().to_numpy()
    content = called.select(
        pl.col("kind").is_in(list(CONTENT_KINDS)) & (pl.col("content").fill_null("") != "")
    ).to_series()
    flags = content.fill_null(False).to_numpy()
    names = tuple(sorted(groups))
    found = [matches(ActivityCondition(groups=(name,)), touches, groups) & flags for name in names]
    table = np.array(found, dtype=bool).reshape(len(names), len(touches))
    for moved in np.flatnonzero(stands_for != np.arange(len(touches))):
        table[:, stands_for[moved]] |= table[:, moved]
        table[:, moved] = False
    counts = table.sum(axis=0)
    return Candidates(
        touches,
        called,
        stands_for,
        flags,
        names,
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        np.nonzero(table.T)[1].astype(np.int32),
    )


@dataclass(frozen=True, slots=True)
class Windows:
    """Spans of days of leads, sorted by lead and day, not overlapping. `lead`: lead numbers; both days
    count."""

    lead: npt.NDArray[np.int32]
    first: npt.NDArray[np.int32]
    last: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.lead)


@dataclass(frozen=True, slots=True)
class Touched:
    """What was touched in windows: `window` touched `candidate`, with `members` contents (1, or more of a
    group).

    `distinct`: how many contents each window touched. `used` (candidates, 1 + stages): people who touched
    a candidate in the last `USED_DAYS` days, by the stage they stood in the day before they first did.
    `beginning`: the touch that the activity of each lead (a row) begins with, -1 where there is none.
    """

    window: npt.NDArray[np.int32]
    candidate: npt.NDArray[np.int32]
    members: npt.NDArray[np.int32]
    distinct: npt.NDArray[np.int64]
    used: npt.NDArray[np.int64]
    beginning: npt.NDArray[np.int32]


def read_touches(
    source: ActivitySource,
    candidates: Candidates,
    windows: Windows,
    numbers: npt.NDArray[np.int64],
    matrix: Stages,
    days: npt.NDArray[np.int32],
    stages: int,
    threads: int = 2,
) -> Touched:
    """One pass over all activity. `numbers`: the lead number of each row of `matrix`, ascending.

    Raises `ValueError` where `numbers` do not ascend.
    """
    if np.any(np.diff(numbers) <= 0):
        raise ValueError("lead numbers must ascend")
    distinct = np.zeros(len(windows), dtype=np.int64)
    beginning = np.full(len(numbers), -1, dtype=np.int32)
    used = np.zeros((len(candidates), stages + 1), dtype=np.int64)
    since = int(days[-1]) - USED_DAYS + 1
    before = np.searchsorted(days, np.arange(since - 1, int(days[-1])), "right").astype(np.int64) - 1

    def work(piece: Piece) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        activity = piece.load()
        begins = np.flatnonzero(np.diff(activity.lead, prepend=-1))
        rows = np.searchsorted(numbers, activity.lead[begins])
        known = rows < len(numbers)
        known[known] = numbers[rows[known]] == activity.lead[begins[known]]
        beginning[rows[known]] = activity.touch[begins[known]]
        here = np.zeros_like(used)
        found = _read(
            activity.lead,
            activity.day,
            activity.touch,
            candidates.stands_for,
            windows.lead,
            windows.first,
            windows.last,
            candidates.content,
            candidates.ptr,
            candidates.members,
            numbers,
            matrix,
            before,
            since,
            int(days[-1]),
            distinct,
            here,
        )
        return found, here

    parts: list[npt.NDArray[np.int32]] = [np.empty((3, 0), np.int32)]
    with ThreadPoolExecutor(threads) as pool:
        for found, here in pool.map(work, source.pieces):
            parts.append(found)
            used += here
    window, candidate, members = np.concatenate(parts, axis=1)
    return Touched(window, candidate, members, distinct, used, beginning)


@njit(cache=True, nogil=True)
def _read(
    lead, day, touch, stands_for, w_lead, w_first, w_last, content, ptr, members, numbers, matrix, before,
    since, today, distinct, used,
):  # fmt: skip
    rows = len(lead)
    width = len(content)
    out = np.empty((3, max(rows // 4, 64)), np.int32)
    filled = 0
    in_window = np.full(used.shape[0], -1, np.int64)
    place = np.zeros(used.shape[0], np.int64)
    by_lead = np.full(used.shape[0], -1, np.int64)
    w = np.searchsorted(w_lead, lead[0]) if rows else 0
    r = np.searchsorted(numbers, lead[0]) if rows else 0
    for i in range(rows):
        who, on, t = lead[i], day[i], stands_for[touch[i]]
        if not content[t]:
            continue
        while r < len(numbers) and numbers[r] < who:
            r += 1
        if since <= on <= today and r < len(numbers) and numbers[r] == who:
            k = before[on - since]
            stage = matrix[k, r] if k >= 0 else 0
            if by_lead[t] != who:
                by_lead[t] = who
                used[t, stage] += 1
            for m in range(ptr[t], ptr[t + 1]):
                g = width + members[m]
                if by_lead[g] != who:
                    by_lead[g] = who
                    used[g, stage] += 1
        while w < len(w_lead) and (w_lead[w] < who or (w_lead[w] == who and w_last[w] < on)):
            w += 1
        if w == len(w_lead) or w_lead[w] != who or w_first[w] > on or in_window[t] == w:
            continue
        in_window[t] = w
        distinct[w] += 1
        if filled + 1 + ptr[t + 1] - ptr[t] > out.shape[1]:
            wider = np.empty((3, 2 * out.shape[1] + len(members)), np.int32)
            wider[:, :filled] = out[:, :filled]
            out = wider
        out[0, filled], out[1, filled], out[2, filled] = w, t, 1
        filled += 1
        for m in range(ptr[t], ptr[t + 1]):
            g = width + members[m]
            if in_window[g] == w:
                out[2, place[g]] += 1
                continue
            in_window[g] = w
            place[g] = filled
            out[0, filled], out[1, filled], out[2, filled] = w, g, 1
            filled += 1
    return out[:, :filled].copy()
