"""Leads out of a file: one row a lead, attributes as text under the headers as written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mikomi.core.tabular import headers, words
from mikomi.core.tabular.read import read_table
from mikomi.core.tabular.rejects import join_rejects, reject_rows, text_of_rows
from mikomi.core.tabular.table import Progress, Table
from mikomi.core.words import MikomiError, Words

LEAD = Words("リード", "the lead")


@dataclass(frozen=True, slots=True)
class Leads:
    """`frame`: `lead` (text key, unique) first, then the attributes as text; unknown is null.

    `lines`: 1-based line or row number of each lead. `table` tells what was found in the file.
    """

    frame: pl.DataFrame
    lines: pl.Series
    rejected: pl.DataFrame
    table: Table

    def resolve(self, field: str) -> str | None:
        """The column that a field name or header means (`created_at`, 従業員数), or None."""
        return headers.resolve(field, self.frame.columns)


def known(column: str) -> pl.Expr:
    """Whether a text column holds more than white space."""
    return pl.col(column).is_not_null() & (pl.col(column).str.strip_chars() != "")


def read_leads(
    path: str | Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    header_lines: Sequence[int] | None = None,
    sheet: str | None = None,
    lead_column: str | None = None,
    progress: Progress | None = None,
) -> Leads:
    """Reads a leads file. The key is `lead_column`, or the column whose header means the lead, or,
    where there is none, the mail address.

    A key that is an attribute as well (the mail address) stays one. Keys are compared exactly, never
    trimmed. Rows without a key and second rows of a lead are rejected with their line; white space
    alone is unknown (null). Raises `MikomiError` when the file cannot be read or has no such column.
    """
    table = read_table(
        path,
        encoding=encoding,
        delimiter=delimiter,
        header=header,
        header_lines=header_lines,
        sheet=sheet,
        progress=progress,
    )
    if lead_column is not None:
        key = lead_column if lead_column in table.columns else table.resolve(lead_column)
        if key is None:
            raise MikomiError(words.unknown_lead_column(table.path, lead_column, table.columns))
    else:
        key = find_key(table.path, table.columns)
    checked = table.frame.select(
        known(key).alias("known"), (pl.col(key).is_first_distinct() | ~known(key)).alias("first")
    )
    rejected = [table.rejected]
    for column, reason in (("known", words.NO_LEAD), ("first", words.SAME_LEAD)):
        bad = ~checked[column]
        if bad.any():
            texts = text_of_rows(table.frame.filter(bad))
            rejected.append(reject_rows(str(table.path), table.lines.filter(bad), reason, texts))
    good = checked["known"] & checked["first"]
    attributes = [name for name in table.columns if name != key or headers.canonical(name) != "lead"]
    frame = table.frame.filter(good).select(
        pl.col(key).alias("lead"),
        *(
            pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name)).alias(_free_name(name, table))
            for name in attributes
        ),
    )
    return Leads(frame, table.lines.filter(good), join_rejects(rejected), table)


def _free_name(name: str, table: Table) -> str:
    """An attribute that is headed `lead` though another column is the key gets a name of its own."""
    free = name
    while free == "lead" or (free != name and free in table.columns):
        free += "_"
    return free


def find_key(path: Path, columns: Sequence[str]) -> str:
    """The column that says whose row it is: the lead's key, or else the mail address.

    Raises `MikomiError` where there is neither.
    """
    found = headers.resolve("lead", columns) or headers.resolve("email", columns)
    if found is None:
        would_do = (*headers.SYNONYMS["lead"][:5], "メールアドレス", "email")
        raise MikomiError(words.no_column(path, LEAD, would_do, columns))
    return found


def find_column(path: Path, columns: Sequence[str], field: str, what: Words) -> str:
    """The column that means `field`; raises `MikomiError` that lists headers that would do."""
    found = headers.resolve(field, columns)
    if found is None:
        raise MikomiError(words.no_column(path, what, headers.SYNONYMS[field][:6], columns))
    return found
