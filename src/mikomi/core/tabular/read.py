"""Opening any file, and reading one whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from mikomi.core.tabular.columnar import open_parquet
from mikomi.core.tabular.delimited import open_delimited
from mikomi.core.tabular.findings import Finding, join_findings
from mikomi.core.tabular.formats import check_file
from mikomi.core.tabular.lines_json import open_json_lines
from mikomi.core.tabular.mending import OUR_COLUMNS
from mikomi.core.tabular.rejects import join_rejects
from mikomi.core.tabular.table import Progress, Reader, Table
from mikomi.core.tabular.workbook import open_workbook


def open_table(
    path: str | Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    header_lines: Sequence[int] | None = None,
    sheet: str | None = None,
) -> Reader:
    """Opens a CSV, TSV, XLSX, Parquet or NDJSON file by its ending; its rows come in chunks.

    `encoding`, `delimiter` and `header` are found out unless given; so are `header_lines`, the line
    or row number (from 1) of the header, or of both its rows, and the `sheet` of a workbook. What
    was found is in `Reader.findings`. Raises `MikomiError`, naming the file and what to do, when the
    file as a whole cannot be read or what was given does not hold.
    """
    path = Path(path)
    form = check_file(path)
    if form == "parquet":
        return open_parquet(path)
    if form == "xlsx":
        return open_workbook(path, header=header, header_lines=header_lines, sheet=sheet)
    if form == "ndjson":
        return open_json_lines(path, encoding=encoding)
    return open_delimited(
        path, encoding=encoding, delimiter=delimiter, header=header, header_lines=header_lines
    )


def read_table(
    path: str | Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    header_lines: Sequence[int] | None = None,
    sheet: str | None = None,
    progress: Progress | None = None,
) -> Table:
    """Reads a file whole: every column as text under its header as written, bad rows set aside.

    Columns without header and value are left out. See `open_table` for arguments and errors,
    `Table` for the result.
    """
    reader = open_table(
        path, encoding=encoding, delimiter=delimiter, header=header, header_lines=header_lines, sheet=sheet
    )
    frames, lines, rejected = [], [], []
    findings = list(reader.findings)
    for chunk in reader.chunks(progress=progress):
        frames.append(chunk.frame)
        lines.append(chunk.lines)
        rejected.append(chunk.rejected)
        findings += chunk.findings
    frame = pl.concat(frames, rechunk=True)
    ours = [name for name in frame.columns if name in OUR_COLUMNS]
    if ours and len(ours) < frame.width:
        frame = frame.drop(ours)
        findings.append(Finding("our_columns", len(ours), (), tuple(ours)))
    hollow = hollow_columns(reader, frame) if reader.format in ("csv", "xlsx") else []
    if hollow:
        findings.append(Finding("empty_columns", len(hollow)))
    return Table(
        path=reader.path,
        frame=frame.drop(hollow),
        lines=pl.concat(lines, rechunk=True),
        format=reader.format,
        encoding=reader.encoding,
        delimiter=reader.delimiter,
        has_header=reader.has_header,
        rejected=join_rejects(rejected),
        findings=join_findings(findings),
        header_lines=reader.header_lines,
        sheet=reader.sheet,
        sheets=reader.sheets,
    )


def hollow_columns(reader: Reader, frame: pl.DataFrame) -> list[str]:
    """The columns of a file with a header that have neither a header of their own nor a value."""
    if not reader.has_header or frame.height == 0:
        return []
    unnamed = [name for name in frame.columns if re.fullmatch(r"列\d+", name)]
    counts = frame.select(pl.col(unnamed).null_count()).row(0) if unnamed else ()
    hollow = [name for name, count in zip(unnamed, counts, strict=True) if count == frame.height]
    return hollow if len(hollow) < frame.width else []
