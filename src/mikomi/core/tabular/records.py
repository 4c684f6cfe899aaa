"""One compiled pass over the bytes of a delimited file: where records begin, and which are sound.

Polars reads clean files fast but stops at the first bad row. So the bytes are looked at first:
records (a quoted field may hold line breaks), their line numbers, their numbers of fields. Clean
blocks then go to Polars as they are; from others the bad records are cut out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

RECORD_LIMIT = 1 << 20
"""Bytes: a longer line, or a quote that is not closed within this, is rejected."""

MARK = "\uffff".encode()
"""Stands where bytes could not be decoded; no text holds this noncharacter."""

BLANK, STRAY, NUL, MALFORMED, UNCLOSED, LONG, UNDECODED, FEW, MANY, TRIM, TOTAL, EMPTY = (
    1 << bit for bit in range(12)
)
BROKEN = NUL | MALFORMED | UNCLOSED | LONG | UNDECODED | FEW | MANY
BAD = BROKEN | TOTAL
"""Records that are rejected. BLANK ones are passed over; EMPTY are those of them that hold delimiters."""

type Bytes = npt.NDArray[np.uint8]


@njit(cache=True, nogil=True)
def _scan(buf, delimiter, final, starts, fields, lines, flags):
    """Fills the arrays, one item a record; returns (records, bytes used up, physical lines)."""
    telling = np.zeros(256, np.bool_)
    telling[10] = telling[34] = telling[delimiter] = True
    size = len(buf)
    at = 0
    count = 0
    line = 0
    while at < size:
        start = at
        first_break = -1
        breaks = 0
        width = 1
        flag = 0
        state = 0  # 0 field starts, 1 plain, 2 quoted, 3 after the closing quote
        ended = False
        while at < size:
            c = buf[at]
            if state == 2:
                if c == 34:
                    if at + 1 < size and buf[at + 1] == 34:
                        at += 2
                        continue
                    if at + 1 == size and not final:
                        break
                    state = 3
                elif c == 10:
                    breaks += 1
                    if first_break < 0:
                        first_break = at
                    if at - start > RECORD_LIMIT:
                        flag |= LONG if first_break == at else UNCLOSED
                        break
                at += 1
                continue
            if c == 10:
                at += 1
                ended = True
                break
            if c == delimiter:
                width += 1
                state = 0
            elif state == 0:
                if c == 34:
                    state = 2
                else:
                    state = 1
                    at += 1
                    while at < size and not telling[buf[at]]:
                        at += 1
                    continue
            elif state == 3:
                if not (c == 13 and (at + 1 == size or buf[at + 1] == 10)):
                    flag |= MALFORMED
                    break
            elif c == 34:
                flag |= STRAY
            at += 1
        if not ended and flag & (MALFORMED | UNCLOSED | LONG) == 0:
            if not final:
                if at - start <= RECORD_LIMIT or first_break < 0:
                    return count, start, line
                flag |= UNCLOSED
            elif state == 2:
                flag |= UNCLOSED
        if flag & (MALFORMED | UNCLOSED | LONG):
            # Only the first line of a broken record is given up; reading goes on with the next.
            breaks = 0
            if first_break >= 0:
                at = first_break + 1
            else:
                while at < size and buf[at] != 10:
                    at += 1
                at = min(at + 1, size)
        elif at - start > RECORD_LIMIT:
            flag |= LONG
        if (at - start == 1 and ended) or (at - start == 2 and ended and buf[start] == 13):
            flag |= BLANK
        starts[count] = start
        fields[count] = width
        lines[count] = line
        flags[count] = flag
        count += 1
        line += breaks + 1
    return count, at, line


@njit(cache=True, nogil=True)
def _count_breaks(buf):
    count = 0
    for i in range(len(buf)):
        count += buf[i] == 10
    return count


@njit(cache=True, nogil=True)
def _flag_bytes(buf, starts, count, flags):
    """Marks records that hold NUL bytes or bytes that were not decoded."""
    for i in range(count):
        for at in range(starts[i], starts[i + 1]):
            if buf[at] == 0:
                flags[i] |= NUL
            elif buf[at] == 0xEF and at + 2 < starts[i + 1] and buf[at + 1] == 0xBF and buf[at + 2] == 0xBF:
                flags[i] |= UNDECODED


@njit(cache=True, nogil=True)
def _flag_widths(buf, starts, count, fields, flags, width, delimiter):
    """Marks records with too few or too many fields; fields too many that are empty are cut."""
    for i in range(count):
        if fields[i] == width or flags[i] & (BAD | BLANK):
            continue
        if fields[i] < width:
            flags[i] |= FEW
            continue
        field = 1
        state = 0  # as in _scan
        empty = True
        for at in range(starts[i], starts[i + 1]):
            c = buf[at]
            if field > width and c != delimiter and c != 32 and c != 34 and c != 13 and c != 10:
                empty = False
                break
            if state == 2:
                if c == 34:
                    state = 3
            elif c == delimiter:
                field += 1
                state = 0
            elif c == 34 and state != 1:
                state = 2
            else:
                state = 1
        flags[i] |= TRIM if empty else MANY


@njit(cache=True, nogil=True)
def _rewrite(buf, starts, count, flags, width, delimiter, out):
    """Copies the sound records to `out`, mending quotes and width where needed; returns the bytes."""
    to = 0
    for i in range(count):
        flag = flags[i]
        if flag & (BAD | BLANK):
            continue
        start = starts[i]
        end = starts[i + 1]
        if end > start and buf[end - 1] == 10:
            end -= 1
        if end > start and buf[end - 1] == 13:
            end -= 1
        if flag & (STRAY | TRIM) == 0:
            out[to : to + end - start] = buf[start:end]
            to += end - start
        else:
            at = start
            field = 1
            while field <= width:
                if at < end and buf[at] == 34:
                    out[to] = 34
                    to += 1
                    at += 1
                    while True:
                        out[to] = buf[at]
                        to += 1
                        at += 1
                        if buf[at - 1] == 34:
                            if at < end and buf[at] == 34:
                                out[to] = 34
                                to += 1
                                at += 1
                            else:
                                break
                else:
                    stop = at
                    stray = False
                    while stop < end and buf[stop] != delimiter:
                        if buf[stop] == 34:
                            stray = True
                        stop += 1
                    if stray:
                        out[to] = 34
                        to += 1
                    while at < stop:
                        out[to] = buf[at]
                        to += 1
                        if buf[at] == 34:
                            out[to] = 34
                            to += 1
                        at += 1
                    if stray:
                        out[to] = 34
                        to += 1
                if field < width:
                    out[to] = delimiter
                    to += 1
                at += 1
                field += 1
        out[to] = 10
        to += 1
    return to


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a block: `starts` has one item more than there are records.

    `lines` are physical lines counted from 0 at the block's start, `used` the bytes that whole
    records take, `height` the physical lines in them.
    """

    buf: Bytes
    delimiter: int
    starts: npt.NDArray[np.int64]
    fields: npt.NDArray[np.int32]
    lines: npt.NDArray[np.int64]
    flags: npt.NDArray[np.uint16]
    used: int
    height: int

    def __len__(self) -> int:
        return len(self.fields)

    def text(self, i: int) -> str:
        """The bytes of record i as text, without its line break, cut at 40,000 bytes."""
        start, end = int(self.starts[i]), int(self.starts[i + 1])
        raw = self.buf[start : min(end, start + 40_000)].tobytes()
        return readable(raw.rstrip(b"\r\n"))


def readable(raw: bytes) -> str:
    """Bytes of a bad row as text, a replacement sign for each that is none."""
    return raw.decode(errors="replace").replace("\uffff", "�").replace("\0", "�")


def find_records(block: bytes, delimiter: str, *, final: bool, marked: bool = False) -> Records:
    """The records of `block` (UTF-8). When not `final`, an unfinished last record is left unused.

    `marked`: some bytes did not decode and `MARK` stands in their place.
    """
    buf = np.frombuffer(block, np.uint8)
    room = _count_breaks(buf) + 2
    starts = np.empty(room + 1, np.int64)
    fields = np.empty(room, np.int32)
    lines = np.empty(room, np.int64)
    flags = np.zeros(room, np.uint16)
    count, used, height = _scan(buf, ord(delimiter), final, starts, fields, lines, flags)
    starts[count] = used
    if marked or b"\0" in block:
        _flag_bytes(buf, starts, count, flags)
    return Records(
        buf, ord(delimiter), starts[: count + 1], fields[:count], lines[:count], flags[:count], used, height
    )


def check_widths(records: Records, width: int) -> None:
    """Flags the records that do not have `width` fields."""
    if len(records) and (records.fields != width).any():
        _flag_widths(
            records.buf, records.starts, len(records), records.fields, records.flags, width, records.delimiter
        )


def sound_bytes(records: Records, block: bytes, width: int) -> bytes:
    """The sound records as CSV that a strict reader takes; `block` itself where all are sound."""
    if not records.flags.any():
        return block if records.used == len(block) else block[: records.used]
    stray = int(((records.flags & (STRAY | TRIM)) > 0).sum())
    room = records.used * (2 if stray else 1) + len(records) * (2 * width + 2 if stray else 2)
    out = np.empty(room, np.uint8)
    size = _rewrite(records.buf, records.starts, len(records), records.flags, width, records.delimiter, out)
    return out[:size].tobytes()
