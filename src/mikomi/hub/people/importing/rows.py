"""Rows of a file between reading and storing: in memory while they are few, on disk where they are many."""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl

MOST_IN_MEMORY = 400_000
"""Cells that are kept in memory; rows after them go to the disk. As read, a cell holds many times its
text: frames of texts are made with much room to grow."""


class Rows:
    """Frames of one schema, one after the other. What lies on disk goes with the object."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._space: tempfile.TemporaryDirectory[str] | None = None
        self._parts: list[pl.DataFrame | Path] = []
        self._ends: list[int] = []
        self._held = 0

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self._ends[-1] if self._ends else 0

    def add(self, frame: pl.DataFrame) -> None:
        """Puts `frame` behind the others."""
        if frame.is_empty() and self._parts:
            return
        self._ends.append(self.height + frame.height)
        cells = frame.height * frame.width
        if self._space is None and self._held + cells <= MOST_IN_MEMORY:
            self._held += cells
            self._parts.append(frame)
            return
        if self._space is None:
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
            self._space = tempfile.TemporaryDirectory(prefix="rows-", dir=self._folder)
            # With the first one all go: a long file leaves nothing in memory.
            held, self._parts = self._parts, []
            for part in held:
                self._put(part)
        self._put(frame)

    def _put(self, part: pl.DataFrame | Path) -> None:
        if isinstance(part, pl.DataFrame):
            assert self._space is not None
            path = Path(self._space.name) / f"{len(self._parts)}.parquet"
            part.write_parquet(path, compression="lz4")
            part = path
        self._parts.append(part)

    def slice(self, at: int, height: int, columns: list[str] | None = None) -> pl.DataFrame:
        """Rows `at` to `at + height`, or to the end; only `columns` if given."""
        found, begin = [], 0
        for part, end in zip(self._parts, self._ends, strict=True):
            if end > at and begin < at + height:
                low, high = max(at - begin, 0), min(at + height, end) - begin
                found.append(_frame(part, columns).slice(low, high - low))
            begin = end
        return pl.concat(found, rechunk=True) if found else _frame(self._parts[0], columns).head(0)


def _frame(part: pl.DataFrame | Path, columns: list[str] | None = None) -> pl.DataFrame:
    if isinstance(part, pl.DataFrame):
        return part if columns is None else part.select(columns)
    return pl.read_parquet(part, columns=columns, glob=False)
