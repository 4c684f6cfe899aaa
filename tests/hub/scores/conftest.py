"""A small company: five leads of three companies, and what they did lately."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from django.test import Client
from django.utils import timezone

from mikomi.core.scoring.model import Model
from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.accounts.models import User
from mikomi.hub.activity.services import record_events
from mikomi.hub.people.dated import origin
from mikomi.hub.people.services import upsert_leads

MODEL = """\
name: 標準スコア
groups: {料金: ["/pricing*"]}
fit:
  - {id: maker, label: 業種が製造業, when: {field: industry, is: 製造業}, points: 10}
  - {id: large, label: 従業員数が300名以上, when: {field: employees, gte: 300}, points: 15}
engagement:
  - id: pricing
    label: 料金ページ
    when: {kind: page_view, group: 料金}
    points: 5
    half_life_days: 14
    cap: 30
  - {id: paper, label: 資料, when: {kind: download}, points: 15, half_life_days: 30}
signals:
  - {id: surge, label: 集中して閲覧, pattern: surge, within_days: 3, at_least: 3, points: 15}
grades:
  fit: {A: 25, B: 10}
  engagement: {"1": 30, "2": 10}
hot: {engagement: 20}
"""


def fill() -> None:
    """Stores the leads and their events."""
    people = pl.DataFrame(
        {
            "lead": ["a", "b", "c", "d", "e"],
            "name": ["三宅 浩司", "島田 結衣", "今井 徹", "久保 直樹", "谷口 由美"],
            "email": ["a@kitahama.example", "b@kitahama.example", "c@tango.example", "d@gmail.com", ""],
            "company": ["株式会社北浜精機", "株式会社北浜精機", "丹後織機", "", "オリオン建材"],
            "industry": ["製造業", "製造業", "製造業", "", "卸売業"],
            "employees": ["420", "420", "80", "", "300"],
        }
    )
    upsert_leads(people, origin("test"))
    now = timezone.now()
    rows = [
        ("a", 0, "page_view", "/pricing", 3),
        ("a", 1, "download", "catalog.pdf", 1),
        ("b", 2, "page_view", "/pricing", 1),
        ("c", 5, "page_view", "/case/metal", 1),
        ("d", 40, "download", "catalog.pdf", 1),
    ]
    events = [
        (lead, now - timedelta(days=ago, seconds=second), kind, content, False)
        for lead, ago, kind, content, n in rows
        for second in range(n)
    ]
    frame = pl.DataFrame(events, schema=["lead", "at", "kind", "content", "automated"], orient="row")
    record_events(frame)


@pytest.fixture
def company(db) -> None:
    fill()


@pytest.fixture
def model() -> Model:
    return parse_model(MODEL)


@pytest.fixture
def user(db) -> User:
    return User.objects.create_user("ishida@example.jp", name="石田 彩", language="ja")


@pytest.fixture
def client(user: User) -> Client:
    browser = Client(headers={"accept-language": "ja"})
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser
