"""Two companies become one and two again; what came since goes where it belongs."""

from __future__ import annotations

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps

from mikomi.core.words import MikomiError
from mikomi.hub.people import company_facts, exclusions, queries, services
from mikomi.hub.people.dated import origin
from mikomi.hub.people.duplicates import finding as same_people
from mikomi.hub.people.duplicates import merging as same_persons
from mikomi.hub.people.duplicates import parting as parting_persons
from mikomi.hub.people.models import Company, CompanyMerge, CompanyPair, Lead
from mikomi.hub.people.notes import notes_of, write_note
from mikomi.hub.people.same import queries as same
from mikomi.hub.people.same.deciding import forget_verdict, tell_apart
from mikomi.hub.people.same_companies.companies import COMPANIES
from mikomi.hub.people.same_companies.finding import find_same_companies
from mikomi.hub.people.same_companies.merging import merge
from mikomi.hub.people.same_companies.parting import part
from tests.hub.people.test_companies import NUMBER, store
from tests.hub.people.test_dated_values import value

pytestmark = pytest.mark.django_db(transaction=True)
ONE, TWO = "株式会社北浜精機", "北浜精機株式会社"


def company(name: str) -> int:
    return Company.objects.get(name=name).pk


def put() -> tuple[int, int]:
    store(
        {"lead": "a", "company": ONE, "email": "a@kitahama.example", "industry": "製造業"},
        {"lead": "b", "company": TWO, "email": "b@kitahama.example", "employees": "120"},
    )
    return company(ONE), company(TWO)


def people_of(number: int) -> set[str]:
    return set(Lead.objects.filter(company=number).values_list("key", flat=True))


def test_it_works() -> None:
    one, two = put()
    merged = merge(one, two)
    assert people_of(one) == {"a", "b"}
    assert queries.company(two) is None
    assert company_facts.other_names(one) == [TWO]
    assert value("a", "employees") == value("b", "employees") == "120"
    assert value("b", "industry") == "製造業"
    part(merged.number)
    assert (people_of(one), people_of(two)) == ({"a"}, {"b"})
    assert value("a", "employees") is None
    assert company_facts.other_names(one) == []


def test_a_merge_of_an_earlier_version_is_taken_back_too() -> None:
    one, two = put()
    merged = merge(one, two)
    stored = CompanyMerge.objects.get(pk=merged.number)
    stored.before["leads"] = [int(lead) for lead in stored.before["leads"]]
    stored.save()
    import_module("mikomi.hub.people.migrations.0011_names_in_company_merges").name_leads(apps, None)
    part(merged.number)
    assert (people_of(one), people_of(two)) == ({"a"}, {"b"})


def test_dates_come_with_what_only_the_other_one_knew() -> None:
    one, two = put()
    later = origin("page", known_from=dt.date(2025, 4, 1))
    services.set_value(Lead.objects.get(key="b").pk, "employees", "150", later)
    merge(one, two)
    frame = queries.attribute_frame(dt.date(2025, 3, 31))
    assert set(frame["employees"]) == {"120"}
    assert set(queries.attribute_frame(dt.date(2025, 4, 1))["employees"]) == {"150"}


def test_a_value_that_both_know_is_the_kept_ones_unless_chosen() -> None:
    store(
        {"lead": "a", "company": ONE, "employees": "100"}, {"lead": "b", "company": TWO, "employees": "120"}
    )
    one, two = company(ONE), company(TWO)
    part(merge(one, two).number)
    merged = merge(one, two, ["employees"])
    assert value("a", "employees") == "120"
    part(merged.number)
    assert (value("a", "employees"), value("b", "employees")) == ("100", "120")


def test_both_names_lead_to_the_one_that_stays_until_it_is_taken_back() -> None:
    one, two = put()
    merged = merge(one, two)
    store({"lead": "c", "company": TWO}, {"lead": "d", "company": ONE}, {"lead": "e", "company": "北浜精機"})
    assert people_of(one) == {"a", "b", "c", "d", "e"}
    services.set_value(Lead.objects.get(key="b").pk, "company", ONE, origin("page"))
    part(merged.number)
    assert people_of(two) == {"c"}
    assert people_of(one) == {"a", "b", "d", "e"}


def test_one_corporate_number_finds_the_one_that_stays() -> None:
    store({"lead": "a", "company": ONE}, {"lead": "b", "company": TWO, "corporate_number": NUMBER})
    one, two = company(ONE), company(TWO)
    merged = merge(one, two)
    assert company_facts.with_corporate_number(NUMBER) == [one]
    store({"lead": "c", "company": "キタハマ株式会社", "corporate_number": NUMBER})
    assert people_of(one) == {"a", "b", "c"}
    part(merged.number)
    assert company_facts.with_corporate_number(NUMBER) == [two]


def test_notes_move_and_say_of_whom_they_were() -> None:
    one, two = put()
    number = write_note("company", two, "折り返し", None)
    merged = merge(one, two)
    late = write_note("company", two, "あとで", None)
    assert [(n.number, n.former) for n in notes_of("company", one)] == [(late, TWO), (number, TWO)]
    part(merged.number)
    assert [n.number for n in notes_of("company", two)] == [number]


def test_an_exclusion_of_the_one_that_goes_holds_for_all_of_the_one_that_stays() -> None:
    one, two = put()
    held = exclusions.exclude("competitor", "company", str(two))
    merged = merge(one, two)
    assert exclusions.excluded_frame()["number"].len() == 2
    assert [one.number for one in exclusions.exclusions_of(Lead.objects.get(key="a").pk)] == [held]
    part(merged.number)
    assert exclusions.excluded_frame()["number"].to_list() == [Lead.objects.get(key="b").pk]


def test_what_somebody_wrote_since_stays_and_is_said() -> None:
    one, two = put()
    merged = merge(one, two)
    services.set_value(Lead.objects.get(key="b").pk, "employees", "130", origin("手で変更"))
    parted = part(merged.number)
    assert (value("a", "employees"), value("b", "employees")) == ("130", "120")
    assert any("従業員" in words.ja for words in parted.left)


def test_a_chain_is_taken_back_from_its_end() -> None:
    one, two = put()
    store({"lead": "c", "company": "株式会社南浜"})
    three = company("株式会社南浜")
    inner, outer = merge(one, two), merge(three, one)
    assert people_of(three) == {"a", "b", "c"}
    store({"lead": "d", "company": TWO})
    assert people_of(three) == {"a", "b", "c", "d"}
    with pytest.raises(MikomiError, match="first"):
        part(inner.number)
    part(outer.number)
    part(inner.number)
    assert (people_of(one), people_of(two), people_of(three)) == ({"a"}, {"b", "d"}, {"c"})


def test_it_is_refused_twice_and_with_itself() -> None:
    one, two = put()
    with pytest.raises(MikomiError):
        merge(one, one)
    merged = merge(one, two)
    with pytest.raises(MikomiError):
        merge(one, two)
    part(merged.number)
    with pytest.raises(MikomiError, match="already"):
        part(merged.number)


def test_proposals_are_kept_decided_and_forgotten() -> None:
    one, two = put()
    same_people.find_all()
    assert find_same_companies() == 1
    (proposal,) = same.proposals(COMPANIES, None, 0, 10)
    assert (proposal.kept.number, proposal.gone.number) == (one, two)
    assert [told.code for told in proposal.reasons] == ["same_name", "other_side", "same_domain"]
    tell_apart(COMPANIES, two, one)
    assert find_same_companies() == 0
    assert same.told_apart_count(COMPANIES) == 1
    forget_verdict(COMPANIES, one, two)
    assert find_same_companies() == 1
    merge(one, two)
    assert not CompanyPair.objects.exists()
    assert find_same_companies() == 0


def test_not_the_same_holds_for_the_one_that_a_merge_put_in_its_place() -> None:
    store(
        {"lead": "a", "company": ONE},
        {"lead": "b", "company": TWO},
        {"lead": "c", "company": "株式会社南浜樹脂"},
    )
    one, two, three = company(ONE), company(TWO), company("株式会社南浜樹脂")
    tell_apart(COMPANIES, one, two)
    merge(three, two)
    services.set_value(Lead.objects.get(key="a").pk, "corporate_number", NUMBER, origin("page"))
    Company.objects.filter(pk=three).update(attributes={"corporate_number": NUMBER})
    assert find_same_companies() == 0


def test_whoever_was_there_by_a_merge_of_people_stays_with_its_own_company() -> None:
    one, two = put()
    numbers = queries.numbers_of(["a", "b"])
    persons = same_persons.merge(numbers["a"], numbers["b"], ["company"])
    merged = merge(one, two)
    parting_persons.part(persons)
    part(merged.number)
    assert (people_of(one), people_of(two)) == ({"a"}, {"b"})
