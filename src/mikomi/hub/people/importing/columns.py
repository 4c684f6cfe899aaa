"""Which column of a file becomes which field: as chosen, as remembered, or as it seems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from mikomi.core.tabular import headers
from mikomi.core.tabular.forms import Form, fingerprint, form_of, recognise
from mikomi.core.tabular.mending import OUR_COLUMNS
from mikomi.core.tabular.proposals import Proposal, propose
from mikomi.hub.people.deals.reading import COLUMNS as DEAL_COLUMNS
from mikomi.hub.people.fields import STANDARD
from mikomi.hub.people.importing.options import OWN_FIELD, Options
from mikomi.hub.people.models import FileForm, Import

TAKEN = ("lead", "number", "company_number")
"""Names that no field may have."""
BESIDE = {
    Import.Kind.LEADS: ("lead", "created_at"),
    Import.Kind.EVENTS: ("lead", "email", "at", "kind", "content", "automated"),
    Import.Kind.OUTCOMES: ("lead", "email", "at", "result", "reason", "amount"),
    Import.Kind.OPTOUTS: ("email", "at", "reason"),
    Import.Kind.DEALS: DEAL_COLUMNS,
}
"""What columns may be besides fields (leads), or at all (the others)."""
MORE = {
    "reason": ("reason", "理由", "失注理由", "受注理由", "対象外理由", "lost reason", "close reason",
               "停止理由", "配信停止理由", "解除理由", "エラー内容", "エラー理由", "エラー種別",
               "受注失注理由", "不成立理由", "loss reason"),
    "amount": ("amount", "金額", "受注金額", "売上金額", "商談金額", "deal amount", "value", "見積金額",
               "契約金額", "金額（円）", "金額（税抜）", "金額（税込）", "金額（万円）", "金額（千円）"),
    "deal": ("deal id", "deal", "opportunity id", "商談ID", "商談番号", "案件ID", "案件番号", "案件コード",
             "取引ID", "deal number", "商談コード"),
    "deal_name": ("deal name", "opportunity name", "opportunity", "商談名", "案件名", "件名", "取引名"),
    "contact": ("contact", "contact name", "相手", "先方担当者", "顧客担当者", "取引先責任者"),
    "is_primary": ("primary", "is primary", "主担当", "プライマリ", "主", "主取引先責任者"),
    "stage": ("stage", "deal stage", "phase", "status", "フェーズ", "段階", "ステージ", "商談ステージ",
              "商談フェーズ", "案件ステータス", "ステータス", "進捗", "状況", "受注結果", "商談結果", "結果",
              "受失注", "result"),
    "is_won": ("is won", "won"),
    "is_closed": ("is closed", "closed"),
    "product": ("product", "product name", "製品", "製品名", "商品", "商品名", "サービス", "サービス名"),
    "opened": ("opened", "open date", "opened at", "create date", "created date", "商談日", "商談化日",
               "商談開始日", "商談発生日", "発生日", "初回商談日", "作成日", "登録日"),
    "closed": ("close date", "closed date", "closed at", "受注日", "失注日", "受注失注日", "成約日", "完了日",
               "確定日", "クローズ日", "契約日", "完了予定日"),
}  # fmt: skip
"""Headers of columns beside those that all files know."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A column and its field; "" is left out. `chosen`: a person said so."""

    proposal: Proposal
    field: str
    chosen: bool

    @property
    def header(self) -> str:
        """The header as the file writes it."""
        return self.proposal.header


@dataclass(frozen=True, slots=True)
class Mapping_:
    """All columns of a file. `form`: the form it has; `print`: what files of its form have in common."""

    columns: tuple[Mapped, ...]
    form: Form | None
    print: str
    remembered: bool

    def fields(self) -> dict[str, str]:
        """Field -> header."""
        return {column.field: column.header for column in self.columns if column.field}


def map_columns(
    names: Sequence[str], sample: pl.DataFrame, kind: str, options: Options, *, has_header: bool
) -> Mapping_:
    """What becomes of the columns `names`, of which `sample` holds some rows."""
    mark = fingerprint(names, has_header=has_header)
    before = FileForm.objects.filter(fingerprint=mark, kind=kind).first()
    remembered: dict[str, str] = {}
    if before is not None:
        remembered = {
            header: key for header, key in (before.options.get("columns") or {}).items() if key != OWN_FIELD
        }
    form = recognise(names, sample)
    if before is not None and before.name:
        form = form_of(before.name) or form
    proposals = propose(names, sample, form=form, remembered=remembered)
    find = _of_leads if kind == Import.Kind.LEADS else _of_facts
    columns = find(proposals, names, kind, options.columns)
    if kind == Import.Kind.LEADS and options.seminar:
        columns = tuple(_of_people_alone(column) for column in columns)
    return Mapping_(columns, form, mark, bool(remembered))


def _of_leads(
    proposals: Sequence[Proposal], names: Sequence[str], kind: str, chosen: Mapping[str, str]
) -> tuple[Mapped, ...]:
    taken: set[str] = {key for key in chosen.values() if key and key != OWN_FIELD}
    found: list[Mapped] = []
    for proposal in proposals:
        header = proposal.header
        said = chosen.get(header)
        if said is not None and said != OWN_FIELD:
            found.append(Mapped(proposal, said, True))
            continue
        field = proposal.field if said is None else None
        usable = field in STANDARD or (field in BESIDE[Import.Kind.LEADS]) or proposal.by == "remembered"
        if field == "":
            found.append(Mapped(proposal, "", False))
            continue
        if field is None or not usable or field in taken:
            field = header.strip() or header
            while (
                field in taken or field in TAKEN or (field in STANDARD and headers.canonical(field) is None)
            ):
                field += "_"
        taken.add(field)
        found.append(Mapped(proposal, field, said is not None))
    return tuple(found)


def _of_people_alone(column: Mapped) -> Mapped:
    """The list of a seminar makes no new fields by itself, and its times are those of the seminar."""
    known = column.field in STANDARD or column.field == "lead" or column.proposal.by == "remembered"
    return column if column.chosen or known else Mapped(column.proposal, "", False)


def _of_facts(
    proposals: Sequence[Proposal], names: Sequence[str], kind: str, chosen: Mapping[str, str]
) -> tuple[Mapped, ...]:
    """Columns of events, outcomes and opt-outs: nothing but what these are made of is taken."""
    may = BESIDE[Import.Kind(kind)]
    taken = {key: header for header, key in chosen.items() if key}
    open_names = [name for name in names if name not in chosen and name not in OUR_COLUMNS]
    by_form = {p.field: p.header for p in proposals if p.field in may and p.by in ("form", "remembered")}
    by_value = {p.field: p.header for p in reversed(proposals) if p.field in may and p.header not in chosen}
    for field in may:
        if field in taken:
            continue
        best = by_form.get(field) if field not in ("at", "content") or kind == Import.Kind.OPTOUTS else None
        if best is None or best in chosen:
            best = headers.resolve(field, open_names) or _more(field, open_names) or by_value.get(field)
        if best is not None and best not in taken.values():
            taken[field] = best
    if kind not in (Import.Kind.OPTOUTS, Import.Kind.DEALS) and "lead" in taken and "email" in taken:
        # One column says whose row it is.
        del taken["email"]
    fields = {header: field for field, header in taken.items()}
    return tuple(Mapped(p, fields.get(p.header, ""), p.header in chosen) for p in proposals)


def _more(field: str, names: Sequence[str]) -> str | None:
    plain = {headers.plain_header(name) for name in MORE.get(field, ())}
    return next((name for name in names if headers.plain_header(name) in plain), None)
