"""Two companies become one and two again; what came since goes where it belongs."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mikomi.core.words import MikomiError
from mikomi.hub.people import company_facts, exclusions, queries, services
from mikomi.hub.people.dated import origin
from mikomi.hub.people.duplicates import finding as same_people
from mikomi.hub.people.models import (
    Change,
    Company,
    CompanyAlias,
    CompanyMerge,
    CompanyPair,
    Exclusion,
    Lead,
    Note,
)
from mikomi.hub.people.notes import notes_of, write_note
from mikomi.hub.people.same_companies import queries as same
from mikomi.hub.people.same_companies.finding import find_same_companies
from mikomi.hub.people.same_companies.merging import merge
from mikomi.hub.people.same_companies.parting import part
from mikomi.hub.people.same_companies.services import forget_company_verdict, tell_companies_apart
from tests.hub.people.test_companies import NUMBER, OTHER_NUMBER, store
from tests.hub.people.test_dated_values import value
from tests.hub.people.test_merging import given_back

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
    (proposal,) = same.company_proposals(None, 0, 10)
    assert (proposal.kept.number, proposal.gone.number) == (one, two)
    assert [told.code for told in proposal.reasons] == ["same_name", "other_side", "same_domain"]
    tell_companies_apart(two, one)
    assert find_same_companies() == 0
    assert same.company_verdict_count() == 1
    forget_company_verdict(one, two)
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
    tell_companies_apart(one, two)
    merge(three, two)
    services.set_value(Lead.objects.get(key="a").pk, "corporate_number", NUMBER, origin("page"))
    Company.objects.filter(pk=three).update(attributes={"corporate_number": NUMBER})
    assert find_same_companies() == 0


NAMES = ["株式会社北浜精機", "北浜精機株式会社", "北浜精機", "有限会社南浜", "南浜"]
PLACES = st.integers(0, len(NAMES) - 1)
FIELDS = ("industry", "employees", "corporate_number")
VALUES = {
    "industry": st.sampled_from(["", "製造業", "食品"]),
    "employees": st.sampled_from(["", "50", "300〜999"]),
    "corporate_number": st.sampled_from(["", NUMBER, OTHER_NUMBER]),
}


def snapshot() -> dict[str, object]:
    """All that a merge of companies touches."""
    return {
        "companies": list(
            Company.objects.order_by("pk").values_list("pk", "key", "name", "attributes", "merged_into")
        ),
        "aliases": sorted(CompanyAlias.objects.values_list("key", "company", "name", "added_at")),
        "leads": list(Lead.objects.order_by("pk").values_list("pk", "attributes", "company")),
        "history": sorted(map(repr, Change.objects.values_list("pk", "scope", "subject", "values"))),
        "notes": sorted(Note.objects.values_list("pk", "subject", "written_of")),
        "exclusions": sorted(Exclusion.objects.values_list("value", "reason")),
    }


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(
        st.tuples(PLACES, *VALUES.values(), st.sampled_from([None, 0, 400])), min_size=3, max_size=8
    ),
    notes=st.sets(PLACES, max_size=3),
    merges=st.lists(st.tuples(PLACES, PLACES, st.none() | st.sets(st.sampled_from(FIELDS))), max_size=5),
    order=st.randoms(use_true_random=False),
)
def test_merges_taken_back_in_any_order_leave_what_was_there(rows, notes, merges, order) -> None:
    with given_back():
        for at, (place, *values, day) in enumerate(rows):
            told = {f: v for f, v in zip(FIELDS, values, strict=True) if v}
            since = None if day is None else dt.date(2024, 1, 1) + dt.timedelta(days=day)
            store({"lead": f"L{at}", "company": NAMES[place], **told}, at=origin("file", known_from=since))
        numbers = list(Company.objects.order_by("pk").values_list("pk", flat=True))
        for place in notes:
            number = numbers[place % len(numbers)]
            write_note("company", number, "メモ", None)
            exclusions.exclude("customer", "company", str(number))
        before = snapshot()
        for one, two, take in merges:
            try:
                merge(numbers[one % len(numbers)], numbers[two % len(numbers)], take)
            except MikomiError:
                continue
        gone = Company.objects.exclude(merged_into=None).values_list("pk", flat=True)
        assert not Lead.objects.filter(company__in=gone).exists()
        while left := list(CompanyMerge.objects.filter(undone_at=None).values_list("pk", flat=True)):
            order.shuffle(left)
            undone = 0
            for number in left:
                try:
                    part(number)
                    undone += 1
                except MikomiError:
                    continue  # it has to wait for one that was made later
            assert undone
        assert snapshot() == before
