"""Deals when their people and companies are merged, parted, erased, late, or their import is killed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mikomi.hub.activity import queries as activity
from mikomi.hub.people import imports, services
from mikomi.hub.people import queries as people
from mikomi.hub.people.deals.placing import place
from mikomi.hub.people.deals.queries import deals_of_company, ends_of_companies, waiting
from mikomi.hub.people.duplicates import merging, parting
from mikomi.hub.people.imports import run_import
from mikomi.hub.people.models import Company, Deal, DealVersion
from mikomi.hub.people.same_companies.merging import merge as merge_companies
from mikomi.hub.people.same_companies.parting import part as part_companies
from tests.hub.people.test_deals import ROWS, SALESFORCE, take, told
from tests.hub.site.world import put_events, put_leads

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = "商談 ID,商談名,取引先名,取引先責任者 メール,フェーズ,金額,完了予定日,作成日\n"


@pytest.fixture
def leads() -> dict[str, int]:
    put_leads(ROWS)
    put_events([("P-2", 425, "page_view", "/pricing")])
    return people.numbers_of(["P-1", "P-2", "P-3"])


def of(lead: int) -> set[str]:
    """The deals that count for a lead."""
    numbers = {one.deal for one in activity.outcomes_of(lead) if one.deal is not None}
    return set(Deal.objects.filter(pk__in=numbers).values_list("key", flat=True))


def test_a_merge_of_people_takes_their_deals_along_and_back(leads: dict[str, int], tmp_path: Path) -> None:
    take(tmp_path, SALESFORCE)
    gone, kept = leads["P-1"], leads["P-2"]
    made = merging.merge(kept, gone)
    assert of(kept) == {"006A", "006B"}
    # The list still names the address of the one that went: it changes, and something new comes.
    later = SALESFORCE.replace('"1,200,000"', "1300000")
    take(
        tmp_path,
        later + "006E,新しい,青木製作所,p-1@works.example,受注,5,2025/11/01,2025/10/20,,\n",
        name="b.csv",
    )
    assert of(kept) == {"006A", "006B", "006E"}
    parting.part(made)
    assert (of(gone), of(kept)) == ({"006A", "006E"}, {"006B"})
    assert ("won", 1_300_000) in told(gone)


def test_a_merge_of_companies_shows_their_deals_together_and_apart(
    leads: dict[str, int], tmp_path: Path
) -> None:
    take(tmp_path, SALESFORCE)
    number = {one.name: one.pk for one in Company.objects.all()}
    kept, gone = number["青木製作所"], number["上田商事"]
    made = merge_companies(kept, gone)
    assert {deal.key for deal in deals_of_company(kept, 9)} == {"006A", "006B", "006C"}
    assert set(ends_of_companies([kept])["result"]) == {"won", "lost"}
    # Nobody is named: while both are one it may be anybody of them.
    line = "006F,のち,上田商事,,受注,5,2025/11/01,2025/10/20\n"
    take(tmp_path, HEAD + line, name="b.csv")
    assert "006F" in of(leads["P-2"])
    part_companies(made.number)
    assert {deal.key for deal in deals_of_company(kept, 9)} == {"006A", "006B"}
    assert {deal.key for deal in deals_of_company(gone, 9)} == {"006C", "006F"}
    assert (of(leads["P-3"]), of(leads["P-2"])) == ({"006C", "006F"}, {"006B"})


def test_a_deal_of_somebody_unknown_waits_with_its_reason_and_is_taken_when_they_come(
    leads: dict[str, int], tmp_path: Path
) -> None:
    lines = [
        "1,人,,late@elsewhere.example,受注,5,2025/11/01,2025/10/20",
        "2,会社,まだない株式会社,,失注,5,2025/11/01,2025/10/20",
    ]
    done = take(tmp_path, HEAD + "\n".join(lines) + "\n")
    assert (done.new, done.waiting) == (2, 2)
    assert [deal.note.ja.partition("まだ")[0] for deal in waiting(9)] == [
        "この名前の会社が",
        "相手のメールアドレスのリードが",
    ]
    arriving = tmp_path / "leads.csv"
    arriving.write_text(
        "lead,メールアドレス,会社名\nZ-1,late@elsewhere.example,遅い商事\nZ-2,z@x.example,まだない㈱\n"
    )
    run_import(arriving, "leads")
    place()
    number = people.numbers_of(["Z-1", "Z-2"])
    assert (of(number["Z-1"]), of(number["Z-2"])) == ({"1"}, {"2"})
    assert not waiting(9)


def test_whoever_comes_back_after_an_erasure_gets_no_deal_of_before(
    leads: dict[str, int], tmp_path: Path
) -> None:
    take(tmp_path, SALESFORCE)
    services.erase([leads["P-1"]])
    versions = DealVersion.objects.filter(deal=Deal.objects.get(key="006A").pk, said__isnull=False)
    assert not any("p-1@works.example" in str(one.said) for one in versions)
    put_leads(ROWS[:1])
    take(tmp_path, SALESFORCE.replace('"1,200,000"', "1300000"), name="b.csv")
    place()
    assert of(people.numbers_of(["P-1"])["P-1"]) == set()
    assert Deal.objects.get(key="006A").waits == "erased"


def test_a_killed_import_is_taken_up_and_neither_loses_nor_doubles(
    leads: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "deals.csv"
    stages = ("提案", "受注")
    lines = [f"{n},商談{n},青木製作所,,{stages[n % 2]},5,2025/11/01,2025/10/20" for n in range(50)]
    file.write_text(HEAD + "\n".join(lines) + "\n")
    monkeypatch.setattr(imports, "ROWS_A_CHUNK", 20)
    advance, calls = imports._advance, iter(range(9))

    def killed(*given: Any) -> None:
        # Its deals are written, but not yet for good.
        if next(calls) == 1:
            raise KeyboardInterrupt
        advance(*given)

    with monkeypatch.context() as cut:
        cut.setattr(imports, "_advance", killed)
        with pytest.raises(KeyboardInterrupt):
            run_import(file, "deals")
    assert Deal.objects.count() == 20
    done = run_import(file, "deals")
    assert (done.resumed, done.new, done.unchanged) == (True, 50, 0)
    assert len(told(leads["P-2"])) == 75
    assert run_import(file, "deals").unchanged == 50
    assert len(told(leads["P-2"])) == 75
