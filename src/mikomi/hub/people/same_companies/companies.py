"""Companies, as `people.same` has to know them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mikomi.core.matching.companies import COMPANY_LEVELS, CompanyReason, tell_company_reasons
from mikomi.core.words import Words
from mikomi.hub.kit.setwise import fetch, staged
from mikomi.hub.people.companies import BY_NUMBER
from mikomi.hub.people.models import Company, CompanyAlias, CompanyMerge, CompanyPair, Scope
from mikomi.hub.people.same.kinds import Kind
from mikomi.hub.people.same_companies.types import CompanyBrief

DOMAINS = 3
"""So many mail domains of a company are shown."""


def briefs(numbers: Sequence[int]) -> dict[int, CompanyBrief]:
    """Those of these companies that are there."""
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


def companies_called(text: str, *, without: int, limit: int = 20) -> list[CompanyBrief]:
    """The companies in whose name `text` stands, or that bear it as 法人番号, besides one."""
    bearers = CompanyAlias.objects.filter(key=f"{BY_NUMBER}{text}").values_list("company", flat=True)
    named = Q(name__icontains=text) | Q(pk__in=list(bearers))
    rows = Company.objects.filter(named, merged_into=None).exclude(pk=without).order_by("name", "pk")
    numbers = list(rows.values_list("pk", flat=True)[:limit])
    found = briefs(numbers)
    return [found[number] for number in numbers if number in found]


COMPANIES = Kind(
    scope=Scope.COMPANY,
    subjects=Company,
    pairs=CompanyPair,
    merges=CompanyMerge,
    there=Q(merged_into=None),
    hidden=(),
    levels=COMPANY_LEVELS,
    reasons=CompanyReason,
    tell=tell_company_reasons,
    briefs=briefs,
    called=Words("会社", "company"),
    away=Words(
        "統合できません。この会社は、もう無いか、別の会社に統合されています。一覧を開き直してください。",
        "They cannot be merged: one of them is gone, or was merged into another company."
        " Open the list again.",
    ),
)
