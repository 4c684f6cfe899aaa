"""A table out of a file: all columns as text, where each row stood, what was found, what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl

from mikomi.core.tabular import headers, words
from mikomi.core.tabular.findings import Finding
from mikomi.core.tabular.formats import Format
from mikomi.core.tabular.rejects import no_rejects
from mikomi.core.words import MikomiError

COLUMN_LIMIT = 16_384
"""Columns of a file; as many as a sheet of Excel has."""

type Progress = Callable[[int, int], None]
"""Called with (done, total): bytes of a text file, rows of others."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of rows of one file. `frame` is text unless typed columns were asked for.

    `lines`: 1-based line or row number of each row. `texts(mask)` gives the whole rows where the
    mask holds as comma separated text.
    """

    frame: pl.DataFrame
    lines: pl.Series
    rejected: pl.DataFrame
    texts: Callable[[pl.Series], pl.Series]
    findings: tuple[Finding, ...] = ()


class Reader(Protocol):
    """An opened file whose header is known and whose rows come in chunks."""

    @property
    def path(self) -> Path: ...
    @property
    def format(self) -> Format: ...
    @property
    def encoding(self) -> str | None: ...
    @property
    def delimiter(self) -> str | None: ...
    @property
    def has_header(self) -> bool: ...
    @property
    def columns(self) -> Sequence[str]: ...
    @property
    def header_lines(self) -> tuple[int, ...]: ...  # of the header's rows, 1-based; none, one or two
    @property
    def sheet(self) -> str | None: ...  # of a workbook
    @property
    def sheets(self) -> tuple[str, ...]: ...  # all that can be chosen
    @property
    def findings(self) -> tuple[Finding, ...]: ...  # known before any row is read

    def chunks(
        self,
        columns: Sequence[str] | None = None,
        *,
        typed: bool = False,
        progress: Progress | None = None,
    ) -> Iterator[Chunk]:
        """The rows; only `columns` if given; as text, or with the file's own types if `typed`."""
        ...


@dataclass(frozen=True, slots=True)
class Table:
    """A file read whole. All columns of `frame` are text under headers as written; empty is null."""

    path: Path
    frame: pl.DataFrame
    lines: pl.Series  # Int64, the 1-based line or row number of each row
    format: Format
    encoding: str | None  # of a text file
    delimiter: str | None  # of a delimited file
    has_header: bool
    rejected: pl.DataFrame = field(default_factory=no_rejects)
    findings: tuple[Finding, ...] = ()  # what was found and what was changed, to be shown
    header_lines: tuple[int, ...] = ()  # 1-based; two where names stand below groups
    sheet: str | None = None  # of a workbook
    sheets: tuple[str, ...] = ()  # the others that could have been read included

    @property
    def columns(self) -> list[str]:
        return self.frame.columns

    def resolve(self, name: str) -> str | None:
        """The column that a field name or header means, or None; see `headers.resolve`."""
        return headers.resolve(name, self.frame.columns)


def checked_names(path: Path, line: int, names: Sequence[str]) -> list[str]:
    """The headers, all different; raises `MikomiError` where two are the same or there are too many."""
    if len(names) > COLUMN_LIMIT:
        raise MikomiError(words.too_many_columns(path, len(names), COLUMN_LIMIT))
    seen: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        if name in seen:
            raise MikomiError(words.double_header(path, line, name, (seen[name], place)))
        seen[name] = place
    return list(names)
