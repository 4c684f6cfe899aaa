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
from mikomi.hub.capture.models import CampaignMember
from mikomi.hub.handoff import queries
from mikomi.hub.people import queries as people
from mikomi.hub.people.deals.queries import deals_of_company
from mikomi.hub.people.importing.undoing import undo_import
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
    lines = {line.campaign: line for line in flow.of_campaigns(flow.frame(), None, TODAY)}
    assert (lines[fair].leads, lines[fair].met, lines[fair].cost_per_meeting) == (1, 1, 300_000)
    # Joined months after they came, it did not bring anybody.
    assert late not in lines
    assert lines[0].leads == len(leads) - 1


def test_a_small_world_counted_by_hand(leads: list[int], tmp_path: Path) -> None:
    """Five people, a fair, an advert over half a year, one without a cost, one that cost nothing; the deals
    of a list, which is taken back at the end."""
    fair = editing.make_campaign(
        Plan("展示会", "exhibition", begins=date(2025, 2, 5), ends=date(2025, 2, 7), cost=300_000)
    ).pk
    advert = editing.make_campaign(
        Plan("広告", "advert", begins=date(2025, 1, 1), ends=date(2025, 6, 30), cost=1_810_000)
    ).pk
    friends = editing.make_campaign(Plan("紹介", "referral", begins=date(2025, 4, 1))).pk
    letter = editing.make_campaign(Plan("メルマガ", "newsletter", begins=date(2025, 4, 1), cost=0)).pk
    joined = [
        # The first came by the fair, whose list was taken in late, and saw the advert months after.
        (fair, leads[0], "import", date(2025, 3, 20)),
        (advert, leads[0], "utm", date(2025, 5, 20)),
        # Four came on April 1st.
        (advert, leads[1], "utm", date(2025, 4, 1)),
        (advert, leads[2], "utm", date(2025, 4, 10)),
        (friends, leads[3], "hand", date(2025, 4, 3)),
        (letter, leads[4], "utm", date(2025, 4, 2)),
    ]
    for campaign, lead, how, day in joined:
        at = int(datetime(day.year, day.month, day.day, 3, tzinfo=UTC).timestamp()) * 10**6
        CampaignMember.objects.create(campaign=campaign, lead=lead, how=how, ref=0, at=at)
    file = tmp_path / "deals.csv"
    mail = [f"{LEADS[place][0].lower()}@works.example" for place in range(5)]
    file.write_text(
        "商談 ID,商談名,取引先責任者 メール,フェーズ,金額,完了予定日,作成日\n"
        f"1,a,{mail[0]},受注,500000,2025/07/01,2025/06/01\n"
        f"2,b,{mail[0]},失注,900000,2025/09/01,2025/08/01\n"
        f"3,c,{mail[1]},受注,250000,2025/10/01,2025/09/01\n"
        f"4,d,{mail[2]},提案,100000,2026/12/01,2025/09/01\n"
        f"5,e,{mail[3]},失注,100000,2025/10/01,2025/09/01\n"
        f"6,f,{mail[4]},見積,100000,2026/12/01,2025/09/01\n",
        encoding="utf-8",
    )
    taken = run_import(file, "deals")

    def told(month: date | None) -> dict[int | None, tuple[int, int, int, int, int | None]]:
        lines = flow.of_campaigns(flow.frame(), month, TODAY)
        return {
            one.campaign: (one.leads, one.met, one.steps[-1].n, one.yen, one.cost_per_meeting)
            for one in lines
        }

    assert told(None) == {
        fair: (1, 1, 1, 500_000, 300_000),
        advert: (2, 2, 1, 250_000, 905_000),
        friends: (1, 1, 0, 0, None),
        letter: (1, 1, 0, 0, 0),
        flow.NO_CAMPAIGN: (3, 0, 0, 0, None),
    }
    # 30 of the 181 days of the advert are in April; in February nobody came by it.
    assert told(date(2025, 4, 1))[advert] == (2, 2, 1, 250_000, 150_000)
    assert told(date(2025, 2, 1)) == {fair: (1, 1, 1, 500_000, 300_000)}
    page = client_of("mori@works.example")
    flow.prepare(timezone.now())
    shown = page.get("/flow/?until=2025-12&month=2025-04").content.decode()
    assert "この月の費用 300,000円" in shown
    assert "2025年4月に来た人" in shown
    assert page.get("/flow/?month=2025-99").status_code == 200
    assert taken.import_id is not None
    undo_import(taken.import_id)
    every = (fair, advert, friends, letter, flow.NO_CAMPAIGN)
    assert {key: line[1:] for key, line in told(None).items()} == dict.fromkeys(every, (0, 0, 0, None))


def client_of(mail: str) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(mail, name="森 健太郎"))
    return client


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
    client = client_of("mori@works.example")
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
