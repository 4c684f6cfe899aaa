"""What was not taken, kept beside the import: a list of rows that can be mended and loaded again."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import polars as pl
from django.conf import settings

from mikomi.core.tabular.mending import mendable_rows
from mikomi.core.tabular.rejects import join_rejects, no_rejects
from mikomi.core.tabular.write import write_csv
from mikomi.hub.people.importing.sheets import Sheet


def folder() -> Path:
    """Where uploaded files and what belongs to them lie."""
    return settings.DATA_FOLDER / "imports"


def keep_rejects(number: int, sheet: Sheet) -> None:
    """Keeps what was not taken of import `number`: rejected rows, and rows without some of their cells."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    join_rejects([sheet.rejected, sheet.held_back]).write_parquet(_rejects(number))
    told = {"headers": sheet.headers, "delimiter": sheet.delimiter}
    _headers(number).write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def keep_chunk_rejects(number: int, at: int, rejected: pl.DataFrame | None) -> None:
    """Keeps the rows that were turned away while rows from `at` on were stored. May be done twice."""
    if rejected is None or rejected.is_empty():
        return
    folder().mkdir(parents=True, exist_ok=True)
    rejected.write_parquet(folder() / f"{number}.rejects-{at}")


def chunk_rejects(number: int) -> pl.DataFrame:
    """All that `keep_chunk_rejects` kept."""
    found = [pl.read_parquet(path, glob=False) for path in sorted(folder().glob(f"{number}.rejects-*"))]
    return join_rejects(found) if found else no_rejects()


def mended_file(number: int, language: str) -> bytes | None:
    """The rows of import `number` that were not taken, or not with all of their cells, as CSV under their
    own headers with the reason before them; None where there are none. Mended, it can be loaded again."""
    path, headers = _rejects(number), _headers(number)
    if not path.is_file() or not headers.is_file():
        return None
    rejected = pl.read_parquet(path, glob=False)
    if rejected.is_empty():
        return None
    told = json.loads(headers.read_text("utf-8"))
    rows = mendable_rows(rejected, told["headers"], delimiter=told["delimiter"], language=language)
    with tempfile.TemporaryDirectory() as space:
        out = Path(space) / "rows.csv"
        write_csv(rows, out)
        return out.read_bytes()


def forget(number: int) -> None:
    """Deletes what was kept of import `number`."""
    for path in (_rejects(number), _headers(number), *folder().glob(f"{number}.rejects-*")):
        path.unlink(missing_ok=True)


def _rejects(number: int) -> Path:
    return folder() / f"{number}.rejects"


def _headers(number: int) -> Path:
    return folder() / f"{number}.headers"
