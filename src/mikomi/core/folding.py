"""Folding events into activity: counted by lead, local day and touch.

Fifty million events are folded by sorting one 64 bit number each. Texts are looked up once for
each different text, not for each event.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

MINUTE = 60_000_000  # microseconds
DAY = 1440 * MINUTE

KEY_BITS = 64

type Ints = npt.NDArray[np.int32]
type Longs = npt.NDArray[np.int64]
type Keys = npt.NDArray[np.uint64]


class EventFiles(Protocol):
    """Events that came in several files, one frame each."""

    @property
    def files(self) -> tuple[pl.DataFrame, ...]: ...


type EventFrames = pl.DataFrame | Sequence[pl.DataFrame] | EventFiles


@dataclass(frozen=True, slots=True)
class Clock:
    """The offsets of a time zone over a span of instants (microseconds since 1970, UTC)."""

    first: int  # UTC day of offsets[0]
    offsets: Longs  # microseconds, at the start of each UTC day
    changes: Longs  # instants in the span at which the offset changes
    after: Longs  # offsets from each change on


def make_clock(low: int, high: int, timezone: str) -> Clock:
    """The offsets of `timezone` from instant `low` through `high`, to the minute."""
    first, last = low // DAY, high // DAY + 1
    offsets = _offsets(np.arange(first, last + 1, dtype=np.int64) * DAY, timezone)
    changed = np.flatnonzero(offsets[1:] != offsets[:-1])
    if len(changed) == 0:
        return Clock(first, offsets, np.empty(0, np.int64), np.empty(0, np.int64))
    before = np.zeros(len(changed), np.int64)  # minutes of the day: the old offset holds here …
    behind = np.full(len(changed), 1440)  # … and the new one here; no zone changes twice in a day
    start = (changed + first) * DAY
    while (behind - before > 1).any():
        middle = (before + behind) // 2
        old = _offsets(start + middle * MINUTE, timezone) == offsets[changed]
        before, behind = np.where(old, middle, before), np.where(old, behind, middle)
    return Clock(first, offsets, start + behind * MINUTE, offsets[changed + 1])


def _offsets(instants: Longs, timezone: str) -> Longs:
    utc = pl.Series("t", instants).cast(pl.Datetime("us", "UTC"))
    local = utc.dt.convert_time_zone(timezone).dt.replace_time_zone(None)
    return (local.cast(pl.Int64) - utc.cast(pl.Int64)).to_numpy()


@njit(cache=True, nogil=True)
def _local_day(at, first, offsets, changes, after):
    day = at // DAY - first
    offset = offsets[day]
    if offset != offsets[day + 1]:
        place = np.searchsorted(changes, at, side="right") - 1
        if place >= 0 and changes[place] // DAY - first == day:
            offset = after[place]
    return (at + offset) // DAY


@njit(cache=True, nogil=True)
def _local_days(at, first, offsets, changes, after, out):
    for i in range(len(at)):
        out[i] = _local_day(at[i], first, offsets, changes, after)


@njit(cache=True, nogil=True)
def _pack(
    lead, kind, content, at, counted, rank, touch, kinds, first, offsets, changes, after, day0, day_rank,
    day_bits, touch_bits, keys, instants,
):  # fmt: skip
    """Writes the key of each event that counts (and its instant, if wanted); returns how many."""
    size = 0
    for i in range(len(lead)):
        if not counted[i]:
            continue
        number = rank[lead[i]]
        if number < 0:
            continue
        day = day_rank[_local_day(at[i], first, offsets, changes, after) - day0]
        packed = (np.uint64(number) << np.uint64(day_bits)) | np.uint64(day)
        keys[size] = (packed << np.uint64(touch_bits)) | np.uint64(touch[content[i] * kinds + kind[i]])
        if len(instants):
            instants[size] = at[i]
        size += 1
    return size


@njit(cache=True, nogil=True)
def _tally(keys, counts):
    """Runs of equal sorted keys: each key once, in place, its length in `counts`; returns how many."""
    size = 0
    for i in range(len(keys)):
        if size and keys[size - 1] == keys[i]:
            counts[size - 1] += 1
        else:
            keys[size] = keys[i]
            counts[size] = 1
            size += 1
    return size


@njit(cache=True, nogil=True)
def _see_days(at, first, offsets, changes, after, day0, seen):
    for i in range(len(at)):
        seen[_local_day(at[i], first, offsets, changes, after) - day0] = True


@njit(cache=True, nogil=True)
def _unpack(keys, days, day_bits, touch_bits, lead, day, touch):
    ranks = np.uint64((1 << day_bits) - 1)
    touches = np.uint64((1 << touch_bits) - 1)
    for i in range(len(keys)):
        touch[i] = keys[i] & touches
        rest = keys[i] >> np.uint64(touch_bits)
        day[i] = days[np.int64(rest & ranks)]
        lead[i] = rest >> np.uint64(day_bits)


def local_days(at: pl.Series, timezone: str) -> pl.Series:
    """The local dates of instants (Datetime us UTC, none null) in days since 1970-01-01, Int32."""
    instants = at.cast(pl.Int64).to_numpy()
    out = np.empty(len(instants), np.int32)
    if len(instants):
        clock = make_clock(int(instants.min()), int(instants.max()), timezone)
        _local_days(instants, clock.first, clock.offsets, clock.changes, clock.after, out)
    return pl.Series(at.name, out)


@dataclass(frozen=True, slots=True)
class Coded:
    """A run of events of one file as numbers; the texts they stand for are in `Lexicon`."""

    file: int
    lead: npt.NDArray[np.uint32]
    kind: npt.NDArray[np.uint32]
    content: npt.NDArray[np.uint32]
    at: Longs
    counted: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Text number i of each column; null where a number is not used."""

    leads: pl.Series
    kinds: pl.Series
    contents: pl.Series


@dataclass(frozen=True, slots=True)
class Folded:
    """Counted keys, taken apart: lead rank, day, touch rank and count, sorted by the first three."""

    lead: Ints
    day: Ints
    touch: Ints
    n: Ints


def code_events(events: EventFrames) -> tuple[list[Coded], Lexicon]:
    """The events of all files as numbers, in runs.

    Frames hold lead, at (Datetime us UTC), kind, content and, if there, automated.
    """
    frames = _frames(events)
    kept: dict[str, pl.Categorical] = {}
    for name in ("lead", "kind", "content"):
        dtypes = [frame.schema[name] for frame in frames]
        shared = bool(dtypes) and isinstance(dtypes[0], pl.Categorical) and len(set(dtypes)) == 1
        own = cast(pl.Categorical, dtypes[0]) if shared else pl.Categorical(pl.Categories.random())
        kept[name] = own
    coded = []
    for number, frame in enumerate(frames):
        codes = {
            name: (
                frame[name]
                if frame.schema[name] == dtype
                else frame[name].cast(pl.String).fill_null("").cast(dtype)
            )
            for name, dtype in kept.items()
        }
        machines = (
            frame["automated"].fill_null(False)
            if "automated" in frame.columns
            else pl.repeat(False, frame.height, eager=True)
        )
        counted = ~machines
        at = frame["at"].cast(pl.Datetime("us", "UTC")).cast(pl.Int64)
        columns = [*(codes[name].to_physical() for name in kept), at, counted]
        coded += [Coded(number, *run) for run in _runs(columns)]
    leads, kinds, contents = (dtype.categories.to_series() for dtype in kept.values())
    return coded, Lexicon(leads, kinds, contents)


def _runs(columns: Sequence[pl.Series]) -> Iterator[tuple[np.ndarray, ...]]:
    """The columns as arrays, piece by piece as they lie in memory, so that nothing is copied."""
    if len({tuple(map(len, column.get_chunks())) for column in columns}) != 1:
        columns = [column.rechunk() for column in columns]
    pieces = [column.get_chunks() for column in columns]
    for run in zip(*pieces, strict=True):
        yield tuple(piece.to_numpy() for piece in run)


def _frames(events: EventFrames) -> list[pl.DataFrame]:
    if isinstance(events, pl.DataFrame):
        return [events]
    if isinstance(events, Sequence):
        return list(events)
    return list(events.files)


def touches_in(coded: Sequence[Coded], lexicon: Lexicon) -> pl.DataFrame:
    """The touches that occur: `kind`, `content` and `place` (content code x kinds + kind code), sorted."""
    kinds = max(len(lexicon.kinds), 1)
    room = kinds * len(lexicon.contents)
    seen: Longs
    if room <= 1 << 26:
        present = np.zeros(room, bool)
        for part in coded:
            present[part.content.astype(np.int64) * kinds + part.kind] = True
        seen = np.flatnonzero(present)
    else:
        parts = [np.unique(part.content.astype(np.int64) * kinds + part.kind) for part in coded]
        seen = np.unique(np.concatenate(parts))
    return pl.DataFrame(
        {
            "kind": lexicon.kinds.gather(seen % kinds),
            "content": lexicon.contents.gather(seen // kinds),
            "place": seen,
        }
    ).sort("kind", "content")


def count_events(
    coded: Sequence[Coded], lexicon: Lexicon, rank: Longs, touches: pl.DataFrame, timezone: str
) -> Folded:
    """Counts events by lead rank, local day and touch number, machines left out.

    `rank`: lead code -> sort number, -1 for leads that are not wanted. `touches`: `place`, `number`.
    Several files: the nth identical row of another file is the same event, so of rows that agree in
    lead, instant, kind, content and automated the largest number in one file counts.
    """
    coded = [part for part in coded if len(part.lead)]
    if not coded or touches.height == 0:
        nothing = np.empty(0, np.int32)
        return Folded(nothing, nothing, nothing, nothing)
    kinds = max(len(lexicon.kinds), 1)
    places = touches["place"].to_numpy()
    touch = np.zeros(int(places.max()) + 1, np.int64)
    touch[places] = touches["number"].to_numpy()
    files: dict[int, list[Coded]] = {}
    for part in coded:
        files.setdefault(part.file, []).append(part)
    spans = sorted(
        (min(int(part.at.min()) for part in parts), max(int(part.at.max()) for part in parts))
        for parts in files.values()
    )
    clock = make_clock(spans[0][0], max(high for _, high in spans), timezone)
    touch_bits = max(int(touch.max()).bit_length(), 1)
    room = KEY_BITS - touch_bits - max(int(rank.max()).bit_length(), 1)
    days, day_rank = _rank_days(coded, clock, room)
    day_bits = max(len(days) - 1, 1).bit_length()
    if day_bits > room:
        raise OverflowError(f"leads x days x touches do not fit into {KEY_BITS} bits")
    apart = all(one[1] < next_one[0] for one, next_one in pairwise(spans))

    def pack(parts: Sequence[Coded], with_instants: bool) -> tuple[Keys, Longs]:
        room = sum(len(part.lead) for part in parts)
        keys = np.empty(room, np.uint64)
        instants = np.empty(room if with_instants else 0, np.int64)
        size = 0
        for part in parts:
            size += _pack(
                part.lead, part.kind, part.content, part.at, part.counted, rank, touch, kinds, clock.first,
                clock.offsets, clock.changes, clock.after, clock.first - 2, day_rank, day_bits, touch_bits,
                keys[size:], instants[size:],
            )  # fmt: skip
        return keys[:size], instants[:size]

    if apart:
        keys, _ = pack(coded, False)
        keys.sort()
        keys, counts = _count_sorted(keys)
    else:
        keys, counts = _count_overlapping([pack(parts, True) for parts in files.values()])
    lead_of, day_of, touch_of = (np.empty(len(keys), np.int32) for _ in range(3))
    _unpack(keys, days, day_bits, touch_bits, lead_of, day_of, touch_of)
    return Folded(lead_of, day_of, touch_of, counts)


def _rank_days(coded: Sequence[Coded], clock: Clock, room: int) -> tuple[Longs, Longs]:
    """The days that keys may name, and the rank of each day from two before the clock's first on.

    All days of the span, or, where their ranks need more than `room` bits, those that occur: one
    event dated in the year 9999 must not cost the others their place in the key.
    """
    first = clock.first - 2
    span = len(clock.offsets) + 4
    days = np.arange(span, dtype=np.int64)
    if max(span - 1, 1).bit_length() > room:
        seen = np.zeros(span, bool)
        for part in coded:
            _see_days(part.at, clock.first, clock.offsets, clock.changes, clock.after, first, seen)
        days = np.flatnonzero(seen)
    rank = np.zeros(span, np.int64)
    rank[days] = np.arange(len(days))
    return days + first, rank


def _count_sorted(keys: Keys) -> tuple[Keys, Ints]:
    """Each of the sorted `keys` once, and how often it stood there; `keys` itself is used up."""
    counts = np.empty(len(keys), np.int32)
    size = _tally(keys, counts)
    return keys[:size], counts[:size].copy()


def _count_overlapping(files: Sequence[tuple[Keys, Longs]]) -> tuple[Keys, Ints]:
    """Counts where files may hold the same event; instants are compared only for keys in two files."""
    folded = [_count_sorted(np.sort(keys)) for keys, _ in files]
    keys = np.concatenate([part[0] for part in folded])
    counts = np.concatenate([part[1] for part in folded])
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    twice = np.zeros(len(keys), bool)
    twice[1:] = keys[1:] == keys[:-1]
    shared = np.unique(keys[twice])
    if len(shared) == 0:
        return keys, counts
    parts = []
    for number, (own, instants) in enumerate(files):
        place = np.searchsorted(shared, own)
        hit = shared[np.minimum(place, len(shared) - 1)] == own
        parts.append(pl.DataFrame({"key": own[hit], "at": instants[hit]}).with_columns(file=pl.lit(number)))
    exact = (
        pl.concat(parts)
        .group_by("key", "at", "file")
        .agg(pl.len().alias("n"))
        .group_by("key", "at")
        .agg(pl.col("n").max())
        .group_by("key")
        .agg(pl.col("n").sum())
        .sort("key")
    )
    once = ~twice
    keys, counts = keys[once], counts[once]
    counts[np.searchsorted(keys, exact["key"].to_numpy())] = exact["n"].to_numpy()
    return keys, counts
