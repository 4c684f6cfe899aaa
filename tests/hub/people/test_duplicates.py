"""Pairs that are stored: the same by every way of looking, kept up to date, and never proposed twice."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from django.utils import timezone

from mikomi.core.matching.levels import Level
from mikomi.hub.people.duplicates import finding, keys, queries
from mikomi.hub.people.duplicates.leads import LEADS
from mikomi.hub.people.models import DuplicatePair, Lead
from mikomi.hub.people.same.queries import proposals
from tests.hub.people.duplicates_world import put

pytestmark = pytest.mark.django_db(transaction=True)


def stored() -> set[tuple[int, int, int]]:
    return set(DuplicatePair.objects.filter(verdict="").values_list("low", "high", "level"))


def names(numbers: dict[str, int]) -> set[tuple[str, str]]:
    called = {number: key for key, number in numbers.items()}
    return {(called[low], called[high]) for low, high, _ in stored()}


def test_it_works() -> None:
    numbers = put()
    found = finding.find_all()
    assert names(numbers) == {("A1", "A2"), ("B1", "B2"), ("C1", "C2")}
    assert (found.leads, found.pairs) == (9, 3)
    pair = DuplicatePair.objects.get(low=numbers["A1"], high=numbers["A2"])
    assert pair.level == Level.SURE
    assert pair.reasons[0] == "same_mail"


def test_a_name_alone_is_no_pair() -> None:
    numbers = put([("D1", "森下 薫", "", "", "", "", ""), ("D2", "森下 薫", "", "", "", "", "")])
    finding.find_all()
    assert names(numbers) == set()


def test_proposals_come_surest_first_each_with_its_reasons() -> None:
    numbers = put(
        [
            ("E1", "海野 真", "", "umino@kaigan.example", "", "", ""),
            ("E2", "海野 真", "", "umino@kaigan.example", "", "", ""),
            ("F1", "山名 恵", "", "", "090-1234-5611", "株式会社港南樹脂", ""),
            ("F2", "山名 恵", "", "", "090-1234-5611", "北浜精機株式会社", ""),
            ("G1", "野々村 学", "", "", "", "株式会社みどり機械", ""),
            ("G2", "野々村　学", "", "", "", "（株）みどり機械", ""),
            ("H1", "斎藤 健一", "", "", "", "有限会社やまなみ", ""),
            ("H2", "斉藤 健一", "", "", "", "有限会社やまなみ", ""),
            ("J1", "川北 一郎", "カワキタ イチロウ", "", "", "合同会社となり", ""),
            ("J2", "川喜多 一朗", "カワキタ イチロウ", "", "", "合同会社となり", ""),
        ]
    )
    finding.find_all()
    called = {number: key for key, number in numbers.items()}
    found = [
        (called[one.kept.number], one.level, {told.code for told in one.reasons})
        for one in proposals(LEADS, None, 0, 9)
    ]
    assert found == [
        ("E1", Level.SURE, {"same_mail", "same_name", "same_domain"}),
        ("F1", Level.LIKELY, {"same_phone", "same_name", "other_company"}),
        ("G1", Level.LIKELY, {"same_name", "same_company"}),
        ("H1", Level.LIKELY, {"alike_name", "same_company"}),
        ("J1", Level.MAYBE, {"same_kana", "same_company"}),
    ]


def test_one_person_at_a_company_written_with_its_form_on_either_side_is_proposed_and_never_sure() -> None:
    numbers = put(
        [
            ("K1", "三浦 仁美", "", "", "", "株式会社エービーシー", ""),
            ("K2", "三浦 仁美", "", "", "", "エービーシー株式会社", ""),
            ("K3", "三浦 仁美", "", "", "", "有限会社エービーシー", ""),
            ("K4", "別所 実", "", "", "", "エービーシー株式会社", ""),
        ]
    )
    assert len(set(Lead.objects.filter(key__in=["K1", "K2"]).values_list("company_id", flat=True))) == 2
    finding.find_all()
    assert stored() == {(numbers["K1"], numbers["K2"], Level.MAYBE)}
    assert "like_company" in DuplicatePair.objects.get().reasons
    assert finding.match_one(numbers["K2"]).select("first", "second").rows() == [
        (numbers["K1"], numbers["K2"])
    ]
    assert queries.sure_groups().groups == ()


def test_pairs_that_are_none_any_more_go() -> None:
    numbers = put()
    finding.find_all()
    put([("A2", "別人 次郎", "", "jiro@midori.example", "03-5555-0102", "", "")])
    finding.find_touched()
    assert ("A1", "A2") not in names(numbers)
    assert ("B1", "B2") in names(numbers)


def test_what_was_told_not_to_be_the_same_is_never_proposed_again() -> None:
    numbers = put()
    finding.find_all()
    DuplicatePair.objects.filter(low=numbers["A1"]).update(verdict="not_same", decided_at=timezone.now())
    put([("A2", "青葉 太郎", "アオバ タロウ", "", "", "", "部長")])
    for look in (finding.find_touched, finding.find_all, lambda: finding.find_for([numbers["A2"]])):
        look()
        assert ("A1", "A2") not in names(numbers)


def test_leads_that_are_out_are_in_no_pair() -> None:
    numbers = put()
    finding.find_all()
    Lead.objects.filter(key="A2").update(trashed_at=timezone.now())
    Lead.objects.filter(key="B2").update(merged_into=numbers["B1"])
    finding.find_all()
    assert names(numbers) == {("C1", "C2")}


def population(count: int, seed: int) -> list[tuple[str, ...]]:
    """Leads that share addresses, phones, names and companies far more often than people do."""
    draw = np.random.default_rng(seed)

    def some(values: list[str]) -> list[str]:
        return [values[i] for i in draw.integers(0, len(values), count)]

    name = some(
        ["青葉 太郎", "青葉太郎", "青葉 大郎", "白川 花", "白川", "斎藤 実", "斉藤 実", "Lee Kim", ""]
    )
    kana = some(["", "", "アオバ タロウ", "シラカワ ハナ", "サイトウ ミノル"])
    mail = some(["", *[f"p{n}@c{n % 4}.example" for n in range(count // 2)], "info@c1.example"])
    phone = some(["", "", *[f"03-5555-{n:04d}" for n in range(count // 2)]])
    company = some(
        [
            "",
            "北浜精機",
            "株式会社北浜精機",
            "（株）北浜精機",
            "北浜精機株式会社",
            "港南樹脂有限会社",
            "みどり機械",
        ]
    )
    rows = zip(name, kana, mail, phone, company, strict=True)
    return [(f"P{n}", *row, "") for n, row in enumerate(rows)]


@pytest.mark.parametrize("seed", range(3))
def test_one_some_and_all_leads_give_the_same_pairs(seed: int) -> None:
    numbers = list(put(population(60, seed)).values())
    finding.find_all()
    every = stored()
    assert len(every) > 20
    frame = pl.DataFrame(sorted(every), schema=["first", "second", "level"], orient="row")
    for number in numbers:
        mine = frame.filter((pl.col("first") == number) | (pl.col("second") == number))
        one = finding.match_one(number).select("first", "second", "level")
        assert set(one.iter_rows()) == set(mine.iter_rows())
    DuplicatePair.objects.all().delete()
    finding.find_for(numbers[:20])
    ours = set(numbers[:20])
    assert stored() == {pair for pair in every if ours & {pair[0], pair[1]}}


def test_keys_are_written_only_where_they_changed() -> None:
    numbers = put()
    assert len(keys.store_keys(keys.keys_of_leads())) == len(numbers)
    assert len(keys.store_keys(keys.keys_of_leads())) == 0
    put([("A2", "", "", "", "03-5555-0109", "", "")])
    assert keys.store_keys(keys.keys_of_leads()).to_list() == [numbers["A2"]]
