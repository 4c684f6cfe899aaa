"""Rejected rows as a list again: under their own headers, with the reason, to be mended and loaded."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

import polars as pl

from mikomi.core.tabular.rejects import ROW_TEXT_LIMIT
from mikomi.core.words import Words

WHY = Words("取り込めなかった理由", "Why it was rejected")
LINE = Words("元の行番号", "Line in the file")
REST = Words("余った値", "Values too many")
CUT = Words(
    "（長いため途中までです。元のファイルで直してください）",
    " (too long to be kept whole: mend it in the file itself)",
)

OUR_COLUMNS = frozenset((WHY.ja, WHY.en, LINE.ja, LINE.en))
"""Headers that such a list has beside those of the file; readers leave them out."""


def mendable_rows(
    rejected: pl.DataFrame, columns: Sequence[str], *, delimiter: str | None = ",", language: str = "ja"
) -> pl.DataFrame:
    """The rows of `rejected` (see `REJECTED_SCHEMA`) cut into cells under `columns`, all text.

    First the reason and the line, then the file's own columns, last the values for which there is no
    column, if any. `columns` are those of the file as read (`Table.columns`), `delimiter` its own. To be
    written with `write.write_csv`; when it is mended and read again, reason and line are left out. Rows
    of which not everything was kept say so in their reason and come without cells.
    """
    width = len(columns)
    rows: list[list[str | None]] = []
    rest: list[str | None] = []
    reason = rejected["reason_ja" if language == "ja" else "reason_en"]
    for why, line, text in zip(reason, rejected["line"], rejected["row"], strict=True):
        kept = text or ""
        whole = len(kept) < ROW_TEXT_LIMIT
        cells = _cells(kept, columns, delimiter or ",") if whole else []
        why = why if whole else f"{why}{CUT.text(language)}"
        rows.append(
            [why, None if line is None else str(line), *cells[:width], *[None] * (width - len(cells))]
        )
        rest.append(",".join(cells[width:]) or None)
    names = _free([WHY.text(language), LINE.text(language), *columns])
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    if any(rest):
        frame = frame.with_columns(pl.Series(_free([*names, REST.text(language)])[-1], rest, dtype=pl.String))
    return frame


def _cells(text: str, columns: Sequence[str], delimiter: str) -> list[str]:
    """The cells of a row. Readers keep rows as the file has them, or, once cut, with commas."""
    if text.startswith("{"):
        try:
            found = json.loads(text)
            return ["" if found.get(name) is None else str(found[name]) for name in columns]
        except (ValueError, AttributeError):
            pass
    by_comma = _split(text, ",")
    return by_comma if delimiter == "," or len(by_comma) == len(columns) else _split(text, delimiter)


def _split(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return [text]


def _free(names: Sequence[str]) -> list[str]:
    """All names different, later ones with a mark where the file has one of ours."""
    free: list[str] = []
    for name in names:
        while name in free:
            name += "_"
        free.append(name)
    return free
