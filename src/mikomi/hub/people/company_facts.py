"""Reading what is and was known of companies, and of their people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

import polars as pl
from django.db import transaction

from mikomi.hub.kit.setwise import fetch, staged
from mikomi.hub.people.models import Company, CompanyAlias, Lead, Scope
from mikomi.hub.people.queries import history_of
from mikomi.hub.people.types import ValueChange

_DAY_ZERO = date(1970, 1, 1)


def company_values(numbers: Sequence[int]) -> dict[int, Mapping[str, str]]:
    """What is known now of some companies, by number and field key."""
    return dict(Company.objects.filter(pk__in=numbers).values_list("pk", "attributes"))


def company_history(number: int) -> list[ValueChange]:
    """Every value that became known of a company, newest first."""
    found = history_of(Scope.COMPANY, number)
    return sorted(found, key=lambda c: (c.known_from or _DAY_ZERO, c.recorded_at), reverse=True)


def other_names(number: int) -> list[str]:
    """The names that a company was written with besides its own, those merged into it included."""
    names = CompanyAlias.objects.filter(company=number).exclude(name="").values_list("name", flat=True)
    merged = Company.objects.filter(merged_into=number).values_list("name", flat=True)
    return sorted({*names, *merged})


def with_corporate_number(digits: str) -> list[int]:
    """The companies that are found by this 法人番号."""
    return list(CompanyAlias.objects.filter(key=f"|{digits}").values_list("company", flat=True))


def lead_values(leads: Sequence[int], keys: Collection[str]) -> dict[int, dict[str, str]]:
    """What is known now of some leads, of the fields `keys`."""
    rows = Lead.objects.filter(pk__in=leads).values_list("pk", "attributes")
    return {pk: {key: known[key] for key in keys if known.get(key)} for pk, known in rows}


def days_of_change(leads: Sequence[int], company: int, after: date, until: date) -> list[date]:
    """The days after `after`, until `until`, from which on other values of the leads or their company
    are known; ascending."""
    frame = pl.DataFrame({"lead": list(leads)}, schema={"lead": pl.Int32})
    low, high = ((day - _DAY_ZERO).days for day in (after, until))
    with transaction.atomic(), staged(frame, "asked"):
        days = fetch(
            "select c.known_from from asked q join people_change c on c.scope = 'lead' and c.subject = q.lead"
            " where c.known_from > %s and c.known_from <= %s"
            " union select c.known_from from people_change c where c.scope = 'company' and c.subject = %s"
            " and c.known_from > %s and c.known_from <= %s",
            {"day": pl.Int32},
            [low, high, company, low, high],
        )
    return [_DAY_ZERO + timedelta(days=day) for day in days["day"].sort()]
