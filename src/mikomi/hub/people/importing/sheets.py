"""A person's file as what we store: the sound rows, what was left out of them, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from django.conf import settings

from mikomi.core.tabular.findings import Finding
from mikomi.core.tabular.grounds import GroundColumns
from mikomi.core.tabular.read import open_table
from mikomi.core.tabular.table import Reader
from mikomi.core.words import Words
from mikomi.hub.people.importing.checking import PROBLEMS
from mikomi.hub.people.importing.columns import Mapped, Mapping_
from mikomi.hub.people.importing.options import Options
from mikomi.hub.people.importing.rows import Rows

SAMPLE = 1_000
"""Rows looked at to find what columns are."""

SAMPLED = 200
"""So many columns are shown with their first values."""

type Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file and what becomes of it: `field` "" is not used; `custom`: a field of its
    own. `samples`: the first values there are. `odd`: how many cells do not fit the field, `example`
    the first of them."""

    mapped: Mapped
    custom: bool = False
    samples: tuple[str, ...] = ()
    odd: int = 0
    example: str = ""

    @property
    def header(self) -> str:
        """The header as the file writes it."""
        return self.mapped.header

    @property
    def field(self) -> str:
        """The key of its field, or ""."""
        return self.mapped.field


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read. `data` is what the services of its kind take, in the file's order.

    `rejected`: rows that are not taken; `held_back`: rows of which a cell was left out (both as
    `core.tabular.rejects` has them); `problems`: the cells (`checking.PROBLEMS`). `refusals`: who asks
    for no more mail (`address`, `kind`, `since`, `how`). `by_mail`: the mail address says who is who.
    `grounds`: the columns that seem to say on what ground, and since when, mail may be sent.
    """

    kind: str
    path: Path
    data: Rows
    rejected: pl.DataFrame
    columns: tuple[Column, ...]
    key_header: str
    format: str
    encoding: str | None
    delimiter: str | None
    has_header: bool
    mapping: Mapping_
    header_lines: tuple[int, ...] = ()
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    held_back: pl.DataFrame = field(default_factory=pl.DataFrame)
    problems: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PROBLEMS))
    by_mail: bool = False
    grounds: GroundColumns = field(default_factory=GroundColumns)

    @property
    def rows(self) -> int:
        """Rows of the file, the rejected ones included."""
        return self.data.height + self.rejected.filter(pl.col("line").is_not_null()).height

    @property
    def headers(self) -> list[str]:
        """All headers of the file."""
        return [column.header for column in self.columns]


def opened(path: Path, options: Options, encoding: str | None) -> Reader:
    """The file, read as was chosen. Raises `MikomiError` in words for one that cannot be."""
    return open_table(
        path,
        encoding=encoding,
        delimiter=options.delimiter,
        header=options.header,
        header_lines=options.header_lines,
        sheet=options.sheet,
    )


def seen(columns: Sequence[Mapped], sample: pl.DataFrame, standard: frozenset[str]) -> tuple[Column, ...]:
    """The columns with their first values."""
    found = []
    there = set(sample.columns)
    for place, mapped in enumerate(columns):
        values: list[str] = []
        if mapped.header in there and place < SAMPLED:
            texts = sample[mapped.header].drop_nulls()
            texts = texts.filter(texts.str.strip_chars() != "").head(3)
            values = [text[:80] for text in texts.to_list()]
        custom = bool(mapped.field) and mapped.field not in standard
        found.append(Column(mapped, custom, tuple(values)))
    return tuple(found)


def zone() -> str:
    """The data folder's time zone."""
    return settings.TIME_ZONE


def no_key(path: Path, columns: Sequence[str], *, named: bool = False) -> Words:
    """What is said of a file in which nothing tells leads apart. `named`: names could, with a phone
    number or a company."""
    shown = ", ".join(columns[:12])
    or_ja = "、または「氏名」と「電話」か「会社名」の列" if named else ""
    or_en = ", or 'name' with 'phone' or 'company'" if named else ""
    return Words(
        f"{path.name}: リードを見分ける列がありません。"
        f"「リードID」か「メールアドレス」の列{or_ja}が必要です（いまの列: {shown}）",
        f"{path.name}: no column tells the leads apart; a column 'lead' or 'email'{or_en} is needed"
        f" (there are: {shown})",
    )
