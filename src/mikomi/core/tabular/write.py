"""Lists out again: CSV in UTF-8 or CP932, XLSX; streamed, formulas made harmless, nothing turned into "?".

    report = write_csv(frames, "leads.csv", encoding="cp932")
    for sentence in report.words: ...        # what the person must hear
    report.unwritable                        # which characters of which rows CP932 cannot hold

`frames` are runs of rows of one schema, so that a million rows never stand in memory at once.

Formulas: a spreadsheet computes a cell of a CSV file that begins with = + - @, a tab or a carriage
return (OWASP, CSV injection). Such text gets an apostrophe before it, which `read_table` takes off
again. Numbers and phone numbers (-5, +81-3-0000-0000) call nothing and stay as they are. A workbook
says of each cell that it is text, so there nothing is added.
"""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

import polars as pl
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError, FileSizeError

from mikomi.core.tabular import words
from mikomi.core.tabular.blocks import ODD_SIGNS
from mikomi.core.tabular.cells import FORMULA_BEGINS
from mikomi.core.tabular.columnar import as_text
from mikomi.core.words import MikomiError, Words

type Frames = pl.DataFrame | Iterable[pl.DataFrame]
type Encoding = Literal["utf-8", "cp932"]

PIECE = 20_000
"""Rows that are written at once."""

NAMED = 10_000
"""So many cells that cannot be written are named; all are counted."""

GETA = "〓"
"""Stands where CP932 has no sign: what printers set for a missing type. Never a question mark."""

PLAIN_NUMBER = r"\A[+\-＋－]?[(（]?[0-9０-９][0-9０-９,. ()（）\-－]*%?\z"

_KANA = "かきくけこさしすせそたちつてとはひふへほうカキクケコサシスセソタチツテトハヒフヘホウワヰヱヲゝヽ"
HARMLESS = {
    "〜": "～", "‖": "∥", "−": "－", "—": "―", "¢": "￠", "£": "￡", "¬": "￢", "¥": "￥", "‾": "￣",
    "\xa0": " ", "\u200b": "", "\ufeff": "",
    **{
        letter + mark: whole
        for letter in _KANA + "はひふへほハヒフヘホ"
        for mark in "\u3099\u309a"
        if len(whole := unicodedata.normalize("NFC", letter + mark)) == 1
    },
}  # fmt: skip
"""Signs that CP932 has in another shape that looks the same: wave dash, minus, kana written in two parts."""

SILENT = "〜‖−¢£¬"
"""Those of them that Python encodes without a word."""

ROW_LIMIT = 1_048_576
"""Rows of a sheet, the header included."""
CELL_LIMIT = 32_767
"""Characters of a cell in a sheet."""


@dataclass(frozen=True, slots=True)
class Unwritable:
    """A cell that CP932 cannot hold as it is. `row`: as a spreadsheet counts, the header is 1."""

    row: int
    column: str
    characters: str
    text: str


@dataclass(slots=True)
class Report:
    """What became of a list; grows while it is written. `guarded`: cells that got an apostrophe.
    `alike`: sign -> how many cells hold it and got one that looks the same. `unwritable` names the
    cells with signs that CP932 does not have (`unwritable_cells` counts them): 〓 stands in their place.
    `cut`: cells that are longer than a sheet takes. `sheets`: names of the sheets written."""

    rows: int = 0
    guarded: int = 0
    alike: dict[str, int] = field(default_factory=dict)
    unwritable: list[Unwritable] = field(default_factory=list)
    unwritable_cells: int = 0
    cut: int = 0
    sheets: list[str] = field(default_factory=list)

    @property
    def words(self) -> tuple[Words, ...]:
        """What the person must hear of it; nothing where all is as it was."""
        said = []
        if self.unwritable_cells:
            signs = sorted({sign for cell in self.unwritable for sign in cell.characters})
            said.append(words.unwritable(self.unwritable_cells, signs, [c.row for c in self.unwritable[:5]]))
        if self.alike:
            said.append(words.written_alike(sorted(self.alike), sum(self.alike.values())))
        if self.guarded:
            said.append(words.guarded_cells(self.guarded))
        if self.cut:
            said.append(words.cut_cells(self.cut, CELL_LIMIT))
        if len(self.sheets) > 1:
            said.append(words.several_sheets(len(self.sheets)))
        return tuple(said)

    def unwritable_frame(self) -> pl.DataFrame:
        """The cells that CP932 cannot hold, to be given to the person: row, column, characters, text."""
        schema = {"row": pl.Int64, "column": pl.String, "characters": pl.String, "text": pl.String}
        rows = [(cell.row, cell.column, cell.characters, cell.text) for cell in self.unwritable]
        return pl.DataFrame(rows, schema=schema, orient="row")


def harmless(column: pl.Expr) -> pl.Expr:
    """Text that no spreadsheet takes for a formula: an apostrophe before it where it might."""
    computed = column.str.contains(rf"\A'*{FORMULA_BEGINS}") & ~column.str.contains(PLAIN_NUMBER)
    return pl.when(~computed).then(column).otherwise("'" + column)


def csv_pieces(
    frames: Frames, *, encoding: Encoding = "utf-8", report: Report | None = None
) -> Iterator[bytes]:
    """A list as CSV in pieces of bytes, the header first; lines end with CR LF as spreadsheets write.

    UTF-8 begins with the mark that makes Excel read it so. `report` is filled on the way.
    """
    report = report if report is not None else Report()
    first = True
    for frame in _runs(frames):
        if first:
            names = pl.DataFrame({"n": frame.columns}, schema={"n": pl.String}).transpose()
            if encoding == "utf-8":
                yield b"\xef\xbb\xbf"
            yield _encoded(names, frame.columns, 1, encoding, report)
            first = False
        if frame.height:
            piece = _encoded(frame, frame.columns, report.rows + 2, encoding, report)
            report.rows += frame.height
            yield piece


def write_csv(
    frames: Frames,
    out: str | Path,
    *,
    encoding: Encoding = "utf-8",
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Writes a list to `out` as CSV; see `csv_pieces`. The file is there whole or not at all.

    `progress` is called with the rows written. Raises `MikomiError` where `out` cannot be written.
    """
    report = Report()

    def write(file: BinaryIO) -> None:
        for piece in csv_pieces(frames, encoding=encoding, report=report):
            file.write(piece)
            if progress is not None:
                progress(report.rows)

    _replace(Path(out), write)
    return report


def write_xlsx(
    frames: Frames,
    out: str | Path | BinaryIO,
    *,
    sheet: str = "一覧",
    progress: Callable[[int], None] | None = None,
    scratch: Path | None = None,
) -> Report:
    """Writes a list as a workbook: text as text, numbers as numbers, dates as dates.

    Instants are written as text in UTC. What does not fit on one sheet (1,048,575 rows) goes on with
    the next. Rows pass through files in `scratch` (left out: the system's folder for such), not through
    memory. `progress` is called with the rows written; what it raises stops the writing. Raises
    `MikomiError` where `out` cannot be written, and for more than a workbook holds (4 GB of a sheet).
    """
    report = Report()

    def write(file: BinaryIO) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        # What the library leaves there, were it stopped on the way, goes with the folder.
        with tempfile.TemporaryDirectory(prefix="sheets-", dir=scratch) as space:
            book = xlsxwriter.Workbook(file, options | {"tmpdir": space})
            _fill(book, frames, sheet, report, progress)
            try:
                book.close()
            except FileSizeError:
                raise MikomiError(words.too_much_for_a_workbook()) from None
            except FileCreateError as error:
                raise OSError(str(error)) from error

    if isinstance(out, str | Path):
        _replace(Path(out), write)
    else:
        write(out)
    return report


def _runs(frames: Frames) -> Iterator[pl.DataFrame]:
    for frame in [frames] if isinstance(frames, pl.DataFrame) else frames:
        if frame.height == 0:
            yield frame
        for start in range(0, frame.height, PIECE):
            yield frame.slice(start, PIECE)


def _encoded(frame: pl.DataFrame, names: list[str], row: int, encoding: Encoding, report: Report) -> bytes:
    """The rows of `frame`, the first of which is `row` of the file, as bytes."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    guarded = frame.with_columns(harmless(pl.col(name)).alias(name) for name in texts)
    report.guarded += sum(
        int((guarded[name] != frame[name]).sum() or 0) for name in texts if _may_compute(frame[name])
    )
    text = _csv(guarded)
    if encoding == "utf-8":
        return text.encode()
    if _fits(text) and not any(sign in text for sign in SILENT):
        return text.encode("cp932")
    guarded = _alike(guarded, texts, text, report)
    text = _csv(guarded)
    if not _fits(text):
        guarded = _name_unwritable(guarded, texts, names, row, text, report)
        text = _csv(guarded)
    return text.encode("cp932")


def _csv(frame: pl.DataFrame) -> str:
    return frame.write_csv(include_header=False, line_terminator="\r\n")


def _may_compute(column: pl.Series) -> bool:
    return bool(column.str.contains(rf"\A'*{FORMULA_BEGINS}").any())


def _fits(text: str) -> bool:
    """Whether CP932 as Excel has it holds the text; Python alone would also write signs that it has not."""
    try:
        text.encode("cp932")
    except UnicodeEncodeError:
        return False
    return ODD_SIGNS.search(text) is None


def _alike(frame: pl.DataFrame, texts: list[str], text: str, report: Report) -> pl.DataFrame:
    """Signs that CP932 has in another shape in that shape."""
    present = {sign: other for sign, other in HARMLESS.items() if sign in text}
    if not present:
        return frame
    for sign in present:
        count = sum(int(frame[name].str.contains(sign, literal=True).sum() or 0) for name in texts)
        if count:
            report.alike[sign] = report.alike.get(sign, 0) + count
    signs, others = list(present), list(present.values())
    return frame.with_columns(pl.col(name).str.replace_many(signs, others) for name in texts)


def _name_unwritable(
    frame: pl.DataFrame, texts: list[str], names: list[str], row: int, text: str, report: Report
) -> pl.DataFrame:
    """Each cell with a sign that CP932 has not, named; 〓 in place of the sign."""
    missing = sorted(sign for sign in set(text) if not _fits(sign))
    either = "[" + "".join(rf"\x{{{ord(sign):x}}}" for sign in missing) + "]"
    for place, name in enumerate(frame.columns):
        if name not in texts:
            continue
        bad = frame[name].str.contains(either).fill_null(False)
        if not bad.any():
            continue
        report.unwritable_cells += int(bad.sum())
        room = max(0, NAMED - len(report.unwritable))
        cells = pl.DataFrame({"row": bad.arg_true().cast(pl.Int64) + row, "text": frame[name].filter(bad)})
        cells = cells.head(room).with_columns(
            pl.col("text").str.extract_all(either).list.join("").alias("signs")
        )
        report.unwritable += [
            Unwritable(at, names[place], "".join(dict.fromkeys(signs)), whole[:1000])
            for at, whole, signs in cells.iter_rows()
        ]
    return frame.with_columns(pl.col(name).str.replace_all(either, GETA) for name in texts)


def _fill(
    book: xlsxwriter.Workbook,
    frames: Frames,
    name: str,
    report: Report,
    progress: Callable[[int], None] | None,
) -> None:
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    head = book.add_format({"bold": True})
    sheet = None
    at = 0
    for run in _runs(frames):
        frame = _for_a_sheet(run, report)
        start = 0
        while sheet is None or start < frame.height:
            if sheet is None or at >= ROW_LIMIT:
                report.sheets.append(name if not report.sheets else f"{name} {len(report.sheets) + 1}")
                sheet = book.add_worksheet(report.sheets[-1])
                sheet.freeze_panes(1, 0)
                for column, header in enumerate(frame.columns):
                    sheet.write_string(0, column, header[:CELL_LIMIT], head)
                at = 1
            part = frame.slice(start, ROW_LIMIT - at)
            writers = [_writer(sheet, dtype, day) for dtype in frame.dtypes]
            for cells in part.iter_rows():
                for column, cell in enumerate(cells):
                    if cell is not None:
                        writers[column](at, column, cell)
                at += 1
            start += part.height
            if frame.height == 0:
                break
        report.rows += frame.height
        if progress is not None:
            progress(report.rows)
    if sheet is None:
        book.add_worksheet(name)
        report.sheets.append(name)


def _for_a_sheet(frame: pl.DataFrame, report: Report) -> pl.DataFrame:
    """Cells of kinds that a sheet has; what is longer than a cell is cut, and counted."""
    kinds = dict(frame.schema.items())
    plain = [
        n for n, dtype in kinds.items() if dtype in (pl.String, pl.Date, pl.Boolean) or dtype.is_numeric()
    ]
    others = [name for name in kinds if name not in plain]
    if others:
        frame = frame.with_columns(as_text(frame.select(others)))
    floats = [name for name, dtype in kinds.items() if dtype.is_float()]
    frame = frame.with_columns(pl.col(name).replace([float("inf"), float("-inf")], None) for name in floats)
    frame = frame.with_columns(pl.col(name).fill_nan(None) for name in floats)
    for name, dtype in frame.schema.items():
        if dtype != pl.String:
            continue
        long = int((frame[name].str.len_chars() > CELL_LIMIT).sum() or 0)
        if long:
            report.cut += long
            frame = frame.with_columns(pl.col(name).str.slice(0, CELL_LIMIT))
    return frame


def _writer(sheet, dtype: pl.DataType, day):
    if dtype == pl.Date:
        return lambda row, column, cell: sheet.write_datetime(row, column, cell, day)
    if dtype == pl.Boolean:
        return sheet.write_boolean
    return sheet.write_string if dtype == pl.String else sheet.write_number


def _replace(out: Path, write: Callable[[BinaryIO], None]) -> None:
    """Writes beside `out` and puts it there once it is whole."""
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("wb") as file:
            write(file)
        os.replace(part, out)
    except OSError as error:
        raise MikomiError(words.cannot_write(out, error.strerror or error)) from None
    finally:
        part.unlink(missing_ok=True)
