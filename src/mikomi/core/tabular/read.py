"""Opening any file, and reading one whole."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from mikomi.core.tabular.columnar import open_parquet
from mikomi.core.tabular.delimited import open_delimited
from mikomi.core.tabular.formats import check_file
from mikomi.core.tabular.lines_json import open_json_lines
from mikomi.core.tabular.rejects import join_rejects
from mikomi.core.tabular.table import Progress, Reader, Table
from mikomi.core.tabular.workbook import open_workbook


def open_table(
    path: str | Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
) -> Reader:
    """Opens a CSV, TSV, XLSX, Parquet or NDJSON file by its ending; its rows come in chunks.

    `encoding`, `delimiter` and `header` are found out unless given. Raises `MikomiError`, naming
    the file and what to do, when the file as a whole cannot be read.
    """
    path = Path(path)
    form = check_file(path)
    if form == "parquet":
        return open_parquet(path)
    if form == "xlsx":
        return open_workbook(path, header=header)
    if form == "ndjson":
        return open_json_lines(path, encoding=encoding)
    return open_delimited(path, encoding=encoding, delimiter=delimiter, header=header)


def read_table(
    path: str | Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    progress: Progress | None = None,
) -> Table:
    """Reads a file whole: every column as text under its header as written, bad rows set aside.

    See `open_table` for arguments and errors, `Table` for the result.
    """
    reader = open_table(path, encoding=encoding, delimiter=delimiter, header=header)
    frames, lines, rejected = [], [], []
    for chunk in reader.chunks(progress=progress):
        frames.append(chunk.frame)
        lines.append(chunk.lines)
        rejected.append(chunk.rejected)
    return Table(
        path=reader.path,
        frame=pl.concat(frames, rechunk=True),
        lines=pl.concat(lines, rechunk=True),
        format=reader.format,
        encoding=reader.encoding,
        delimiter=reader.delimiter,
        has_header=reader.has_header,
        rejected=join_rejects(rejected),
    )
