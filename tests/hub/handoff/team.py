"""Three sales people with seats, leads of two companies and one without."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from mikomi.core.words import Words
from mikomi.hub.accounts.models import User
from mikomi.hub.handoff.models import Seat
from mikomi.hub.handoff.types import Cause, Frozen, Handing
from mikomi.hub.people import queries as people
from mikomi.hub.people import services
from mikomi.hub.people.dated import origin

ON = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
"""10:00 in Tokyo, a Friday."""
LEADS = [
    ("a1", "三宅 浩司", "北浜精機"),
    ("a2", "島田 結衣", "北浜精機"),
    ("b1", "早川 由紀子", "東亜樹脂工業"),
    ("c1", "個人 さん", ""),
]


def person(name: str) -> User:
    return User.objects.create_user(f"{name}@example.jp", name=name, language="ja")


def seat(name: str, capacity: int = 10, **more: Any) -> User:
    user = person(name)
    Seat.objects.create(user=user, capacity=capacity, **more)
    return user


def leads() -> dict[str, int]:
    """Key -> number."""
    frame = pl.DataFrame(LEADS, schema=["lead", "name", "company"], orient="row")
    services.upsert_leads(frame, origin("名簿"))
    return people.numbers_of([key for key, *_ in LEADS])


def handing(lead: int, cause: Cause = Cause.HOT, entry: str = "2026-11-20", **more: Any) -> Handing:
    company = people.company_numbers([lead])["company_id"][0]
    frozen = Frozen(
        total=55.0, hot=True, reason=Words("料金ページを2回閲覧", "Viewed the pricing page twice")
    )
    return Handing(lead, cause, entry, company=company, frozen=frozen, **more)
