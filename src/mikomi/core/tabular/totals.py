"""Rows that sum up others (合計, 小計, Total …) and rows without any content: told from rows of people.

A row is one of totals when its first filled cell is such a word, alone or with a count, and every other
filled cell is a number. A company called 合計 with a name beside it is none.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numba import njit

from mikomi.core.tabular.records import BAD, BLANK, EMPTY, TOTAL, Records

WORDS = (
    "合計", "総合計", "小計", "中計", "総計", "累計", "計", "合　計", "小　計", "総　計",
    "合 計", "小 計", "総 計", "合計件数", "総件数", "合計人数",
    "total", "totals", "subtotal", "sub total", "sub-total", "grand total", "sum",
)  # fmt: skip
"""How rows of totals begin."""

NUMBER_SIGNS = "0123456789０１２３４５６７８９.,-+%¥￥\\()（）[]:：件名人社円個点＝ 　−△▲，．％－"
"""What the other cells of such a row may hold."""


def _packed(texts: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    data = [text.encode() for text in sorted(texts, key=lambda text: -len(text.encode()))]
    ends = np.cumsum([0, *(len(part) for part in data)])
    return np.frombuffer(b"".join(data), np.uint8), ends.astype(np.int64)


_WORD_BYTES, _WORD_ENDS = _packed(WORDS)
_SIGN_BYTES, _SIGN_ENDS = _packed(tuple(sorted(set(NUMBER_SIGNS))))


@njit(cache=True, nogil=True)
def _starts(buf, at, end, texts, ends):
    """The bytes of the text in `texts` with which buf[at:end] begins, letters in any case; 0: none."""
    for k in range(len(ends) - 1):
        size = ends[k + 1] - ends[k]
        if at + size > end:
            continue
        same = True
        for i in range(size):
            c = buf[at + i]
            if 65 <= c <= 90:
                c += 32
            if c != texts[ends[k] + i]:
                same = False
                break
        if same:
            return size
    return 0


@njit(cache=True, nogil=True)
def _is_empty(buf, at, end, delimiter):
    """Whether a record is delimiters and pairs of quotes alone."""
    while at < end:
        if buf[at] == 34:
            if at + 1 >= end or buf[at + 1] != 34 or (at + 2 < end and buf[at + 2] != delimiter):
                return False
            at += 2
        elif buf[at] == delimiter:
            at += 1
        else:
            return False
    return True


@njit(cache=True, nogil=True)
def _is_total(buf, at, end, delimiter, texts, ends, signs, sign_ends):
    """Whether the first filled field begins with a word of totals and all the rest is numbers."""
    while at < end:
        c = buf[at]
        wide = c == 0xE3 and at + 2 < end and buf[at + 1] == 0x80 and buf[at + 2] == 0x80
        if wide:
            at += 3
        elif c == delimiter or c == 34 or c == 32:
            at += 1
        else:
            break
    size = _starts(buf, at, end, texts, ends)
    if size == 0:
        return False
    at += size
    fields = False
    while at < end:
        c = buf[at]
        if c == delimiter:
            fields = True
            at += 1
        elif c == 34 or c == 13 or c == 10:
            at += 1
        else:
            size = _starts(buf, at, end, signs, sign_ends)
            if size == 0:
                return False
            at += size
    return fields


@njit(cache=True, nogil=True)
def _flag(buf, starts, count, flags, delimiter, texts, ends, signs, sign_ends, bad, blank, empty, total):
    first = np.zeros(256, np.bool_)
    first[34] = first[32] = first[delimiter] = first[0xE3] = True
    for k in range(len(ends) - 1):
        first[texts[ends[k]]] = True
        if 97 <= texts[ends[k]] <= 122:
            first[texts[ends[k]] - 32] = True
    for i in range(count):
        if flags[i] & (bad | blank):
            continue
        at, end = starts[i], starts[i + 1]
        if at == end or not first[buf[at]]:
            continue
        if end > at and buf[end - 1] == 10:
            end -= 1
        if end > at and buf[end - 1] == 13:
            end -= 1
        if _is_empty(buf, at, end, delimiter):
            flags[i] |= blank | empty
        elif _is_total(buf, at, end, delimiter, texts, ends, signs, sign_ends):
            flags[i] |= total


def flag_totals(records: Records) -> None:
    """Flags the records that sum up others, and those without any content."""
    _flag(
        records.buf, records.starts, len(records), records.flags, records.delimiter,
        _WORD_BYTES, _WORD_ENDS, _SIGN_BYTES, _SIGN_ENDS, BAD, BLANK, EMPTY, TOTAL,
    )  # fmt: skip


_SIGN_CLASS = "[" + "".join("\\" + sign if sign in r"\[]^-" else sign for sign in NUMBER_SIGNS) + "]*"
_WORD_PATTERN = "|".join(sorted(WORDS, key=len, reverse=True))


def total_rows(frame: pl.DataFrame) -> pl.Series:
    """Which rows of a frame of text sum up others (Boolean)."""
    none = pl.Series("total", np.zeros(frame.height, bool))
    if frame.width < 2 or frame.height == 0:
        return none
    label = frame.select(pl.coalesce(pl.all()).str.strip_chars().alias("l"))["l"]
    maybe = label.str.contains(rf"(?i)\A(?:{_WORD_PATTERN}){_SIGN_CLASS}\z").fill_null(False)
    if not maybe.any():
        return none
    rows = frame.filter(maybe)
    numbers = rows.select(
        pl.sum_horizontal(
            (~pl.all().str.contains(rf"\A{_SIGN_CLASS}\z")).fill_null(False).cast(pl.UInt32)
        ).alias("words")
    )["words"]
    out = none.to_numpy().copy()
    out[maybe.to_numpy()] = (numbers <= 1).to_numpy()
    return pl.Series("total", out)
