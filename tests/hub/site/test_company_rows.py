"""The kept counts of companies say what the rows of their people say, whatever happened to these."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone

from mikomi.hub.people import queries as people
from mikomi.hub.people import services, trash
from mikomi.hub.people.dated import origin
from mikomi.hub.site import pipeline
from mikomi.hub.site.actions.erase_leads import erase_leads
from mikomi.hub.site.actions.merge_companies import merge_companies, part_companies
from mikomi.hub.site.actions.take_out import take_out
from mikomi.hub.site.lists.companies import company_list, read
from mikomi.hub.site.models import CompanyRow, LeadRow, LeadScore
from mikomi.hub.site.rows import companies
from mikomi.hub.site.temperature import COLDEST_HOT_RANK
from tests.hub.site.world import LEADS, ON, make_world, put_events, put_leads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def world(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    make_world()
    pipeline.score_all(ON)


def number(key: str) -> int:
    return people.numbers_of([key])[key]


def kept() -> set[tuple]:
    return set(
        CompanyRow.objects.values_list("company_id", "name", "leads", "hot", "rank", "best", "last_day")
    )


def counted() -> set[tuple]:
    """The same, one company after the other."""
    scores = {score.lead_id: score for score in LeadScore.objects.all()}
    found = set()
    for company in set(LeadRow.objects.exclude(company_id=None).values_list("company_id", "company")):
        mine = [scores[row.lead_id] for row in LeadRow.objects.filter(company_id=company[0])]
        best = min(mine, key=lambda score: (score.rank, score.key))
        hot = sum(score.rank <= COLDEST_HOT_RANK for score in mine)
        found.add((*company, len(mine), hot, best.rank, best.lead_id, max(score.last_day for score in mine)))
    alone = people.companies_there().filter(~pl.col("company_id").is_in([one[0] for one in found]))
    return found | {(number, name, 0, 0, companies.NOBODY, 0, 0) for number, name in alone.iter_rows()}


def test_it_works() -> None:
    assert kept() == counted()
    assert {row[1]: row[2] for row in kept()} == {
        "北浜精機": 3, "東亜樹脂工業": 2, "タカセ金型": 1, "瀬戸内フーズ": 1,
    }  # fmt: skip
    assert CompanyRow.objects.get(name="北浜精機").best == number("L1")


def test_after_people_came_moved_and_did_something() -> None:
    put_leads(
        [("L9", "原 学", "", "（株）瀬戸内フーズ", "", "食品"), ("L5", "高瀬 誠一", "", "北浜精機", "", "")]
    )
    put_events([("L6", 0, "download", "doc/guide"), ("L8", 0, "page_view", "/pricing")])
    pipeline.score_touched(ON)
    assert kept() == counted()
    # Nobody is left at the company that one person moved away from.
    assert CompanyRow.objects.get(name="タカセ金型").leads == 0


def test_after_people_went_away() -> None:
    trash.put_in_trash([number("L1")], timezone.now(), None)
    take_out(np.array([number("L1")]))
    assert kept() == counted()
    pipeline.score_touched(ON)
    assert kept() == counted()
    trash.restore([number("L1")])
    pipeline.score_touched(ON)
    assert kept() == counted()
    assert CompanyRow.objects.get(name="北浜精機").leads == 3
    erase_leads([number("L6")])
    assert kept() == counted()
    assert CompanyRow.objects.get(name="瀬戸内フーズ").leads == 0


def test_a_company_that_came_without_people_is_listed_last_and_found() -> None:
    services.upsert_companies(pl.DataFrame({"company": ["株式会社あおば精密"]}), origin("page"))
    pipeline.score_touched(ON)
    assert kept() == counted()
    found = company_list(read(QueryDict("q=あおば"), size=10))
    assert [(row.name, row.leads, row.best) for row in found.rows] == [("株式会社あおば精密", 0, 0)]
    assert company_list(read(QueryDict(""), size=10)).rows[-1].leads == 0


def test_companies_that_are_made_one_are_one_in_the_list_at_once() -> None:
    before = kept()
    one, two = (CompanyRow.objects.get(name=name) for name in ("北浜精機", "タカセ金型"))
    made = merge_companies(one.company_id, two.company_id)
    assert kept() == counted()
    assert CompanyRow.objects.get(name="北浜精機").leads == one.leads + two.leads
    pipeline.score_touched(ON)
    assert kept() == counted()
    part_companies(made)
    assert kept() == counted()
    pipeline.score_touched(ON)
    assert kept() == before


def test_many_at_once_are_counted_as_few_are(monkeypatch) -> None:
    monkeypatch.setattr(companies, "MANY", 0)
    put_events([(lead[0], 0, "page_view", "/pricing") for lead in LEADS])
    pipeline.score_all(ON)
    assert kept() == counted()
    CompanyRow.objects.all().delete()
    pipeline.score_all(ON)
    assert kept() == counted()


def test_names_sort_without_their_legal_form() -> None:
    put_leads([("L9", "原 学", "", "株式会社 アオキ製作", "", "")])
    pipeline.score_touched(ON)
    row = CompanyRow.objects.get(name__contains="アオキ")
    assert row.sort == "アオキ製作"
    assert "株式会社" in row.text
