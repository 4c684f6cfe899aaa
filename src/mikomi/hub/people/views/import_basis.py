"""The ground for mail on the page of an import: what was chosen, what is missing, which columns say it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mikomi.core.words import Words
from mikomi.hub.people import uploads
from mikomi.hub.people.importing import options as chosen
from mikomi.hub.people.importing.options import BASIS_KINDS, EACH, GivenBasis
from mikomi.hub.people.models import Import
from mikomi.hub.people.views.import_words import BASES, GROUNDS, Label

NO_BASIS = "none"


@dataclass(frozen=True, slots=True)
class BasisWay:
    """A ground to be chosen. `column`: the column that says its day, "" for one day for all; `proposed`:
    that is what its header means; `mine`: this ground was chosen."""

    value: str
    label: Label
    note: Label
    column: str
    proposed: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class BasisChoice:
    """The ground for mail as posted. `kind` "" is not chosen yet, `NO_BASIS` none; `column` and
    `kind_column`: which columns say the day and the kind, "" for the same day and kind for all; `errors`:
    what is still missing of the evidence."""

    kind: str = ""
    since: str = ""
    how: str = ""
    wording: str = ""
    url: str = ""
    column: str = ""
    kind_column: str = ""
    errors: tuple[str | Promise, ...] = ()

    @property
    def given(self) -> GivenBasis | None:
        """The ground with its evidence; None where there is none, or it is not complete."""
        if self.kind not in (*BASIS_KINDS, EACH) or self.errors:
            return None
        since = None if self.column else date.fromisoformat(self.since)
        return GivenBasis(self.kind, since, self.how, self.wording, self.url, self.column, self.kind_column)

    @staticmethod
    def of(basis: GivenBasis | None) -> BasisChoice:
        """What was chosen before."""
        if basis is None:
            return BasisChoice()
        since = basis.since.isoformat() if basis.since is not None else ""
        given = (basis.kind, since, basis.how, basis.wording, basis.url)
        return BasisChoice(*given, column=basis.column, kind_column=basis.kind_column)


def chosen_basis(posted: Mapping[str, str], headers: Sequence[str] = ()) -> BasisChoice:
    """The ground as posted, with what the law asks to be written down and is missing. `headers`: the
    columns that may say its day and its kind."""
    kind = posted.get("basis", "")
    if kind == NO_BASIS:
        return BasisChoice(NO_BASIS)
    if kind not in (*BASIS_KINDS, EACH):
        return BasisChoice(
            errors=(_("どれか1つを選んでください。わからなければ「根拠を記録しない」を選びます。"),)
        )
    since = posted.get(f"{kind}-since", "").strip()
    how = posted.get(f"{kind}-how", "").strip()[:300]
    wording = posted.get(f"{kind}-wording", "").strip()[:2000] if kind in ("consent", EACH) else ""
    url = posted.get(f"{kind}-url", "").strip()[:500] if kind in ("published", EACH) else ""
    column = posted.get(f"{kind}-column", "")
    column = column if column in headers else ""
    kind_column = posted.get("each-kind", "") if kind == EACH else ""
    errors: list[str | Promise] = []
    if kind == EACH and kind_column not in headers:
        errors.append(_("根拠の種類が書いてある列を選んでください。"))
        kind_column = ""
    if not column:
        errors += _day_errors(since)
    if not how:
        errors.append(_("どこで、どのように得たかを書いてください。"))
    if kind == "consent" and not wording:
        errors.append(_("同意を求めた文を、見せたとおりに書いてください。"))
    if (kind == "published" or url) and not re.match(r"https?://[^\s/]+", url):
        errors.append(_("公表しているページのURL（https:// から）を書いてください。"))
    return BasisChoice(kind, since, how, wording, url, column, kind_column, tuple(errors))


def _day_errors(since: str) -> list[str | Promise]:
    try:
        ahead = date.fromisoformat(since) > timezone.localdate()
    except ValueError:
        return [_("日付を入れてください。")]
    return [_("日付が先の日になっています。")] if ahead else []


def basis_ways(record: Import, basis: BasisChoice) -> list[BasisWay]:
    """The grounds to choose from, each with the column that seems to say since when."""
    days = (record.report.get("grounds") or {}).get("days") or {}
    # Where columns say which ground it is, the day is known only if one column fits all grounds.
    days = days | {EACH: next(iter(days.values()), "") if len(set(days.values())) == 1 else ""}
    found = []
    for value, label, note in BASES:
        mine = basis.kind == value
        column = basis.column if mine else days.get(value, "")
        found.append(BasisWay(value, label, note, column, bool(column) and column == days.get(value), mine))
    return found


def columns_with_values(record: Import) -> list[tuple[str, str]]:
    """The columns of the file, each with its first value."""
    return [(told["header"], told.get("sample", "")) for told in record.report.get("columns", ())]


def reads_other_columns(record: Import) -> bool:
    """Whether the ground for mail comes from columns with which the file was not checked yet."""
    basis = chosen.parse(record.options).basis
    return (basis.as_checked() if basis is not None else {}) != (record.report.get("basis") or {})


def read_with_basis(record: Import) -> Words | None:
    """Checks the file with the ground for mail that is kept. Where that cannot be, the ground is left out
    and the reason is given."""
    uploads.set_options(record, chosen.parse(record.options))
    record.refresh_from_db()
    if record.status != Import.Status.FAILED:
        return None
    why = Words(record.error_ja, record.error_en)
    uploads.set_options(record, replace(chosen.parse(record.options), basis=None))
    record.refresh_from_db()
    return why


def headers_of(record: Import) -> list[str]:
    """The columns of the file that are shown."""
    return [told["header"] for told in record.report.get("columns", ())]


def asks_basis(record: Import) -> bool:
    """Whether the file brings mail addresses of leads, so that the ground for mail must be said."""
    return record.kind == Import.Kind.LEADS and any(
        column["field"] == "email" for column in record.report.get("columns", ())
    )


def grounds_told(report: Mapping[str, Any]) -> list[tuple[str | Promise, int]]:
    """How many addresses get which ground, where columns of the file say so."""
    told = report.get("based") or {}
    return [(name, told[kind]) for kind, name in GROUNDS.items() if told.get(kind)]
