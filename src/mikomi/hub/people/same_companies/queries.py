"""Reading proposals, comparisons and past merges of companies."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from mikomi.core.matching.companies import COMPANY_LEVELS, CompanyReason, tell_company_reasons
from mikomi.core.matching.levels import Level, Told
from mikomi.core.words import Words
from mikomi.hub.kit.setwise import fetch, staged
from mikomi.hub.people.companies import BY_NUMBER
from mikomi.hub.people.duplicates.types import FieldPair, PastMerge
from mikomi.hub.people.fields import label_of
from mikomi.hub.people.models import Batch, Company, CompanyAlias, CompanyMerge, CompanyPair, Field, Scope
from mikomi.hub.people.queries import history_of
from mikomi.hub.people.same_companies.merging import filled
from mikomi.hub.people.same_companies.types import CompanyBrief, CompanyProposal

DOMAINS = 3
"""So many mail domains of a company are shown."""


def open_company_counts() -> dict[int, int]:
    """How many proposals wait, by level, the surest first."""
    waiting = CompanyPair.objects.filter(verdict="").values_list("level")
    held = dict(waiting.annotate(n=Count("level")))
    return {int(level): held.get(int(level), 0) for level in sorted(Level, reverse=True)}


def company_proposals(level: int | None, start: int, size: int) -> list[CompanyProposal]:
    """Open proposals from place `start` on, surest first; of one level, or of all."""
    rows = CompanyPair.objects.filter(verdict="").order_by("-level", "low", "high")
    if level is not None:
        rows = rows.filter(level=level)
    return _proposed(list(rows[start : start + size]))


def companies_told_apart(start: int, size: int) -> list[CompanyProposal]:
    """The pairs told not to be the same company, the latest first."""
    rows = CompanyPair.objects.filter(verdict="not_same").order_by("-decided_at", "low")
    return _proposed(list(rows[start : start + size]))


def company_verdict_count() -> int:
    """How many pairs were told not to be the same company."""
    return CompanyPair.objects.filter(verdict="not_same").count()


def company_pairs_of(company: int, limit: int = 5) -> list[CompanyProposal]:
    """The open proposals that a company is in, surest first."""
    mine = CompanyPair.objects.filter(Q(low=company) | Q(high=company), verdict="")
    return _proposed(list(mine.order_by("-level", "low", "high")[:limit]))


def company_pair(one: int, two: int) -> CompanyProposal | None:
    """Any two companies that are there, beside each other; None where one is out."""
    low, high = min(one, two), max(one, two)
    held = CompanyPair.objects.filter(low=low, high=high).first()
    row = held or CompanyPair(low=low, high=high, level=0, reasons=[])
    return next(iter(_proposed([row])), None)


def company_brief(number: int) -> CompanyBrief | None:
    """One company, or None where it is out."""
    return _briefs([number]).get(number)


def companies_called(text: str, *, without: int, limit: int = 20) -> list[CompanyBrief]:
    """The companies in whose name `text` stands, or that bear it as 法人番号, besides one."""
    bearers = CompanyAlias.objects.filter(key=f"{BY_NUMBER}{text}").values_list("company", flat=True)
    named = Q(name__icontains=text) | Q(pk__in=list(bearers))
    rows = Company.objects.filter(named, merged_into=None).exclude(pk=without).order_by("name", "pk")
    numbers = list(rows.values_list("pk", flat=True)[:limit])
    found = _briefs(numbers)
    return [found[number] for number in numbers if number in found]


def companies_side_by_side(kept: int, gone: int, take: Collection[str] | None = None) -> list[FieldPair]:
    """All fields of two companies; `take` names those whose value is to come from `gone`."""
    companies = Company.objects.in_bulk([kept, gone])
    one, two = companies[kept].attributes, companies[gone].attributes
    wanted = filled(one, two) if take is None else take
    sources = {number: _sources(number) for number in (kept, gone)}
    labels = {f.key: (f.place, Words(f.label_ja, f.label_en)) for f in Field.objects.all()}
    keys = sorted(
        {f for f in (*one, *two) if one.get(f) or two.get(f)}, key=lambda f: (labels.get(f, (0,))[0], f)
    )
    return [
        FieldPair(
            key=key,
            label=labels[key][1] if key in labels else label_of(key),
            kept=one.get(key, ""),
            gone=two.get(key, ""),
            differs=one.get(key, "") != two.get(key, ""),
            takes=bool(two.get(key)) and key in wanted,
            kept_source=sources[kept].get(key, ""),
            gone_source=sources[gone].get(key, ""),
        )
        for key in keys
    ]


def company_merges_of(company: int) -> list[PastMerge]:
    """What was merged into a company and can be taken back, the latest first."""
    return _past(list(CompanyMerge.objects.filter(kept=company, undone_at=None).order_by("-pk")))


def past_company_merges(start: int, size: int) -> list[PastMerge]:
    """All merges of companies that hold, the latest first."""
    return _past(list(CompanyMerge.objects.filter(undone_at=None).order_by("-pk")[start : start + size]))


def company_merge_count() -> int:
    """How many merges of companies hold."""
    return CompanyMerge.objects.filter(undone_at=None).count()


def company_merge_of(batch: int) -> int | None:
    """The merge of companies that was act `batch`."""
    return CompanyMerge.objects.filter(batch=batch).values_list("pk", flat=True).first()


def company_stands_for(company: int) -> int | None:
    """The company that a merged one went into; None where it was not merged."""
    return Company.objects.filter(pk=company).values_list("merged_into", flat=True).first()


def _proposed(rows: Sequence[CompanyPair]) -> list[CompanyProposal]:
    briefs = _briefs(sorted({number for row in rows for number in (row.low, row.high)}))
    found = []
    for row in rows:
        if row.low not in briefs or row.high not in briefs:
            continue
        # The one with more people stays; of equals the one that came first.
        low, high = briefs[row.low], briefs[row.high]
        kept, gone = (high, low) if high.leads > low.leads else (low, high)
        words = COMPANY_LEVELS[Level(row.level)] if row.level else Words("", "")
        found.append(CompanyProposal(kept, gone, row.level, words, _told(row.reasons)))
    return found


def _briefs(numbers: Sequence[int]) -> dict[int, CompanyBrief]:
    companies = Company.objects.filter(pk__in=numbers, merged_into=None)
    with transaction.atomic(), staged(pl.DataFrame({"company": numbers}, {"company": pl.Int32}), "asked"):
        leads = fetch(
            "select a.company, count(*) from asked a join people_lead l on l.company_id = a.company"
            " where l.trashed_at is null and l.merged_into is null group by a.company",
            {"company": pl.Int32, "n": pl.Int64},
        )
        domains = fetch(
            "select a.company, m.domain, count(*) from asked a join people_lead l on l.company_id = a.company"
            " join people_matchkey m on m.lead = l.id where m.domain <> '' group by a.company, m.domain",
            {"company": pl.Int32, "domain": pl.String, "n": pl.Int64},
        )
    counts = dict(leads.iter_rows())
    used = domains.sort("n", "domain", descending=[True, False]).group_by("company", maintain_order=True)
    mails = dict(used.agg(pl.col("domain").head(DOMAINS)).iter_rows())
    return {
        company.pk: CompanyBrief(
            number=company.pk,
            name=company.name,
            corporate_number=company.attributes.get("corporate_number", ""),
            place=company.attributes.get("prefecture", ""),
            domains=tuple(mails.get(company.pk, ())),
            leads=counts.get(company.pk, 0),
            added_at=timezone.localtime(company.added_at),
        )
        for company in companies
    }


def _told(codes: Sequence[str]) -> tuple[Told, ...]:
    known = CompanyReason.__members__
    return tell_company_reasons(sum(int(known[code.upper()]) for code in codes if code.upper() in known))


def _sources(company: int) -> dict[str, str]:
    """The source that each value of a company came from last."""
    return {change.field: change.source for change in history_of(Scope.COMPANY, company)}


def _past(rows: Sequence[CompanyMerge]) -> list[PastMerge]:
    batches = Batch.objects.filter(pk__in=[row.batch for row in rows])
    acts = {pk: (label, by or "") for pk, label, by in batches.values_list("pk", "label", "by__name")}
    return [PastMerge(row.pk, row.kept, row.gone, *acts[row.batch], row.at) for row in rows]
