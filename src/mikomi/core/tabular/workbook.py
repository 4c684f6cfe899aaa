"""XLSX: looked at before it is opened (it may unpack to more than the memory), then read by calamine."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import fastexcel
import numpy as np
import polars as pl
from numba import njit

from mikomi.core.tabular import headers, words
from mikomi.core.tabular.formats import SAVE_AS_XLSX, Format
from mikomi.core.tabular.rejects import no_rejects, text_of_rows
from mikomi.core.tabular.table import Chunk, Progress, checked_names
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


def check_workbook(path: Path) -> None:
    """Unpacks every part once without keeping it; raises `MikomiError` if it is damaged or a bomb."""
    packed = path.stat().st_size
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
                for data in _unpacked(file, member):
                    total += len(data)
                    _check_size(path, packed, total)
                    if sheet and data:
                        piece = tail + data
                        whole = piece.rfind(b"<")
                        _corner(np.frombuffer(piece[:whole], np.uint8), found)
                        tail = piece[whole:] if len(piece) - whole < 1024 else b""
                area = int(found[0] * found[1])
                if area > CELL_LIMIT or (area > SPARSE_FROM and found[2] * 10 < area):
                    rows, columns = int(found[0]), int(found[1])
                    raise MikomiError(words.zip_bomb(path, f"{rows} x {columns} cells"))
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError) as error:
        raise MikomiError(words.broken_workbook(path, error)) from None


def _check_size(path: Path, packed: int, total: int) -> None:
    if total > SIZE_LIMIT or (total > RATIO_FROM and total > packed * RATIO_LIMIT):
        raise MikomiError(words.zip_bomb(path, f"{total >> 20} MiB"))


@dataclass(frozen=True, slots=True)
class WorkbookReader:
    """The first visible sheet with values of a workbook, held in memory as text."""

    path: Path
    has_header: bool
    columns: Sequence[str]
    frame: pl.DataFrame
    lines: pl.Series
    format: Format = "xlsx"
    encoding: str | None = None
    delimiter: str | None = None

    def chunks(
        self,
        columns: Sequence[str] | None = None,
        *,
        typed: bool = False,
        progress: Progress | None = None,
    ) -> Iterator[Chunk]:
        """See `Reader.chunks`; lines are the sheet's row numbers."""
        frame = self.frame if columns is None else self.frame.select(columns)
        yield Chunk(frame, self.lines, no_rejects(), lambda mask: text_of_rows(self.frame.filter(mask)))
        if progress is not None:
            progress(frame.height, frame.height)


def open_workbook(path: Path, *, header: bool | None) -> WorkbookReader:
    """Reads the first visible sheet that holds anything; rows without any value are left out.

    Dates come as ISO text, whole numbers without `.0`, true and false; error cells are null.
    Raises `MikomiError` for damaged, truncated, encrypted or overlarge workbooks.
    """
    check_workbook(path)
    try:
        book = fastexcel.read_excel(str(path))
        sheet = pl.DataFrame()
        for place in range(len(book.sheet_names)):
            loaded = book.load_sheet(place, header_row=None, skip_rows=0, dtypes="string")
            if loaded.visible == "visible" and loaded.width and loaded.height:
                sheet = loaded.to_polars()
                if sheet.height:
                    break
    except (fastexcel.FastExcelError, ValueError, RuntimeError) as error:
        first = (str(error).strip().splitlines() or [""])[0]
        raise MikomiError(words.broken_workbook(path, first)) from None
    sheet = sheet.with_row_index("line", offset=1).select(
        pl.col("line").cast(pl.Int64), *(_cell(pl.col(name)).alias(name) for name in sheet.columns)
    )
    if sheet.width > 1:
        sheet = sheet.filter(pl.any_horizontal(pl.exclude("line").is_not_null()))
    if sheet.height == 0:
        raise MikomiError(words.empty_workbook(path))
    cells = [cell or "" for cell in sheet.row(0)[1:]]
    has_header = header if header is not None else headers.is_header(cells)
    names = headers.column_names(cells if has_header else None, len(cells))
    names = checked_names(path, int(sheet["line"][0]), names)
    body = sheet.slice(1) if has_header else sheet
    frame = body.drop("line")
    frame.columns = names
    return WorkbookReader(path, has_header, names, frame, body["line"])


def _cell(cell: pl.Expr) -> pl.Expr:
    """Midnight is the date alone, the year 1899 a time of day, empty text is null."""
    text = cell.str.replace(r"^(\d{4}-\d{2}-\d{2}) 00:00:00$", "$1").str.replace(
        r"^1899-12-3[01] (\d{2}:\d{2}:\d{2}.*)$", "$1"
    )
    return pl.when(text != "").then(text)
