"""Names for events that stay the same whichever file or day they come in.

An event is known by its lead's key, instant, kind, content, whether it was automated, and which of
the identical rows of its file it is: so the nth identical row of another file is the same event.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.hub.activity.contents import normal_content

SAME = ("lead", "at", "kind", "content", "automated")
_MIX = np.uint64(0xC6A4A7935BD1E995)


def with_ordinal(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` (lead, at, kind, content, automated) with contents as they are stored and the column
    `ordinal`: 0 for the first of identical rows, 1 for the second ... To be asked of a whole file,
    before it is cut into chunks."""
    spelled = frame.with_columns(normal_content(pl.col("content")).alias("content"))
    return spelled.with_columns(pl.int_range(pl.len()).over(*SAME).cast(pl.Int32).alias("ordinal"))


def event_ids(frame: pl.DataFrame) -> pl.Series:
    """64 bit names of the events of `frame` (lead, at in UTC, kind, content, automated, ordinal).

    The database's key is subject, instant and this name, so only events of one subject at one
    microsecond could ever collide. The function is frozen: names are stored.
    """
    return hashed(
        frame.select(
            pl.concat_str(
                pl.col("at").dt.epoch("us"),
                pl.col("automated").cast(pl.Int8),
                "ordinal",
                "kind",
                pl.col("lead").str.len_bytes(),
                "lead",
                "content",
                separator=" ",
            )
        ).to_series()
    )


def outcome_ids(frame: pl.DataFrame) -> pl.Series:
    """64 bit names of the outcomes of `frame` (lead, at in UTC, result, reason, amount)."""
    return hashed(
        frame.select(
            pl.concat_str(
                pl.col("at").dt.epoch("us"),
                "result",
                pl.col("lead").str.len_bytes(),
                "lead",
                pl.col("amount").str.len_bytes(),
                "amount",
                "reason",
                separator=" ",
            )
        ).to_series()
    )


def hashed(texts: pl.Series) -> pl.Series:
    """MurmurHash64A (seed 0) of each text's UTF-8 bytes, as signed 64 bit numbers.

    Our own few lines because Polars' hash may change with its version, and these are kept.
    """
    size = texts.str.len_bytes().to_numpy().astype(np.int64)
    stop = np.cumsum(size)
    joined = texts.str.join("").item() or ""
    data = np.frombuffer(joined.encode(), dtype=np.uint8)
    return pl.Series("id", _murmur(data, stop - size, size).view(np.int64))


@numba.njit(cache=True, nogil=True)
def _murmur(
    data: npt.NDArray[np.uint8], start: npt.NDArray[np.int64], size: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint64]:  # pragma: no cover - compiled
    out = np.empty(len(start), np.uint64)
    for i in range(len(start)):
        at = start[i]
        left = size[i]
        h = np.uint64(left) * _MIX
        while left >= 8:
            k = np.uint64(0)
            for byte in range(8):
                k |= np.uint64(data[at + byte]) << np.uint64(8 * byte)
            k *= _MIX
            k ^= k >> np.uint64(47)
            k *= _MIX
            h = (h ^ k) * _MIX
            at += 8
            left -= 8
        if left:
            k = np.uint64(0)
            for byte in range(left):
                k |= np.uint64(data[at + byte]) << np.uint64(8 * byte)
            h = (h ^ k) * _MIX
        h ^= h >> np.uint64(47)
        h *= _MIX
        out[i] = h ^ (h >> np.uint64(47))
    return out
