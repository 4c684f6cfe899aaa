"""What a file holds: how it is written, which field each column seems to be, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl

from mikomi.core.tabular import headers
from mikomi.core.tabular.facts import read_events, read_outcomes
from mikomi.core.tabular.findings import Finding, join_findings
from mikomi.core.tabular.form_types import Form
from mikomi.core.tabular.forms import recognise
from mikomi.core.tabular.headers import canonical
from mikomi.core.tabular.leads import read_leads
from mikomi.core.tabular.read import open_table
from mikomi.core.tabular.rejects import join_rejects
from mikomi.core.tabular.table import Progress, Reader

type Content = Literal["leads", "events", "outcomes", "deals", "optouts", "unknown"]

EXAMPLES = 3
SAMPLE_ROWS = 1000
SAMPLE_CELLS = 500_000
"""Of a very wide file fewer rows are looked at, so that this many cells are."""
SHARE = 0.8
"""So many of a column's values must look alike before its field is proposed from them."""

PREFECTURES = (
    r"北海道|東京都|(京都|大阪)府|(青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨"
    r"|長野|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本"
    r"|大分|宮崎|鹿児島|沖縄)県"
)

VALUES: tuple[tuple[str, str], ...] = (
    ("email", r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    ("website", r"https?://\S+"),
    ("prefecture", PREFECTURES),
    ("address", rf"({PREFECTURES}).+"),
    ("postal_code", r"〒?\d{3}-\d{4}"),
    ("mobile", r"0[789]0-?\d{4}-?\d{4}"),
    ("phone", r"0\d{1,4}-\d{1,4}-\d{3,4}|0\d{9}"),
    ("corporate_number", r"[1-9]\d{12}"),
    ("company", r".*(株式会社|有限会社|合同会社|㈱|㈲|\(株\)|（株）|Inc\.?|Co\., ?Ltd\.?|LLC).*"),
)
"""Field -> pattern that values of a column without a known header must match."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field it seems to be, why, how many rows are filled, and some values."""

    name: str
    field: str | None
    proposed_by: Literal["header", "form", "values"] | None
    filled: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a file holds. `rows` were read, `rejected` (see `REJECTED_SCHEMA`) were not. `form`: the known
    form that it has."""

    path: Path
    format: str
    encoding: str | None
    delimiter: str | None
    has_header: bool
    content: Content
    rows: int
    columns: tuple[Column, ...]
    rejected: pl.DataFrame
    findings: tuple[Finding, ...] = ()
    header_lines: tuple[int, ...] = ()
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    form: Form | None = None


def survey_file(
    path: str | Path,
    timezone: str,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    header_lines: Sequence[int] | None = None,
    sheet: str | None = None,
    progress: Progress | None = None,
) -> Survey:
    """Looks through a file once, and once more as what it seems to hold: leads, events or outcomes.

    Problems are the rows that cannot be read and those that a reader of leads, events or outcomes
    would reject; deals and opt-outs are checked cell by cell when they are imported. Raises `MikomiError`
    when the file as a whole cannot be read.
    """
    given: dict[str, Any] = {
        "encoding": encoding,
        "delimiter": delimiter,
        "header": header,
        "header_lines": header_lines,
        "sheet": sheet,
    }
    reader = open_table(path, **given)
    filled = dict.fromkeys(reader.columns, 0)
    sample: pl.DataFrame | None = None
    rows = 0
    rejected = []
    findings = list(reader.findings)
    for chunk in reader.chunks(progress=progress):
        rows += chunk.frame.height
        known = chunk.frame.select((pl.all().str.strip_chars() != "").sum())
        for name, count in zip(known.columns, known.row(0), strict=True):
            filled[name] += int(count or 0)
        if sample is None or sample.height < SAMPLE_ROWS:
            head = chunk.frame.head(SAMPLE_ROWS)
            sample = head if sample is None else pl.concat([sample, head])
        rejected.append(chunk.rejected)
        findings += chunk.findings
    form = recognise(reader.columns, sample)
    content = content_of(form) or seems_to_hold(reader.columns)
    if content == "leads" and has_key(reader.columns):
        rejected = [read_leads(path, **given).rejected]
    elif content == "events":
        rejected = [read_events(path, timezone, **given).rejected]
    elif content == "outcomes":
        rejected = [read_outcomes(path, timezone, **given).rejected]
    meant = form.fields if form is not None and content == "deals" else {}
    columns = _columns(reader, pl.DataFrame() if sample is None else sample, filled, meant)
    return Survey(
        reader.path,
        reader.format,
        reader.encoding,
        reader.delimiter,
        reader.has_header,
        content,
        rows,
        columns,
        join_rejects(rejected),
        join_findings(findings),
        reader.header_lines,
        reader.sheet,
        reader.sheets,
        form,
    )


def content_of(form: Form | None) -> Content | None:
    """What a file of a known form holds; a list of who attended holds people first."""
    if form is None:
        return None
    return "leads" if form.attendance is not None else form.kind


def has_key(columns: Sequence[str]) -> bool:
    """Whether some column says whose row it is: the lead's key or the mail address."""
    return any(headers.resolve(field, columns) for field in ("lead", "email"))


def seems_to_hold(columns: Sequence[str]) -> Content:
    """What the columns of a file make of it; a list of people without a lead key are leads too."""
    fields = {name for name in headers.SYNONYMS if headers.resolve(name, columns)}
    if has_key(columns) and {"at", "kind", "content"} <= fields:
        return "events"
    if has_key(columns) and {"at", "result"} <= fields and "kind" not in fields:
        return "outcomes"
    return "leads" if fields & {"lead", "email", "name", "company", "family_name"} else "unknown"


def _columns(
    reader: Reader, sample: pl.DataFrame, filled: dict[str, int], meant: Mapping[str, str]
) -> tuple[Column, ...]:
    """`meant`: header -> field in files of its form, which then says it all."""
    by_header = {}
    for field in headers.SYNONYMS if not meant else ():
        name = headers.resolve(field, reader.columns)
        if name is not None and canonical(name) == field:
            by_header[name] = field
    plain = {headers.plain_header(header): field for header, field in meant.items()}
    by_form = {name: field for name in reader.columns if (field := plain.get(headers.plain_header(name)))}
    columns = []
    proposed = set(by_header.values())
    sample = sample.head(max(10, SAMPLE_CELLS // max(1, sample.width)))
    unknown = [] if meant else sample.columns
    unknown = [name for name in unknown if name not in by_header and canonical(name) is None]
    by_values = fields_of_values(sample.select(unknown))
    cells = {series.name: series for series in sample.get_columns()}
    for name in reader.columns:
        values = cells[name].drop_nulls() if name in cells else pl.Series(dtype=pl.String)
        values = values.filter(values.str.strip_chars() != "")
        field = by_header.get(name) or by_form.get(name)
        by: Literal["header", "form", "values"] | None = None
        if field is not None:
            by = "form" if meant else "header"
        elif canonical(name) is None:
            field = by_values.get(name)
            field = field if field not in proposed else None
            by = "values" if field else None
            proposed |= {field} if field else set()
        examples = tuple(values.unique(maintain_order=True).head(EXAMPLES).to_list())
        columns.append(Column(name, field, by, filled[name], examples))
    return tuple(columns)


def fields_of_values(sample: pl.DataFrame) -> dict[str, str]:
    """Column -> the field that most of its values look like; columns that look like none are left out."""
    texts = sample.select(pl.col(pl.String))
    if texts.width == 0 or texts.height == 0:
        return {}
    cells = (
        texts.head(max(10, SAMPLE_CELLS // texts.width))
        .unpivot()
        .with_columns(pl.col("value").str.strip_chars())
        .filter(pl.col("value") != "")
    )
    shares = cells.group_by("variable").agg(
        pl.col("value").str.contains(rf"\A(?:{pattern})\z").mean().alias(field) for field, pattern in VALUES
    )
    fits = shares.select(
        "variable",
        pl.coalesce(pl.when(pl.col(field) >= SHARE).then(pl.lit(field)) for field, _ in VALUES).alias(
            "field"
        ),
    ).drop_nulls()
    return dict(fits.iter_rows())
