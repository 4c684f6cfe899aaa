"""A merge in every app: lists at once, scores after the worker, and the way back."""

from __future__ import annotations

import re
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mikomi.core.words import MikomiError
from mikomi.hub.accounts.models import User
from mikomi.hub.activity import queries as facts
from mikomi.hub.capture import visitors
from mikomi.hub.capture.models import Visitor
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import moving
from mikomi.hub.people import queries as people
from mikomi.hub.people import services as people_services
from mikomi.hub.people.duplicates import finding, queries
from mikomi.hub.people.duplicates.leads import LEADS
from mikomi.hub.people.models import DuplicatePair, Lead
from mikomi.hub.people.same.queries import merge_count
from mikomi.hub.site import pipeline
from mikomi.hub.site.actions import merge_sure
from mikomi.hub.site.actions.erase_leads import erase_leads
from mikomi.hub.site.actions.merge_leads import merge_leads, part_leads
from mikomi.hub.site.rows import store
from tests.hub.people.duplicates_world import put
from tests.hub.site.world import ON, make_world, origin

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def world(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    monkeypatch.setattr(timezone, "localdate", lambda *_: ON)
    make_world()
    pipeline.score_all(ON)


def total(lead: int) -> float:
    return float(store.read_scores(np.array([lead]), ("total",))["total"][0])


def listed(lead: int) -> bool:
    return len(store.read_scores(np.array([lead]), ("cell",))) == 1


def test_the_one_that_goes_leaves_the_lists_at_once_and_its_doings_count_for_the_other() -> None:
    numbers = people.numbers_of(["L1", "L3"])
    doer, other = numbers["L1"], numbers["L3"]
    count, before = store.row_count(), total(doer)
    number = merge_leads(other, doer)
    assert not listed(doer)
    assert store.row_count() == count - 1
    run_pending()
    assert total(other) > before / 2
    part_leads(number)
    run_pending()
    assert store.row_count() == count
    assert total(doer) == before


def test_scores_are_what_they_were_after_a_merge_and_its_undo() -> None:
    before = store.read_scores(columns=("fit", "engagement", "total"))
    numbers = people.numbers_of(["L1", "L3"])
    number = merge_leads(numbers["L3"], numbers["L1"])
    run_pending()
    part_leads(number)
    run_pending()
    assert np.array_equal(store.read_scores(columns=("fit", "engagement", "total")), before)


def test_a_browser_that_was_joined_meanwhile_goes_back_to_its_own_lead() -> None:
    numbers = people.numbers_of(["L1", "L3"])
    held = Visitor.objects.create(
        source=1, anonymous="a", lead=numbers["L1"], certainty="sure", how="form", first_seen=0, last_seen=0
    )
    key = pl.Series(["visitor:1:a"])
    number = merge_leads(numbers["L3"], numbers["L1"])
    visitors.confirm_linking("森 健太郎", "", timezone.now())
    assert facts.leads_of_keys(key)["lead"].to_list() == [numbers["L3"]]
    part_leads(number)
    assert facts.leads_of_keys(key)["lead"].to_list() == [numbers["L1"]]
    held.refresh_from_db()
    assert held.joined


def test_erasing_a_person_erases_the_leads_that_were_merged_into_it() -> None:
    numbers = people.numbers_of(["L1", "L3"])
    merge_leads(numbers["L3"], numbers["L1"])
    erase_leads([numbers["L3"]])
    assert not Lead.objects.filter(key__in=["L1", "L3"]).exists()
    assert facts.waiting_count() == 0
    assert facts.broken_counters() == 0


def test_the_sure_ones_are_merged_in_bulk_and_contradictions_are_left_out() -> None:
    numbers = put()
    put(
        [
            ("X1", "", "", "desk-1@one.example", "", "", ""),
            ("X2", "南 春", "", "desk-1@one.example", "", "", ""),
        ]
    )
    put([("X3", "東 秋", "", "desk-1@one.example", "", "", "")])
    finding.find_all()
    sure = queries.sure_groups()
    assert {frozenset(group) for group in sure.groups} == {
        frozenset((numbers["A1"], numbers["A2"])),
        frozenset((numbers["B1"], numbers["B2"])),
    }
    assert sure.held == {"names": 1}
    run = merge_sure.ask_merge(None)
    run_pending()
    found = queries.merge_run(run)
    assert found is not None
    assert (found.done, found.leads, found.left) == (2, 2, 0)
    merge_sure.merge_sure(run)
    assert merge_count(LEADS) == 2
    merge_sure.ask_part(run, None)
    run_pending()
    assert merge_count(LEADS) == 0
    assert not Lead.objects.exclude(merged_into=None).exists()


def test_what_was_found_after_it_was_asked_for_is_not_merged() -> None:
    put()
    finding.find_all()
    run = merge_sure.ask_merge(None)
    DuplicatePair.objects.update(found_at=timezone.now() + timedelta(minutes=1))
    run_pending()
    assert queries.merge_run(run).done == 0


def test_a_new_job_holds_from_its_day_and_past_days_stay() -> None:
    number = people.numbers_of(["L1"])["L1"]
    day = ON - timedelta(days=5)
    batch = moving.move_lead(number, "株式会社あたらしい工業", day, {"title": "工場長"})
    before = people.attribute_frame(day - timedelta(days=1), [number]).row(0, named=True)
    after = people.attribute_frame(day, [number]).row(0, named=True)
    assert (before["company"], before["title"]) == ("北浜精機", "部長")
    assert (after["company"], after["title"], after["email"]) == ("株式会社あたらしい工業", "工場長", None)
    moving.take_back(batch)
    back = people.attribute_frame(None, [number]).row(0, named=True)
    assert (back["company"], back["title"], back["email"]) == ("北浜精機", "部長", "l1@works.example")
    with pytest.raises(MikomiError):
        moving.take_back(batch)


def test_a_move_within_a_company_leaves_what_is_not_told() -> None:
    number = people.numbers_of(["L1"])["L1"]
    moving.move_lead(number, "北浜精機", ON, {"department": "営業部"})
    person = people.person(number)
    assert person is not None
    assert (person.attributes["department"], person.attributes["title"]) == ("営業部", "部長")
    with pytest.raises(MikomiError):
        moving.move_lead(number, "なし", ON, {})
    with pytest.raises(MikomiError):
        moving.move_lead(number, "北浜精機", ON, {"department": "営業部"})


def test_merges_and_moves_are_taken_back_from_the_history(client: Client) -> None:
    client.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    numbers = people.numbers_of(["L1", "L3"])
    moving.move_lead(numbers["L1"], "株式会社あたらしい工業", ON, {})
    merge_leads(numbers["L3"], numbers["L1"])
    page = client.get(reverse("site:acts")).content.decode()
    acts = re.findall(r'action="(/duplicates/acts/[0-9]+/undo/)"', page)
    assert len(acts) == 2
    for act in acts:
        assert client.post(act, {"next": reverse("site:acts")}).status_code == 302
    person = people.person(numbers["L1"])
    assert person is not None
    assert person.company == "北浜精機"
    assert "/duplicates/acts/" not in client.get(reverse("site:acts")).content.decode()


def test_pages_refuse_what_is_not_there(client: Client) -> None:
    client.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    number = people.numbers_of(["L1"])["L1"]
    assert client.get(reverse("site:compare", args=[number, 10**9])).status_code == 404
    assert client.get(reverse("site:compare", args=[number, number])).status_code == 404
    assert client.post(reverse("site:part", args=[10**9])).status_code == 302
    assert client.get(reverse("site:merge_run", args=[10**9])).status_code == 404
    assert client.get(reverse("site:part_run", args=[1])).status_code == 405
    people_services.set_value(number, "title", "<b>課長</b>", origin())
    other = people.numbers_of(["L2"])["L2"]
    page = client.get(reverse("site:compare", args=[number, other])).content.decode()
    assert "<b>課長</b>" not in page
