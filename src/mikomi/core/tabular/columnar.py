"""Parquet: read in runs of rows, strict; values as text where text is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mikomi.core.tabular import words
from mikomi.core.tabular.findings import Finding
from mikomi.core.tabular.formats import Format
from mikomi.core.tabular.rejects import no_rejects, text_of_rows
from mikomi.core.tabular.table import Chunk, Progress, checked_names
from mikomi.core.words import MikomiError

RUN = 1 << 20
"""Rows read at once."""


@dataclass(frozen=True, slots=True)
class ParquetReader:
    """A Parquet file whose footer has been read."""

    path: Path
    columns: Sequence[str]
    height: int
    format: Format = "parquet"
    encoding: str | None = None
    delimiter: str | None = None
    has_header: bool = True
    header_lines: tuple[int, ...] = ()
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def chunks(
        self,
        columns: Sequence[str] | None = None,
        *,
        typed: bool = False,
        progress: Progress | None = None,
    ) -> Iterator[Chunk]:
        """See `Reader.chunks`; rows are numbered from 1."""
        wanted = list(columns if columns is not None else self.columns)
        for start in range(0, max(self.height, 1), RUN):
            frame = self._read(start, wanted)

            def texts(mask: pl.Series, start: int = start) -> pl.Series:
                return text_of_rows(as_text(self._read(start, list(self.columns)).filter(mask)))

            lines = pl.Series("line", range(start + 1, start + 1 + frame.height), dtype=pl.Int64)
            yield Chunk(frame if typed else as_text(frame), lines, no_rejects(), texts)
            if progress is not None:
                progress(start + frame.height, self.height)

    def _read(self, start: int, columns: list[str]) -> pl.DataFrame:
        try:
            lazy = pl.scan_parquet(self.path, glob=False, hive_partitioning=False)
            return lazy.select(columns).slice(start, RUN).collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise MikomiError(words.broken_parquet(self.path, _first_line(error))) from None


def open_parquet(path: Path) -> ParquetReader:
    """Reads the footer; raises `MikomiError` for a damaged or truncated file."""
    try:
        lazy = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        columns = lazy.collect_schema().names()
        height = int(lazy.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise MikomiError(words.broken_parquet(path, _first_line(error))) from None
    return ParquetReader(path, checked_names(path, 1, columns), height)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """All columns as text: whole numbers without `.0`, true and false, ISO dates; NaN and empty are null.

    Instants are written in UTC with `Z`, local times without offset; lists and structs as JSON.
    """
    return frame.select(_text(pl.col(name), dtype).alias(name) for name, dtype in frame.schema.items())


def _text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.String:
        return pl.when(column != "").then(column)
    if dtype.is_float():
        number = column.cast(pl.Float64).fill_nan(None)
        text = number.cast(pl.String)
        whole = (number == number.round(0)) & (number.abs() < 1e15)
        plain = (
            pl.when(number == 0)
            .then(pl.lit("0"))
            .otherwise(pl.when(whole).then(number).cast(pl.Int64).cast(pl.String))
        )
        return pl.when(number.is_not_null()).then(pl.when(whole).then(plain).otherwise(text))
    if dtype.is_decimal():
        text = column.cast(pl.String)
        return pl.when(text.str.contains(r"\.")).then(text.str.replace(r"\.?0+$", "")).otherwise(text)
    if isinstance(dtype, pl.Datetime):
        moment = column.dt.convert_time_zone("UTC") if dtype.time_zone else column
        text = moment.dt.strftime("%Y-%m-%dT%H:%M:%S%.f")
        return pl.format("{}Z", text) if dtype.time_zone else text
    if dtype == pl.Date:
        return column.dt.strftime("%Y-%m-%d")
    if dtype == pl.Binary:
        return column.cast(pl.String, strict=False)
    if dtype == pl.Null:
        return column.cast(pl.String)
    if isinstance(dtype, pl.Struct):
        return pl.when(column.is_not_null()).then(column.struct.json_encode())
    if dtype.is_nested():
        return (
            pl.struct(column.alias("v")).struct.json_encode().str.strip_prefix('{"v":').str.strip_suffix("}")
        )
    return column.cast(pl.String, strict=False)
