"""Who is kept out of what: by whom, how far it reaches, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from django.test import Client

from mikomi.core.words import MikomiError
from mikomi.hub.accounts.models import User
from mikomi.hub.kit import temperature as levels
from mikomi.hub.people import exclusions
from mikomi.hub.people import queries as people
from mikomi.hub.people.exclusions import EFFECTS
from mikomi.hub.scores import effects
from mikomi.hub.scores import queries as scores
from mikomi.hub.scores.ground import ground
from mikomi.hub.site import pipeline
from mikomi.hub.site.lists.pages import rows_of
from mikomi.hub.site.rows import cells, kept_out
from tests.hub.site.world import ON, make_world, put_leads

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(tmp_path, settings) -> None:
    settings.DATA_FOLDER = tmp_path
    make_world()
    pipeline.score_all(ON)


@pytest.fixture
def client() -> Client:
    browser = Client(headers={"accept-language": "ja"})
    browser.force_login(User.objects.create_user("mori@office.example", name="森 健太郎"))
    return browser


def number(key: str) -> int:
    return people.numbers_of([key])[key]


def company(key: str) -> str:
    person = people.person(number(key))
    assert person is not None
    return str(person.company_number)


def kept(effect: str) -> set[str]:
    frame = exclusions.excluded_frame()
    every = people.attribute_frame().select("number", "lead")
    return set(every.join(frame.filter(pl.col(effect)), on="number")["lead"])


def hot() -> set[str]:
    rows = rows_of(people.attribute_frame()["number"].to_list())
    return {row.key for row in rows if row.heat == levels.HOT}


def test_a_lead_a_company_and_a_domain_reach_as_far_as_they_say() -> None:
    exclusions.exclude("competitor", "lead", str(number("L6")))
    assert kept("hot") == {"L6"}
    exclusions.exclude("competitor", "company", company("L1"))
    assert kept("hot") == {"L1", "L2", "L3", "L6"}
    exclusions.exclude("competitor", "domain", "WORKS.example")
    assert len(kept("hot")) == 8


def test_a_domain_reaches_what_is_below_it_and_nothing_that_only_ends_alike() -> None:
    exclusions.exclude("own", "domain", "orks.example")
    assert kept("hot") == set()


@pytest.mark.parametrize("domain", ["gmail.com", "docomo.ne.jp", "", "works", "a b.example"])
def test_what_everybody_can_have_mail_at_is_no_domain_to_exclude(domain: str) -> None:
    with pytest.raises(MikomiError):
        exclusions.exclude("competitor", "domain", domain)


def test_each_reason_keeps_out_of_what_it_says_unless_told_otherwise() -> None:
    exclusions.exclude("no_calls", "lead", str(number("L1")))
    exclusions.exclude("customer", "lead", str(number("L2")), ["mail"])
    assert {effect: kept(effect) for effect in EFFECTS} == {
        "hot": set(),
        "today": {"L1"},
        "mail": {"L2"},
        "learning": set(),
        "counts": set(),
    }


def test_several_exclusions_add_up() -> None:
    exclusions.exclude("no_calls", "lead", str(number("L1")))
    exclusions.exclude("competitor", "company", company("L1"), ["mail"])
    row = exclusions.excluded_frame([number("L1")]).row(0, named=True)
    assert (row["today"], row["mail"], row["hot"]) == (True, True, False)
    assert row["reasons"] == "competitor,no_calls"


def test_who_is_kept_out_is_never_hot_and_keeps_the_score() -> None:
    assert "L1" in hot()
    before = rows_of([number("L1")])[0]
    exclusions.exclude("competitor", "lead", str(number("L1")))
    pipeline.score_touched(ON)
    after = rows_of([number("L1")])[0]
    assert "L1" not in hot()
    assert (after.total, after.fit, after.engagement) == (before.total, before.fit, before.engagement)
    assert kept_out.kept_from_hot(10) == (1, [number("L1")])
    pipeline.score_all(ON)
    assert "L1" not in hot()


def test_an_exclusion_that_ends_gives_everything_back() -> None:
    counted = cells.counted_heats()
    held = exclusions.exclude("competitor", "company", company("L1"))
    pipeline.score_touched(ON)
    assert sum(cells.counted_heats().values()) == sum(counted.values()) - 3
    exclusions.end_exclusion(held)
    pipeline.score_touched(ON)
    assert "L1" in hot()
    assert cells.counted_heats() == counted
    assert kept_out.kept_from_hot(10) == (0, [])


def test_a_new_colleague_is_kept_out_like_the_company() -> None:
    exclusions.exclude("competitor", "company", company("L1"))
    put_leads([("L9", "新田 葵", "ニッタ アオイ", "北浜精機", "部長", "製造業")])
    assert "L9" in kept("hot")


def test_the_same_exclusion_again_changes_what_there_is() -> None:
    first = exclusions.exclude("competitor", "lead", str(number("L1")))
    assert exclusions.exclude("competitor", "lead", str(number("L1")), ["mail"]) == first
    assert kept("hot") == set()


def test_a_press_on_the_leads_page_keeps_a_company_out_everywhere_it_shows(client: Client) -> None:
    page = client.get(f"/leads/{number('L1')}/exclude/").content.decode()
    assert "北浜精機" in page
    assert "works.example" in page
    done = client.post(
        f"/leads/{number('L1')}/exclude/", {"reason": "customer", "target": "company"}, follow=True
    ).content.decode()
    pipeline.score_touched(ON)
    assert "除外しました" in done
    lead = client.get(f"/leads/{number('L1')}/").content.decode()
    assert "既存顧客" in lead
    assert "点数はホットに届いています" in lead
    assert "営業担当が決まっていません" in lead
    assert "既存顧客" in client.get("/leads/").content.decode()
    hot_page = client.get("/hot/").content.decode()
    assert "ほかに1人を、除外しているので" in hot_page
    assert "三宅" not in hot_page
    listed = client.get("/settings/exclusions/").content.decode()
    assert "除外していなければホットの人" in listed
    assert "三宅" in listed


def test_ending_and_taking_the_end_back(client: Client) -> None:
    held = exclusions.exclude("competitor", "domain", "works.example")
    client.post(f"/settings/exclusions/{held}/end/")
    assert kept("hot") == set()
    client.post(f"/settings/exclusions/{held}/resume/")
    assert len(kept("hot")) == 8
    assert client.post(f"/settings/exclusions/{held}/resume/").status_code == 404


def test_a_domain_is_excluded_from_the_page_and_refused_in_words(client: Client) -> None:
    answer = client.post("/settings/exclusions/add/", {"reason": "vendor", "domain": "gmail.com"})
    assert answer.status_code == 422
    assert "だれでも使えるメールです" in answer.content.decode()
    client.post("/settings/exclusions/add/", {"reason": "vendor", "domain": "works.example"})
    assert len(kept("mail")) == 8


def test_an_owner_takes_over_who_is_a_customer_already(client: Client) -> None:
    client.post(f"/leads/{number('L1')}/value/?field=owner", {"value": "森 健太郎"})
    exclusions.exclude("customer", "lead", str(number("L1")))
    assert "営業担当の森 健太郎さんに任せます" in client.get(f"/leads/{number('L1')}/").content.decode()


def test_a_preview_of_the_score_counts_the_hot_ones_as_the_list_does() -> None:
    exclusions.exclude("competitor", "company", company("L1"))
    pipeline.score_touched(ON)
    model = scores.published()
    assert model is not None
    standing_ground = replace(ground(), day=ON)
    assert effects.hot_count(model.model, standing_ground) == cells.heat_counts()[levels.HOT]
