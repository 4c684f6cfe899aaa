"""Rows that are not taken: one shape for every reader, and the file they are written to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from mikomi.core.words import Words

REJECTED_SCHEMA: dict[str, type[pl.DataType]] = {
    "file": pl.String,
    "line": pl.Int64,
    "reason_ja": pl.String,
    "reason_en": pl.String,
    "row": pl.String,
}
"""`line` is the line of a text file or the row of a sheet or Parquet file, from 1; null: the file."""

ROW_TEXT_LIMIT = 10_000
"""So many characters of a rejected row are kept; a longer one cannot be mended from what is kept."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def no_rejects() -> pl.DataFrame:
    """An empty frame of rejected rows."""
    return pl.DataFrame(schema=REJECTED_SCHEMA)


def reject_rows(file: str, lines: pl.Series, reason: Words, rows: pl.Series) -> pl.DataFrame:
    """The rows at `lines`, with their text `rows`, all rejected for one `reason`."""
    return pl.DataFrame({"line": lines.cast(pl.Int64), "row": rows.cast(pl.String)}).select(
        pl.lit(file).alias("file"),
        "line",
        pl.lit(reason.ja).alias("reason_ja"),
        pl.lit(reason.en).alias("reason_en"),
        pl.col("row").str.slice(0, ROW_TEXT_LIMIT),
    )


def join_rejects(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All rejected rows, those of one file in the order of their lines, files as they came."""
    kept = [part for part in parts if part.height]
    if not kept:
        return no_rejects()
    joined = pl.concat(kept)
    first = joined["file"].unique(maintain_order=True)
    order = pl.col("file").replace_strict(first, pl.Series(range(len(first))), return_dtype=pl.Int64)
    return joined.sort(order, "line", maintain_order=True)


def text_of_rows(frame: pl.DataFrame) -> pl.Series:
    """Each row of `frame` (all columns text) as a comma separated line."""
    if frame.width == 0:
        return pl.Series("row", [""] * frame.height, dtype=pl.String)
    cells = []
    for name in frame.columns:
        cell = pl.col(name).cast(pl.String, strict=False).fill_null("")
        quoted = pl.format('"{}"', cell.str.replace_all('"', '""', literal=True))
        cells.append(pl.when(cell.str.contains(r'[",\r\n]')).then(quoted).otherwise(cell))
    return frame.select(pl.concat_str(cells, separator=",").alias("row")).to_series()


def write_rejected(
    out: str | Path, rejected: pl.DataFrame | Sequence[pl.DataFrame], language: str = "ja"
) -> Path | None:
    """Writes `OUT.rejected.csv` beside the result `out` and returns its path; nothing rejected: no file.

    Columns `line, reason, row`, with `file` before them when the rows are of several files. UTF-8
    with BOM, so that Excel opens it; cells that a spreadsheet would run as a formula get an
    apostrophe. A file left by an earlier run is replaced or removed.
    """
    frame = rejected if isinstance(rejected, pl.DataFrame) else join_rejects(rejected)
    target = Path(f"{out}.rejected.csv")
    if frame.height == 0:
        target.unlink(missing_ok=True)
        return None
    reason = "reason_ja" if language == "ja" else "reason_en"
    columns = [pl.col("line").cast(pl.String), pl.col(reason).alias("reason"), pl.col("row")]
    if frame["file"].n_unique() > 1:
        columns.insert(0, pl.col("file"))
    harmless = [
        pl.when(pl.any_horizontal(pl.col(name).str.starts_with(sign) for sign in FORMULA_STARTS))
        .then(pl.format("'{}", pl.col(name)))
        .otherwise(pl.col(name))
        .alias(name)
        for name in ("file", "reason", "row")
        if name != "file" or len(columns) == 4
    ]
    frame.select(columns).with_columns(harmless).write_csv(target, include_bom=True)
    return target
