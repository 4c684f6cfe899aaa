"""XLSX looked at before it is opened: it may unpack to more than the memory. Merged cells on the way."""

from __future__ import annotations

import html
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numba import njit

from mikomi.core.tabular import words
from mikomi.core.tabular.formats import SAVE_AS_XLSX
from mikomi.core.words import MikomiError, Words

SIZE_LIMIT = 2 << 30
"""Bytes that a workbook may unpack to."""

RATIO_LIMIT = 200
"""How many times larger than packed, from `RATIO_FROM` bytes on; real sheets stay below 50."""
RATIO_FROM = 128 << 20

CELL_LIMIT = 128 << 20
"""Cells from the first to the last corner: all of them take memory, empty or not."""
SPARSE_FROM = 16 << 20

PART = 4 << 20


@njit(cache=True, nogil=True)
def _corner(buf, found):
    """Adds the cells in a piece of sheet XML to `found`: (last row, last column, cells)."""
    size = len(buf)
    at = 0
    while at + 3 < size:
        if not (buf[at] == 60 and buf[at + 1] == 99 and buf[at + 2] == 32):  # "<c "
            at += 1
            continue
        found[2] += 1
        at += 3
        while at + 4 < size and buf[at] != 62:  # ">"
            if buf[at] == 114 and buf[at + 1] == 61 and buf[at + 2] == 34:  # r="
                at += 3
                column = 0
                while at < size and 65 <= buf[at] <= 90 and column < 100_000:
                    column = column * 26 + buf[at] - 64
                    at += 1
                row = 0
                while at < size and 48 <= buf[at] <= 57 and row < 100_000_000:
                    row = row * 10 + buf[at] - 48
                    at += 1
                found[0] = max(found[0], row)
                found[1] = max(found[1], column)
                break
            at += 1


def _unpacked(file: BinaryIO, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a member of the archive really holds, whatever its entry says."""
    file.seek(info.header_offset)
    head = file.read(30)
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("local header")
    name, extra = struct.unpack("<HH", head[26:30])
    file.seek(name + extra, 1)
    left = info.compress_size
    if info.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (data := file.read(min(PART, left))):
            left -= len(data)
            yield data
        return
    if info.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile(f"compression {info.compress_type}")
    inflate = zlib.decompressobj(-15)
    while left > 0 and not inflate.eof and (data := file.read(min(PART, left))):
        left -= len(data)
        while data and not inflate.eof:
            yield inflate.decompress(data, PART)
            data = inflate.unconsumed_tail
    if not inflate.eof:
        raise zipfile.BadZipFile("cut off")


type Span = tuple[int, int, int, int]
"""A merged range: first row, first column, last row, last column; rows from 1, columns from 0."""

MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
MERGED_LIMIT = 20_000
"""Merged ranges of a sheet that are looked at; a sheet with more is no list of people."""

SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*[\"']([^\"']*)[\"']")
PARTS_READ = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
PART_LIMIT = 8 << 20


def check_workbook(path: Path) -> dict[str, tuple[Span, ...]]:
    """Unpacks every part once without keeping it; raises `MikomiError` if it is damaged or a bomb.

    Returns the merged ranges of each sheet by its name, as far as sheets are named in the usual way.
    """
    packed = path.stat().st_size
    merged: dict[str, list[Span]] = {}
    parts: dict[str, bytes] = dict.fromkeys(PARTS_READ, b"")
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            members = archive.infolist()
            _check_size(path, packed, sum(member.file_size for member in members))
            if not any(member.filename == "[Content_Types].xml" for member in members):
                what = Words(" ZIP（Excel ブックではありません）", "a ZIP archive, not a workbook")
                raise MikomiError(words.really_is(path, what, SAVE_AS_XLSX))
            total = 0
            for member in members:
                if member.flag_bits & 1:
                    raise zipfile.BadZipFile("encrypted")
                sheet = member.filename.startswith("xl/worksheets/")
                found = np.zeros(3, np.int64)
                tail = b""
                ranges = merged.setdefault(member.filename, [])
                for data in _unpacked(file, member):
                    total += len(data)
                    _check_size(path, packed, total)
                    if sheet and data:
                        piece = tail + data
                        whole = piece.rfind(b"<")
                        _corner(np.frombuffer(piece[:whole], np.uint8), found)
                        tail = piece[whole:] if len(piece) - whole < 1024 else b""
                        if b"mergeCell" in piece and len(ranges) < MERGED_LIMIT:
                            ranges += _merged(piece[:whole])
                    elif member.filename in parts and len(parts[member.filename]) < PART_LIMIT:
                        parts[member.filename] += data
                area = int(found[0] * found[1])
                if area > CELL_LIMIT or (area > SPARSE_FROM and found[2] * 10 < area):
                    rows, columns = int(found[0]), int(found[1])
                    raise MikomiError(words.zip_bomb(path, f"{rows} x {columns} cells"))
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError) as error:
        raise MikomiError(words.broken_workbook(path, error)) from None
    return {
        name: tuple(merged.get(member, ())) if len(merged.get(member, ())) < MERGED_LIMIT else ()
        for name, member in _sheet_members(*parts.values()).items()
    }


def _merged(piece: bytes) -> list[Span]:
    found = []
    for first_column, first_row, last_column, last_row in MERGED.findall(piece):
        columns = [0, 0]
        for place, letters in enumerate((first_column, last_column)):
            for letter in letters:
                columns[place] = columns[place] * 26 + letter - 64
        found.append((int(first_row), columns[0] - 1, int(last_row), columns[1] - 1))
    return found


def _attributes(tag: bytes) -> dict[str, str]:
    return {
        name.decode().rpartition(":")[2].lower(): html.unescape(value.decode(errors="replace"))
        for name, value in ATTRIBUTE.findall(tag)
    }


def _sheet_members(book: bytes, relations: bytes) -> dict[str, str]:
    """Sheet name -> member of the archive. Read without an XML parser: the file is a stranger's."""
    targets = {}
    for tag in RELATION.findall(relations):
        found = _attributes(tag)
        target = found.get("target", "")
        targets[found.get("id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    members = {}
    for tag in SHEET.findall(book):
        relation = next((v.decode() for n, v in ATTRIBUTE.findall(tag) if n.endswith(b":id")), "")
        members[_attributes(tag).get("name", "")] = targets.get(relation, "")
    return members


def _check_size(path: Path, packed: int, total: int) -> None:
    if total > SIZE_LIMIT or (total > RATIO_FROM and total > packed * RATIO_LIMIT):
        raise MikomiError(words.zip_bomb(path, f"{total >> 20} MiB"))
