"""月ごとの流れ: from leads to deals, by month and first campaign."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from django.test import Client
from django.utils import timezone

from mikomi.hub.accounts.models import User
from mikomi.hub.activity import queries as activity
from mikomi.hub.capture.campaigns import editing, following
from mikomi.hub.capture.campaigns.editing import Plan
from mikomi.hub.handoff import queries
from mikomi.hub.people import queries as people
from mikomi.hub.people.deals.queries import deals_of_company
from mikomi.hub.people.imports import run_import
from mikomi.hub.people.models import Lead
from mikomi.hub.people.results import record_result
from mikomi.hub.site import flow, pipeline
from tests.hub.site.world import LEADS, make_world

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 11, 20)


@pytest.fixture
def leads() -> list[int]:
    make_world()
    pipeline.score_all(timezone.localdate())
    numbers = [people.numbers_of([row[0]])[row[0]] for row in LEADS]
    Lead.objects.update(created_at=datetime(2025, 3, 31, 15, 30, tzinfo=UTC))  # April 1st in Japan
    Lead.objects.filter(pk=numbers[0]).update(created_at=datetime(2025, 2, 10, tzinfo=UTC))
    return numbers


def test_a_lead_counts_in_its_month_for_all_that_became_of_it(leads: list[int]) -> None:
    first, second = leads[0], leads[1]
    long_ago = timezone.now() - timedelta(days=200)
    record_result(first, "meeting", by=None, at=long_ago)
    record_result(first, "won", by=None, at=long_ago + timedelta(days=9), amount=500_000)
    record_result(second, "won", by=None, amount=300_000)
    told = flow.frame()
    april, february = flow.of_months(told, [date(2025, 2, 1), date(2025, 4, 1)], TODAY)
    assert (february.leads, february.met, february.yen) == (1, 1, 500_000)
    assert (april.leads, april.met, april.yen) == (len(leads) - 1, 1, 300_000)
    assert not april.under_way
    assert february.steps[0].share is None  # one person is no share
    assert flow.of_months(told, [date(2026, 10, 1)], TODAY)[0].under_way
    assert flow.total(told).met == 2
    assert flow.narrowed(told, month=date(2025, 2, 1), step="won")["lead"].to_list() == [first]


def test_the_first_campaign_gets_whom_it_brought_and_what_a_meeting_cost(leads: list[int]) -> None:
    fair = editing.make_campaign(Plan("展示会", "exhibition", begins=date(2025, 2, 5), cost=300_000)).pk
    late = editing.make_campaign(Plan("広告", "advert", begins=date(2025, 9, 1), cost=100_000)).pk
    editing.add_leads(fair, [leads[0]])
    editing.add_leads(late, leads[:2])
    following.follow(pl.Series(leads[:2], dtype=pl.Int32))
    record_result(leads[0], "meeting", by=None)
    lines = {line.campaign: line for line in flow.of_campaigns(flow.frame())}
    assert (lines[fair].leads, lines[fair].met, lines[fair].cost_per_meeting) == (1, 1, 300_000)
    # Joined months after they came, it did not bring anybody.
    assert late not in lines
    assert lines[0].leads == len(leads) - 1


def test_a_deal_of_a_list_that_was_said_by_hand_too_brings_its_amount_once() -> None:
    rows = pl.DataFrame(
        [
            (1, 100, "won", 500, 7),
            (1, 110, "won", 500, None),
            (1, 200, "won", 90, None),
            (2, 5, "won", None, None),
        ],
        schema={"lead": pl.Int32, "day": pl.Int32, "result": pl.String, "yen": pl.Int64, "deal": pl.Int32},
        orient="row",
    )
    assert flow._deals_won(rows).rows() == [(1, 590)]


def test_the_page_shows_the_months_and_opens_the_people(leads: list[int]) -> None:
    client = Client()
    client.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    assert "まだ数えていません" in client.get("/flow/").content.decode()
    record_result(leads[0], "won", by=None, amount=500_000)
    flow.prepare(timezone.now())
    page = client.get("/flow/?until=2025-12").content.decode()
    assert "2025年2月" in page
    assert "500,000円" in page
    opened = client.get("/flow/leads/?month=2025-02&step=won")
    assert f"/leads/{leads[0]}/" in opened.content.decode()
    for odd in ("?until=2025-99&campaign=x", "?until=9999-01&campaign=99999999999", "?campaign=0"):
        assert client.get(f"/flow/{odd}").status_code == 200
    assert client.get("/flow/leads/?month=x&step=y&page=zz").status_code == 200


def test_a_deal_without_a_person_counts_for_who_of_its_company_was_handed_over(
    leads: list[int], tmp_path: Path
) -> None:
    handed = queries.today(timezone.localdate())
    one = next(each for each in handed if each.company is not None)
    company = people.company(one.company or 0)
    assert company is not None
    file = tmp_path / "deals.csv"
    file.write_text(
        f"案件名,会社名,商談ステージ,受注日\n導入,{company.name},受注,2025-10-01\n", encoding="utf-8"
    )
    run_import(file, "deals")
    assert activity.outcomes_of(one.leads[-1])[0].result == "won"
    shown = deals_of_company(company.number, 5)[0]
    assert "引き渡した人" in shown.note.ja
