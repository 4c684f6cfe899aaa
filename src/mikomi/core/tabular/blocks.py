"""From a file to blocks of whole lines in UTF-8: encodings found out, decoded, checked.

Nothing here holds more than a few blocks: a line of two gigabytes is passed over, not kept.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit

from mikomi.core.tabular import words
from mikomi.core.tabular.records import MARK
from mikomi.core.words import MikomiError

BLOCK = 2 << 20
"""Bytes read at once. Some ten times as much stands in memory while they become checked rows."""

SAMPLE = 4 << 20
"""Bytes that decide the encoding, from the first byte that is not ASCII."""

LONG_LINE_KEPT = 200
"""Bytes of a line that is left out that are kept for the message."""

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

ALIASES = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "ms932": "cp932",
    "windows-31j": "cp932",
    "utf8": "utf-8",
}

ERRORS = "mikomi-mark"

ODD_SIGNS = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
"""What Python makes of bytes that CP932 leaves open; no program writes them."""

ESCAPED = re.compile("[\udc80-\udcff]")
"""What Python makes of bytes that are no UTF-8."""


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Puts the mark where bytes do not decode, so that their row can be rejected later."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\uffff", error.end


codecs.register_error(ERRORS, _mark)


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines in UTF-8."""

    data: bytes
    marked: bool  # some bytes did not decode and were replaced by `MARK`
    long_line: bytes | None  # how the line after these begins, if it was too long to be kept
    final: bool


def find_encoding(path: Path) -> str:
    """The encoding of a text file: by its byte order mark, else UTF-8 or CP932, whichever fewer lines break.

    Returns utf-8, utf-8-sig, utf-16-le, utf-16-be or cp932. ASCII alone is utf-8.
    """
    with path.open("rb") as file:
        head = file.read(4)
        for bom, name in BOMS:
            if head.startswith(bom):
                return name
        file.seek(0)
        while data := file.read(1 << 20):
            if data.isascii():
                continue
            data += file.read(SAMPLE)
            break
        else:
            return "utf-8"
    if b"\n" in data[1 << 20 :]:
        data = data[: data.rindex(b"\n") + 1]
    else:
        data = data[:-4] if len(data) > SAMPLE else data
    broken = {name: _broken_lines(data, name) for name in ("utf-8", "cp932")}
    return "utf-8" if broken["utf-8"] <= broken["cp932"] else "cp932"


def _broken_lines(data: bytes, encoding: str) -> int:
    """How many lines do not decode; for CP932 also those with signs that no file of Excel has."""
    if encoding == "utf-8":
        # A file in another encoding has a million such places: Python's own handler is a hundred times
        # as fast as one of ours.
        text = data.decode(encoding, "surrogateescape")
        return 0 if text.isascii() else sum(map(bool, map(ESCAPED.search, text.split("\n"))))
    text = ODD_SIGNS.sub("\uffff", data.decode(encoding, ERRORS))
    return sum("\uffff" in line for line in text.split("\n"))


@njit(cache=True, nogil=True)
def _break_utf8_lines(raw, out):
    """How many lines are UTF-8 with signs of three bytes; in `out` (if any) they are made undecodable.

    Such a line in a CP932 file would decode into wrong signs without any error.
    """
    found = 0
    at = 0
    size = len(raw)
    while at < size:
        first = -1
        wide = False
        valid = True
        while at < size and raw[at] != 10:
            c = raw[at]
            if c < 0x80:
                at += 1
                continue
            if first < 0:
                first = at
            more = 1 if 0xC2 <= c <= 0xDF else 2 if 0xE0 <= c <= 0xEF else 3 if 0xF0 <= c <= 0xF4 else 0
            if more == 0:
                valid = False
            else:
                wide |= more > 1
                for k in range(1, more + 1):
                    if at + k >= size or raw[at + k] & 0xC0 != 0x80:
                        valid = False
            if not valid:
                while at < size and raw[at] != 10:
                    at += 1
                break
            at += more + 1
        at += 1
        if first >= 0 and valid and wide:
            found += 1
            if len(out):
                out[first] = 0xFF
    return found


def known_encoding(path: Path, name: str) -> str:
    """The name of an encoding that a person gave, in our spelling."""
    plain = name.strip().lower()
    plain = ALIASES.get(plain, plain)
    if plain in ("utf-16", "utf-16le", "utf_16"):
        with path.open("rb") as file:
            return "utf-16-be" if file.read(2) == codecs.BOM_UTF16_BE else "utf-16-le"
    try:
        codecs.lookup(plain)
    except LookupError:
        raise MikomiError(words.unknown_encoding(path, name)) from None
    return plain


def _utf8_pieces(path: Path, encoding: str) -> Iterator[bytes]:
    """The file in pieces; UTF-16 already turned into UTF-8, other encodings as they are."""
    wide = encoding.startswith("utf-16")
    decoder = codecs.getincrementaldecoder(encoding)(errors=ERRORS) if wide else None
    with path.open("rb") as file:
        head = file.read(4)
        bom = next((mark for mark, _ in BOMS if head.startswith(mark)), b"")
        file.seek(len(bom) if wide or encoding.startswith("utf-8") else 0)
        while data := file.read(BLOCK):
            yield data if decoder is None else decoder.decode(data).encode()
        if decoder is not None:
            yield decoder.decode(b"", True).encode()


def _old_mac(path: Path) -> bool:
    """Whether lines end with a carriage return alone."""
    with path.open("rb") as file:
        head = file.read(1 << 20)
    return b"\r" in head and b"\n" not in head


def read_blocks(path: Path, encoding: str) -> Iterator[Block]:
    """The file as blocks of whole lines in UTF-8, `MARK` in place of what does not decode.

    At least one block comes, the last one is `final`. A line longer than half a block is left out.
    """
    decoded = encoding in ("utf-8", "utf-8-sig") or encoding.startswith("utf-16")
    bare_returns = not encoding.startswith("utf-16") and _old_mac(path)
    rest = b""
    skipping = False
    for piece in _utf8_pieces(path, encoding):
        data = piece.replace(b"\r", b"\n") if bare_returns else piece
        if skipping:
            stop = data.find(b"\n")
            if stop < 0:
                continue
            data = data[stop + 1 :]
            skipping = False
        data = rest + data
        cut = data.rfind(b"\n") + 1
        rest = data[cut:]
        whole = data[:cut] if cut < len(data) else data
        if len(rest) > BLOCK // 2:
            yield Block(
                *_to_utf8(whole, encoding, decoded),
                _to_utf8(rest[:LONG_LINE_KEPT], encoding, decoded)[0],
                False,
            )
            rest = b""
            skipping = True
        elif whole:
            yield Block(*_to_utf8(whole, encoding, decoded), None, False)
    yield Block(*_to_utf8(rest, encoding, decoded), None, True)


def _to_utf8(data: bytes, encoding: str, decoded: bool) -> tuple[bytes, bool]:
    """`data` (whole lines) in UTF-8, and whether something in it does not decode and is marked."""
    if data.isascii():
        return data, False
    if decoded:
        try:
            data.decode()
        except UnicodeDecodeError:
            return data.decode("utf-8", ERRORS).encode(), True
        return data, encoding.startswith("utf-16") and MARK in data
    if encoding == "cp932":
        raw = np.frombuffer(data, np.uint8)
        if _break_utf8_lines(raw, np.empty(0, np.uint8)):
            mended = raw.copy()
            _break_utf8_lines(raw, mended)
            data = mended.tobytes()
        text = ODD_SIGNS.sub("\uffff", data.decode(encoding, ERRORS))
    else:
        text = data.decode(encoding, ERRORS)
    return text.encode(), "\uffff" in text
