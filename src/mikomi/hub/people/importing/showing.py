"""The check of a file as JSON: what its page shows. The names are those of `report.CheckReport`."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.utils import timezone

from mikomi.core.tabular.forms import Form
from mikomi.core.tabular.rejects import REJECTED_SCHEMA
from mikomi.hub.people.importing.checking import LINE
from mikomi.hub.people.importing.options import EACH, GivenBasis
from mikomi.hub.people.importing.report import sentence
from mikomi.hub.people.importing.row_grounds import BASIS, BASIS_DAY, BASIS_KIND
from mikomi.hub.people.importing.sheets import Column, Sheet, zone
from mikomi.hub.people.importing.storing import refusing_rows
from mikomi.hub.people.models import Import

SHOWN_REJECTS = 50
SHOWN_PROBLEMS = 200
SHOWN_ROWS = 20
SHOWN_COLUMNS = 200
SHOWN_CELL = 80

BASES = {"trade": "deal"}


def shown(sheet: Sheet, basis: GivenBasis | None = None) -> dict[str, Any]:
    """What was read, to be shown: columns, findings, the first rows and what is wrong with them. `basis`:
    the ground for mail with which it was read."""
    names = [c.field for c in sheet.columns[:SHOWN_COLUMNS] if c.field]
    first = sheet.data.slice(0, SHOWN_ROWS)
    if sheet.kind == Import.Kind.OPTOUTS:
        names = first.columns
    if sheet.kind == Import.Kind.DEALS:
        first = _as_named(first)
    names = [name for name in dict.fromkeys(names) if name in first.columns]
    others = (Import.Kind.LEADS, Import.Kind.DEALS)
    if "lead" in first.columns and "lead" not in names and sheet.kind not in others:
        names = ["lead", *names]
    # Of wide files only what is shown is looked at any more.
    wanted = dict.fromkeys([*names, "email", LINE, BASIS_DAY, BASIS_KIND])
    there = set(first.columns)
    first = first.select(name for name in wanted if name in there)
    if basis is not None and BASIS_DAY in there and "email" in names:
        first = first.with_columns(_ground(basis))
        names.insert(names.index("email") + 1, BASIS)
    cells = first.select(_text(first, name) for name in names)
    lines = first[LINE].to_list() if LINE in first.columns else []
    problems = sheet.problems
    return {
        "format": sheet.format,
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
        "has_header": sheet.has_header,
        "header_lines": list(sheet.header_lines),
        "sheet": sheet.sheet,
        "sheets": list(sheet.sheets),
        "columns": [_column(column) for column in sheet.columns[:SHOWN_COLUMNS]],
        "column_count": len(sheet.columns),
        "findings": [
            {
                "code": found.code,
                "changed": found.changed,
                "count": found.count,
                "lines": list(found.lines),
                "words": sentence(found.words),
            }
            for found in sheet.findings
        ],
        "form": _form(sheet.mapping.form),
        "remembered": sheet.mapping.remembered,
        "rejects": sheet.rejected.head(SHOWN_REJECTS).select(list(REJECTED_SCHEMA)).drop("file").to_dicts(),
        "names": names,
        "first": [[str(v)[:SHOWN_CELL] if v is not None else "" for v in row] for row in cells.iter_rows()],
        "first_lines": lines,
        "first_problems": _first_problems(problems, names, lines),
        "problems": [
            {
                "line": line,
                "header": header,
                "field": field,
                "value": value,
                "reason": {"ja": ja, "en": en},
                "what": what,
            }
            for line, header, field, value, ja, en, what in problems.head(SHOWN_PROBLEMS).iter_rows()
        ],
        "problem_cells": problems.height,
        "problem_rows": problems["line"].n_unique() if problems.height else 0,
        "opt_outs": _opt_outs(sheet),
        "grounds": {"days": dict(sheet.grounds.days), "kind": sheet.grounds.kind},
        "basis": basis.as_checked() if basis is not None else {},
        "based": _based(sheet, basis),
    }


def same_file(record: Import) -> dict[str, Any] | None:
    """The latest other import of the very same bytes that stands; None where there is none."""
    if not record.sha256:
        return None
    standing = (Import.Status.DONE, Import.Status.RUNNING)
    others = Import.objects.filter(kind=record.kind, sha256=record.sha256, status__in=standing)
    other = others.exclude(pk=record.pk).select_related("by").order_by("-pk").first()
    if other is None:
        return None
    at = other.finished_at or other.started_at
    return {
        "number": other.pk,
        "at": timezone.localtime(at).isoformat(timespec="minutes"),
        "by": other.by.name if other.by else "",
        "status": other.status,
    }


def _column(column: Column) -> dict[str, Any]:
    proposal = column.mapped.proposal
    return {
        "header": column.header,
        "field": column.field,
        "custom": column.custom,
        "sample": column.samples[0] if column.samples else "",
        "samples": list(column.samples),
        "odd": column.odd,
        "example": column.example,
        "certainty": proposal.certainty,
        "by": proposal.by,
        "reason": sentence(proposal.reason),
        "warnings": [sentence(words) for words in proposal.warnings],
        "chosen": column.mapped.chosen,
    }


def _form(form: Form | None) -> dict[str, Any] | None:
    if form is None:
        return None
    return {
        "key": form.key,
        "name": sentence(form.name),
        "kind": form.kind,
        "basis": BASES.get(form.basis or "", form.basis or ""),
        "hints": [sentence(hint.words) for hint in form.hints],
        "attendance": form.attendance is not None,
    }


def _first_problems(problems: pl.DataFrame, names: list[str], lines: list[int]) -> list[list[Any]]:
    """(row, column, sentence) for the cells of the rows that are shown."""
    places = {line: row for row, line in enumerate(lines)}
    near = problems.filter(pl.col("line").is_in(lines), pl.col("field").is_in(names))
    return [
        [places[line], names.index(field), {"ja": ja, "en": en}]
        for line, field, ja, en in near.select("line", "field", "ja", "en").iter_rows()
    ]


def _opt_outs(sheet: Sheet) -> int:
    if sheet.kind == Import.Kind.OPTOUTS:
        return sheet.data.height
    if sheet.kind != Import.Kind.LEADS:
        return 0
    parts = range(0, sheet.data.height, 50_000)
    return sum(refusing_rows(sheet.data.slice(at, 50_000)).height for at in parts)


def _based(sheet: Sheet, basis: GivenBasis | None) -> dict[str, int]:
    """Ground -> how many addresses get it, "" for those that get none, where columns say so."""
    if basis is None or not basis.as_checked():
        return {}
    kinds = {EACH: [BASIS_KIND]}.get(basis.kind, [])
    found: dict[str, int] = {}
    for at in range(0, sheet.data.height, 50_000):
        part = sheet.data.slice(at, 50_000)
        if "email" not in part.columns:
            continue
        told = part.filter(pl.col("email").is_not_null()).select(BASIS_DAY, *kinds)
        kind = pl.col(BASIS_KIND) if kinds else pl.lit(basis.kind)
        named = told.select(pl.when(pl.col(BASIS_DAY).is_null()).then(pl.lit("")).otherwise(kind).alias("g"))
        for ground, rows in named.group_by("g").len().iter_rows():
            found[ground] = found.get(ground, 0) + rows
    return found


def _ground(basis: GivenBasis) -> pl.Expr:
    """The ground of each row as text: the kind and the day; empty without one."""
    kind = pl.col(BASIS_KIND) if basis.kind == EACH else pl.lit(basis.kind)
    there = pl.col(BASIS_DAY).is_not_null() & pl.col("email").is_not_null()
    return pl.when(there).then(pl.format("{} {}", kind, pl.col(BASIS_DAY).cast(pl.String))).alias(BASIS)


def _as_named(deals: pl.DataFrame) -> pl.DataFrame:
    """Deals under the names of the columns that they were read from, their days as dates."""
    named = {"key": "deal", "name": "deal_name", "yen": "amount"}
    return deals.rename(named).with_columns(pl.col("opened", "closed").cast(pl.Date))


def _text(frame: pl.DataFrame, column: str) -> pl.Expr:
    if isinstance(frame.schema[column], pl.Datetime):
        return pl.col(column).dt.convert_time_zone(zone()).dt.strftime("%Y-%m-%d %H:%M")
    return pl.col(column)
