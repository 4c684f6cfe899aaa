"""A lead that names no company is recognised by its mail domain, where that is sure, and only once."""

from __future__ import annotations

import polars as pl
import pytest

from mikomi.hub.people.companies_by_mail import recognise_companies
from mikomi.hub.people.dated import origin
from mikomi.hub.people.queries import attribute_history, numbers_of, person
from mikomi.hub.people.services import set_value, upsert_leads
from mikomi.hub.people.value_sources import MAIL_DOMAIN

pytestmark = pytest.mark.django_db

KNOWN: list[tuple[str, str, str | None]] = [
    ("a1", "sato@example-seizo.co.jp", "株式会社見本製造"),
    ("a2", "ito@mail.example-seizo.co.jp", "㈱見本製造"),
    ("b1", "mori@example-group.co.jp", "グループ商事"),
    ("b2", "kato@example-group.co.jp", "グループ物流"),
    ("c1", "ono@example-one.co.jp", "ひとり社"),
    ("d1", "x1@gmail.com", "自営"),
    ("d2", "x2@gmail.com", "自営"),
]


def put(rows: list[tuple[str, str, str | None]]) -> None:
    names = ("lead", "email", "company")
    upsert_leads(pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row"), origin("f"))


def company(key: str) -> str:
    found = person(numbers_of([key])[key])
    assert found is not None
    return found.company


def test_it_works() -> None:
    put(KNOWN)
    domains = {"n1": "example-seizo", "n2": "example-group", "n3": "example-one", "n4": "nobody"}
    put([(key, f"new@{domain}.co.jp", None) for key, domain in domains.items()])
    put([("n5", "new@gmail.com", None), ("n6", "", None)])
    assert recognise_companies() == 1
    assert company("n1") == "株式会社見本製造"
    assert {company(key) for key in ("n2", "n3", "n4", "n5", "n6")} == {""}
    assert MAIL_DOMAIN in {change.source for change in attribute_history(numbers_of(["n1"])["n1"])}
    assert recognise_companies() == 0


def test_what_somebody_took_away_stays_away() -> None:
    put([*KNOWN, ("n1", "new@example-seizo.co.jp", None)])
    assert recognise_companies() == 1
    set_value(numbers_of(["n1"])["n1"], "company", "", origin("手で"))
    assert company("n1") == ""
    assert recognise_companies() == 0
