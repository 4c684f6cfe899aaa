"""What the page of one import shows, out of its record: nothing is read from the file again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from mikomi.core.tabular.forms import form_of
from mikomi.core.words import Words
from mikomi.hub.people.fields import label_of
from mikomi.hub.people.importing.joining import campaigns
from mikomi.hub.people.importing.options import OWN_FIELD, Options
from mikomi.hub.people.importing.row_grounds import BASIS
from mikomi.hub.people.models import Company, Import, Lead
from mikomi.hub.people.views.import_words import (
    AFTER,
    CHANGED_DEALS,
    DELIMITER_NAMES,
    EFFECTS,
    ENCODING_NAMES,
    GROUNDS,
    NEW_ROWS,
    FieldGroup,
    all_said,
    field_groups,
    labels_in,
    said,
)

NEW = "+new"
"""In a select of fields: a field that is made on the way."""
SHOWN_COLUMNS = 200
REFUSAL = {
    "address": Words("メールアドレス", "Mail address"),
    "kind": Words("送らないわけ", "Why no mail"),
    "since": Words("いつから", "Since"),
    "how": Words("理由", "Reason"),
}
"""What an opt-out is stored as."""
REFUSALS = {
    "opt_out": Words("配信停止", "opted out"),
    "error": Words("届かない", "does not arrive"),
    "complaint": Words("苦情", "complaint"),
}
GROUND_FOR_MAIL = Words("メールを送れる根拠", "Ground for mail")
SHOWN_APART = ("encoding", "delimiter")
"""Findings that stand in the head of the card already."""


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column of the file as the page lets it be changed.

    `choice` is what its select holds: a field key, "" (left out) or `NEW`, with `name` and `kind` of
    the new field. `moved`: its field was given to another column just now.
    """

    index: int
    header: str
    samples: tuple[str, ...]
    choice: str
    name: str
    kind: str
    choices: str
    certainty: str
    by: str
    reason: Words
    warnings: tuple[Words, ...]
    odd: int
    example: str
    chosen: bool
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the preview. `problem` says what was wrong with it, `was` what stood there, `what`
    whether it was `mended` or `left_out`."""

    text: Words | str
    problem: Words | None = None
    was: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """A line of what importing would do: `share` of the bar in percent, from `at` on."""

    key: str
    label: str | Promise
    rows: int
    at: float
    share: float


def column_rows(
    record: Import, options: Options, groups: Sequence[FieldGroup], moved: Sequence[str] = ()
) -> list[ColumnRow]:
    """The columns with what becomes of them."""
    known = labels_in(groups)
    made = {new.key: new for new in options.fields}
    rows = []
    for index, told in enumerate(record.report.get("columns", ())[:SHOWN_COLUMNS]):
        key = told["field"]
        new = made.get(key)
        is_new = bool(key) and (key not in known or options.columns.get(told["header"]) == OWN_FIELD)
        is_new = is_new and key not in known
        rows.append(
            ColumnRow(
                index=index,
                header=told["header"],
                samples=tuple(told.get("samples") or ([told["sample"]] if told.get("sample") else [])),
                choice=NEW if is_new else key,
                name=(new.label if new else key) if is_new else told["header"],
                kind=new.kind if new else "text",
                choices="、".join(new.choices) if new else "",
                certainty=told.get("certainty", "sure"),
                by=told.get("by", "header"),
                reason=said(told.get("reason")),
                warnings=tuple(all_said(told.get("warnings"))),
                odd=told.get("odd", 0),
                example=told.get("example", ""),
                chosen=told.get("chosen", False),
                moved=told["header"] in moved,
            )
        )
    return rows


def preview(record: Import, labels: Mapping[str, Words]) -> dict[str, Any] | None:
    """The first rows as a table, with what is wrong in their cells."""
    report = record.report
    first = report.get("first") or []
    if not first:
        return None
    if record.kind == Import.Kind.OPTOUTS:
        return _refusals(report["names"], first)
    names, lines = report.get("names") or [], report.get("first_lines") or []
    odd = {(told["line"], told["field"]): told for told in report.get("problems") or ()}
    wrong = {(row, column): said(sentence) for row, column, sentence in report.get("first_problems") or ()}
    rows = []
    for at, row in enumerate(first):
        line = lines[at] if at < len(lines) else None
        cells = []
        for column, text in enumerate(row):
            told = odd.get((line, names[column])) or {}
            text = _ground(text) if names[column] == BASIS else text
            cells.append(
                Cell(text, wrong.get((at, column)), str(told.get("value", "")), told.get("what", "left_out"))
            )
        rows.append({"line": line, "cells": cells})
    return {"names": [labels.get(name) or label_of(name) for name in names], "rows": rows}


def _ground(text: str) -> str:
    """A ground and its day, as `showing` writes them, to be read."""
    kind, _space, day = text.partition(" ")
    return f"{GROUNDS.get(kind, kind)} {day}" if text else ""


def _refusals(names: Sequence[str], first: Sequence[Sequence[str]]) -> dict[str, Any]:
    """The first opt-outs: who, why and since when."""
    return {
        "names": [REFUSAL.get(name) or label_of(name) for name in names],
        "rows": [
            {"line": None, "cells": [Cell(REFUSALS.get(text) or text) for text in row]} for row in first
        ],
    }


def problems(report: Mapping[str, Any], labels: Mapping[str, Words], what: str) -> dict[str, Any]:
    """The cells that do not fit, those of one outcome (`what`) or, with "", all."""
    told = report.get("problems") or []
    counts = Counter(problem["what"] for problem in told)
    return {
        "total": report.get("problem_cells") or 0,
        "rows": report.get("problem_rows") or 0,
        "listed": len(told),
        "what": what if counts[what] else "",
        "counts": {key: counts[key] for key in ("mended", "left_out", "rejected") if counts[key]},
        "list": [
            problem | {"why": said(problem["reason"]), "name": labels.get(problem["field"])}
            for problem in told
            if not counts[what] or problem["what"] == what
        ],
    }


def file_facts(record: Import) -> dict[str, Any]:
    """How the file was read, in names that people know."""
    report = record.report
    form = report.get("form")
    known = form_of(form["key"]) if form else None
    same = report.get("same_file")
    return {
        "columns": report.get("column_count") or len(report.get("columns", ())),
        "encoding": ENCODING_NAMES.get(report.get("encoding") or "", (report.get("encoding") or "").upper()),
        "format": (report.get("format") or "").upper(),
        "delimiter": DELIMITER_NAMES.get(report.get("delimiter") or "", report.get("delimiter") or ""),
        "sheet": report.get("sheet"),
        "sheets": report.get("sheets") or [],
        "header_lines": report.get("header_lines") or [],
        "has_header": report.get("has_header", True),
        "form": said(form["name"]) if form else None,
        "form_kind": form["kind"] if form else "",
        "basis": (form or {}).get("basis") or (known.basis if known else None) or "",
        "hints": all_said(form["hints"]) if form else [],
        "attendance": bool(form and form.get("attendance")),
        "findings": [
            {"words": said(f.get("words") or f), "changed": f.get("changed", False)}
            for f in report.get("findings") or ()
            if f.get("code") not in SHOWN_APART
        ],
        "same": same | {"at": datetime.fromisoformat(same["at"])} if same else None,
    }


def undo_kept(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Leads and companies that stayed though the import made them, and why."""
    return [
        {
            "who": told["name"],
            "lead": told["scope"] == "lead",
            "number": told["number"],
            "why": all_said(told["why"]),
        }
        for told in report.get("kept") or ()
    ]


def undo_stayed(report: Mapping[str, Any], labels: Mapping[str, Words]) -> list[dict[str, Any]]:
    """Values that were written after the import, so that they stayed."""
    told = report.get("stayed") or []
    numbers = {
        scope: [one["number"] for one in told if one["scope"] == scope] for scope in ("lead", "company")
    }
    leads = {
        number: email or key
        for number, email, key in Lead.objects.filter(pk__in=numbers["lead"]).values_list(
            "pk", "email", "key"
        )
    }
    companies = dict(Company.objects.filter(pk__in=numbers["company"]).values_list("pk", "name"))
    return [
        {
            "who": (leads if one["scope"] == "lead" else companies).get(one["number"], one["number"]),
            "lead": one["scope"] == "lead" and one["number"] in leads,
            "number": one["number"],
            "name": labels.get(one["field"]) or label_of(one["field"]),
            "value": one["value"],
        }
        for one in told
    ]


def effects(record: Import) -> list[Effect]:
    """What importing would do, or did: rows of each outcome, and their shares of a bar."""
    done = record.status not in (Import.Status.UPLOADED, Import.Status.CHECKED, Import.Status.FAILED)
    rows = {
        "new": record.new if done else record.report.get("new", 0),
        "changed": record.changed if done else record.report.get("changed", 0),
        "unchanged": record.unchanged if done else record.report.get("unchanged", 0),
        "rejected": record.rejected,
    }
    if record.kind not in (Import.Kind.LEADS, Import.Kind.DEALS):
        del rows["changed"]
    names = dict(AFTER if done else EFFECTS)
    if record.kind == Import.Kind.DEALS:
        names["changed"] = CHANGED_DEALS[done]
    if record.kind in NEW_ROWS:
        names["new"] = NEW_ROWS[record.kind][done]
    total = max(sum(rows.values()), 1)
    lines, at = [], 0.0
    for key, count in rows.items():
        share = 100 * count / total
        lines.append(Effect(key, names[key], count, at, share))
        at += share
    return lines


def given_to_all(options: Options, bases: Mapping[str, str | Promise]) -> list[str]:
    """What all leads of an import got, a line each."""
    lines = []
    for label, names in ((_("タグ"), options.tags), (_("リスト"), options.lists)):
        if names:
            lines.append(f"{label}: {'、'.join(names)}")
    for label, text in ((_("流入元"), options.source), (_("営業担当"), options.owner)):
        if text:
            lines.append(f"{label}: {text}")
    if options.campaign:
        name = dict(campaigns()).get(options.campaign, str(options.campaign))
        lines.append(f"{_('施策')}: {name}")
    basis = options.basis
    if basis is not None:
        ground = _("%(kind)s（%(how)s）") % {"kind": bases[basis.kind], "how": basis.how}
        lines.append(f"{_('メールを送れる根拠')}: {ground}")
        for label, column in ((_("根拠の種類の列"), basis.kind_column), (_("根拠の日の列"), basis.column)):
            if column:
                lines.append(f"{label}: {column}")
    return lines


def groups_and_labels(record: Import, options: Options) -> tuple[tuple[FieldGroup, ...], dict[str, Words]]:
    """The fields to choose from, and how each field of the import is called, new ones included."""
    groups = field_groups(record.kind)
    labels = labels_in(groups) | {new.key: Words(new.label, new.label) for new in options.fields}
    labels[BASIS] = GROUND_FOR_MAIL
    return groups, labels
