"""XLSX read by calamine: the sheet that holds a list, its header found, merged cells filled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import polars as pl

from mikomi.core.tabular import words
from mikomi.core.tabular.archive import Span, check_workbook
from mikomi.core.tabular.cells import long_rows, mend_cells
from mikomi.core.tabular.delimited import check_header_lines
from mikomi.core.tabular.findings import SHOWN, Finding
from mikomi.core.tabular.formats import Format
from mikomi.core.tabular.headers import canonical
from mikomi.core.tabular.layout import LOOKED_AT, find_layout
from mikomi.core.tabular.rejects import join_rejects, no_rejects, reject_rows, text_of_rows
from mikomi.core.tabular.table import Chunk, Progress, checked_names
from mikomi.core.tabular.totals import total_rows
from mikomi.core.words import MikomiError

ENOUGH = 5
"""So many known headers make a list of people; among such sheets the longest is taken."""


@dataclass(frozen=True, slots=True)
class WorkbookReader:
    """One sheet of a workbook, held in memory as text."""

    path: Path
    has_header: bool
    columns: Sequence[str]
    frame: pl.DataFrame
    lines: pl.Series
    rejected: pl.DataFrame
    header_lines: tuple[int, ...]
    sheet: str
    sheets: tuple[str, ...]
    findings: tuple[Finding, ...]
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
        yield Chunk(frame, self.lines, self.rejected, lambda mask: text_of_rows(self.frame.filter(mask)))
        if progress is not None:
            progress(frame.height, frame.height)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A sheet as it stands: `line` (row number) and the cells; `first_column`: where it begins."""

    name: str
    cells: pl.DataFrame
    first_column: int

    @property
    def rows(self) -> pl.DataFrame:
        return self.cells.drop("line")


def open_workbook(
    path: Path,
    *,
    header: bool | None,
    header_lines: Sequence[int] | None = None,
    sheet: str | None = None,
) -> WorkbookReader:
    """Reads the sheet called `sheet`, or the visible one that looks most like a list.

    That is the one with the most known headers (from `ENOUGH` on, the one with the most rows); the
    first one where none has any. Rows without any value are left out, titles above the header too.
    Dates come as ISO text, whole numbers without `.0`, true and false; error cells are null. A value
    merged downwards is that of all its rows. Rows of totals and such with a cell over 1 MiB are
    rejected. Raises `MikomiError` for damaged, truncated, encrypted or overlarge workbooks.
    """
    merged = check_workbook(path)
    loaded, sheets = _load(path, sheet)
    if loaded is None:
        raise MikomiError(words.empty_sheet(path, sheet) if sheet else words.empty_workbook(path))
    lines = loaded.cells["line"]
    rows = [[cell or "" for cell in row] for row in loaded.rows.head(LOOKED_AT).rows()]
    at = lines.head(LOOKED_AT).to_list()
    if header_lines is not None:
        check_header_lines(path, header_lines, at)
    ranges = merged.get(loaded.name, ())
    places = {line: place for place, line in enumerate(at)}
    width = loaded.rows.width
    spans = {
        (places[top], left - loaded.first_column): (places.get(bottom, len(at)), right - loaded.first_column)
        for top, left, bottom, right in ranges
        if top in places and left >= loaded.first_column
    }
    layout = find_layout(rows, at, width, header=header, header_lines=header_lines, spans=spans)
    findings = [Finding("sheet", names=(loaded.name, *(n for n in sheets if n != loaded.name)))]
    findings += layout.findings
    header_at = tuple(at[place] for place in layout.header)
    names = checked_names(path, header_at[-1] if header_at else at[0], layout.names)
    body = loaded.rows.slice(layout.body)
    kept = lines.slice(layout.body)
    body.columns = names
    body, filled = _fill_down(body, kept, ranges, loaded.first_column)
    body, mended = mend_cells(body, kept)
    body, kept, rejected, left_out = _sort_out(path, body, kept)
    findings += [*filled, *mended, *left_out]
    return WorkbookReader(
        path, bool(header_at), names, body, kept, rejected, header_at, loaded.name, sheets, tuple(findings)
    )


def _load(path: Path, wanted: str | None) -> tuple[_Loaded | None, tuple[str, ...]]:
    """The sheet wanted, or the best visible one; and the names of all that can be chosen."""
    best: _Loaded | None = None
    best_score = (-1, -1)
    visible = []
    try:
        book = fastexcel.read_excel(str(path))
        if wanted is not None and wanted not in book.sheet_names:
            raise MikomiError(words.no_sheet(path, wanted, book.sheet_names))
        for name in book.sheet_names:
            sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            if sheet.visible == "visible":
                visible.append(name)
            chosen = name == wanted if wanted is not None else sheet.visible == "visible"
            if not (chosen and sheet.width and sheet.height):
                continue
            loaded = _filled(name, sheet)
            if loaded.cells.height and (score := _score(loaded)) > best_score:
                best, best_score = loaded, score
    except (fastexcel.FastExcelError, ValueError, RuntimeError) as error:
        first = (str(error).strip().splitlines() or [""])[0]
        raise MikomiError(words.broken_workbook(path, first)) from None
    return best, tuple(visible)


def _filled(name: str, sheet: fastexcel.ExcelSheet) -> _Loaded:
    cells = sheet.to_polars().with_row_index("line", offset=1)
    first = sheet.available_columns()[0].absolute_index
    cells = cells.select(
        pl.col("line").cast(pl.Int64), *(_cell(pl.col(name)).alias(name) for name in cells.columns[1:])
    )
    if cells.width > 1:
        cells = cells.filter(pl.any_horizontal(pl.exclude("line").is_not_null()))
    return _Loaded(name, cells, first)


def _score(loaded: _Loaded) -> tuple[int, int]:
    """How much a sheet looks like a list: known headers in one of its first rows, then rows."""
    known = 0
    for row in loaded.rows.head(20).rows():
        known = max(known, sum(canonical(cell) is not None for cell in row if cell))
    return (min(known, ENOUGH), loaded.cells.height if known else 0)


def _fill_down(
    body: pl.DataFrame, lines: pl.Series, ranges: Sequence[Span], first_column: int
) -> tuple[pl.DataFrame, list[Finding]]:
    """The value of cells merged downwards in all their rows, where these are empty."""
    if body.height == 0:
        return body, []
    down: dict[int, list[tuple[int, int]]] = {}
    start = int(lines[0])
    for top, left, bottom, _ in ranges:
        column = left - first_column
        if bottom > top >= start and 0 <= column < body.width:
            down.setdefault(column, []).append((top, bottom))
    filled, count = [], 0
    for column, spans in down.items():
        name = body.columns[column]
        own = pl.DataFrame({"line": lines, "own": body[name]})
        tops = pl.DataFrame(sorted(spans), schema={"top": pl.Int64, "bottom": pl.Int64}, orient="row")
        tops = tops.join(own.rename({"line": "top", "own": "above"}), "top")
        with_top = own.join_asof(tops.sort("top"), left_on="line", right_on="top", strategy="backward")
        mended = with_top.select(
            pl.when(pl.col("line") <= pl.col("bottom")).then(pl.coalesce("own", "above")).otherwise("own")
        ).to_series()
        gained = body[name].null_count() - mended.null_count()
        if gained:
            body = body.with_columns(mended.alias(name))
            filled.append(name)
            count += gained
    return body, [Finding("merged_cells", count, (), tuple(filled[:SHOWN]))] if filled else []


def _sort_out(
    path: Path, body: pl.DataFrame, lines: pl.Series
) -> tuple[pl.DataFrame, pl.Series, pl.DataFrame, list[Finding]]:
    """The rows of the list, and those that are no such rows: totals, and cells too long."""
    rejected, findings = [no_rejects()], []
    totals = total_rows(body)
    if totals.any():
        at = lines.filter(totals)
        rejected.append(reject_rows(str(path), at, words.TOTAL_ROW, text_of_rows(body.filter(totals))))
        findings.append(Finding("total_rows", len(at), tuple(at.head(SHOWN).to_list())))
        body, lines = body.filter(~totals), lines.filter(~totals)
    too_long = long_rows(body)
    if too_long is not None:
        texts = text_of_rows(body.filter(too_long).with_columns(pl.all().str.slice(0, 200)))
        rejected.append(reject_rows(str(path), lines.filter(too_long), words.LONG_CELL, texts))
        body, lines = body.filter(~too_long), lines.filter(~too_long)
    return body, lines, join_rejects(rejected), findings


def _cell(cell: pl.Expr) -> pl.Expr:
    """Midnight is the date alone, the year 1899 a time of day, empty text is null."""
    text = cell.str.replace(r"^(\d{4}-\d{2}-\d{2}) 00:00:00$", "$1").str.replace(
        r"^1899-12-3[01] (\d{2}:\d{2}:\d{2}.*)$", "$1"
    )
    return pl.when(text != "").then(text)
