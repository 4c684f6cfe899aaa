"""Reading deals: those of a company, and how many wait for a lead."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db.models import Q

from mikomi.core.words import Words
from mikomi.hub.kit.setwise import fetch, listed
from mikomi.hub.people.deals.contacts import names_among
from mikomi.hub.people.models import Company, Deal

EPOCH = date(1970, 1, 1)
SFA_NAMES = {"salesforce": "Salesforce", "hubspot": "HubSpot", "kintone": "kintone"}
BASIS_WORDS: dict[str, Words] = {
    Deal.Basis.LEAD: Words("SFAにリードの番号がある", "the SFA names the lead"),
    Deal.Basis.MAIL: Words("相手のメールアドレス", "by the contact's mail address"),
    Deal.Basis.HANDED: Words(
        "相手の名前がないので、営業に引き渡した人のものとして数えます",
        "no person is named: it counts for who was handed to sales",
    ),
    Deal.Basis.BEST: Words(
        "相手の名前がないので、商談の前にいちばん動いていた人のものとして数えます",
        "no person is named: it counts for who had done most before it began",
    ),
}
WAITS_WORDS: dict[str, Words] = {
    Deal.Waits.PERSON: Words(
        "相手のメールアドレスのリードがまだいません。取り込むとつながります",
        "nobody with the contact's mail address is here yet; it joins when they come",
    ),
    Deal.Waits.COMPANY: Words(
        "この名前の会社がまだありません。リードを取り込むとつながります",
        "no company of this name is here yet; it joins when its people come",
    ),
    Deal.Waits.PEOPLE: Words(
        "この会社のリードがまだいません。取り込むとつながります",
        "nobody of this company is here yet; it joins when they come",
    ),
    Deal.Waits.ERASED: Words(
        "相手の情報は消去されました。商談だけを会社に残しています",
        "the person was erased; the deal alone is kept with the company",
    ),
}


@dataclass(frozen=True, slots=True)
class DealView:
    """A deal as pages show it. `state`: open, won or lost; `opened` and `closed` are local days; `note`: by
    what it counts for whom, or why it counts for nobody yet."""

    number: int
    name: str
    sfa: str
    key: str
    company: str
    stage: str
    state: str
    yen: int | None
    product: str
    reason: str
    opened: date | None
    closed: date | None
    owner: str
    contact: str
    others: tuple[str, ...]
    waits: bool
    note: Words


def deals_of_company(company: int, most: int) -> list[DealView]:
    """The deals of a company and of what was merged into it, the latest first."""
    merged = Company.objects.filter(merged_into=company).values_list("pk", flat=True)
    held = Deal.objects.filter(company__in=[company, *merged])
    latest = sorted(held, key=lambda one: (one.closed or one.opened or 0, one.pk), reverse=True)
    return [_view(one) for one in latest[:most]]


def deals_naming(key: str, email: str) -> list[dict[str, Any]]:
    """What lists of deals say of the person with this key and mail address, as plain values; `main`: whether
    they are the one it counts for. Nobody else is named."""
    theirs = Q(lead_key=key) if key else Q(pk__in=[])
    if email:
        theirs |= Q(email=email) | Q(others__contains=f"<{email}>")
    return [
        {
            "sfa": held.sfa,
            "deal": held.key,
            "name": held.name,
            "company": held.company_text,
            "stage": held.stage,
            "amount": held.yen,
            "product": held.product,
            "reason": held.reason,
            "opened": _day(held.opened),
            "closed": _day(held.closed),
            "main": (main := held.email == email or bool(key and held.lead_key == key)),
            "contact": held.contact if main else "",
        }
        for held in Deal.objects.filter(theirs).order_by("pk")
    ]


def waiting(most: int) -> list[DealView]:
    """Deals that count for nobody yet, the latest first."""
    held = Deal.objects.filter(basis=Deal.Basis.WAITING).order_by("-pk")
    return [_view(one) for one in held[:most]]


def waiting_count() -> int:
    """How many deals count for nobody yet."""
    return Deal.objects.filter(basis=Deal.Basis.WAITING).count()


def ends_of_companies(companies: Collection[int]) -> pl.DataFrame:
    """Deals that ended, by company: `company`, `day` (since 1970), `result` (won, lost)."""
    with listed(pl.Series(list(companies), dtype=pl.Int32), "asked", "company") as (beginning, given):
        return fetch(
            f"{beginning}select a.company, d.closed, d.state from asked a cross join people_company c"
            " cross join people_deal d where coalesce(c.merged_into, c.id) = a.company and d.company = c.id"
            " and (c.id = a.company or c.merged_into = a.company) and d.closed is not null",
            {"company": pl.Int32, "day": pl.Int32, "result": pl.String},
            given,
        )


def _view(held: Deal) -> DealView:
    waits = held.basis == Deal.Basis.WAITING
    note = WAITS_WORDS.get(held.waits) if waits else BASIS_WORDS.get(held.basis)
    return DealView(
        number=held.pk,
        name=held.name,
        sfa=SFA_NAMES.get(held.sfa, ""),
        key="" if held.key.startswith("=") else held.key,
        company=held.company_text,
        stage=held.stage,
        state=held.state,
        yen=held.yen,
        product=held.product,
        reason=held.reason,
        opened=_day(held.opened),
        closed=_day(held.closed),
        owner=held.owner,
        contact=held.contact or held.email,
        others=names_among(held.others),
        waits=waits,
        note=note or Words("", ""),
    )


def _day(number: int | None) -> date | None:
    return None if number is None else EPOCH + timedelta(days=number)
