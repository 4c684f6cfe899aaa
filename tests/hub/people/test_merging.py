"""Two leads become one and two again; everything comes back, and later facts go where they belong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from django.utils import timezone

from mikomi.core.words import MikomiError
from mikomi.hub.activity import queries as facts
from mikomi.hub.activity import services as activity
from mikomi.hub.people import queries as people
from mikomi.hub.people import services
from mikomi.hub.people.dated import origin
from mikomi.hub.people.duplicates.merging import merge
from mikomi.hub.people.duplicates.parting import part
from mikomi.hub.people.models import Exclusion, Lead, LeadTag, Note, Scope, Tag
from tests.hub.people.duplicates_world import put

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 1, 3, tzinfo=UTC)


def see(rows: list[tuple[str, int, str]]) -> None:
    """Events: lead, days after `NOON`, content."""
    if not rows:
        return
    activity.record_events(
        pl.DataFrame(
            {
                "lead": [row[0] for row in rows],
                "at": [NOON + timedelta(days=row[1]) for row in rows],
                "kind": ["page_view"] * len(rows),
                "content": [row[2] for row in rows],
                "automated": [False] * len(rows),
            },
            schema_overrides={"lead": pl.String, "at": pl.Datetime("us", "UTC"), "content": pl.String},
        )
    )


def counts(*leads: int) -> list[int]:
    found = facts.event_counts(leads)
    return [found.get(lead, 0) for lead in leads]


def attributes(lead: int) -> dict[str, str]:
    return Lead.objects.get(pk=lead).attributes


def test_it_works() -> None:
    numbers = put()
    one, two = numbers["A1"], numbers["A2"]
    see([("A1", 1, "/a"), ("A2", 2, "/b"), ("A2", 3, "/c")])
    number = merge(one, two, ["phone", "company"])
    assert counts(one, two) == [3, 0]
    assert attributes(one)["phone"] == "03-5555-0101"
    assert attributes(one)["title"] == "課長"
    part(number)
    assert counts(one, two) == [1, 2]
    assert "phone" not in attributes(one)


def test_the_other_address_is_kept_and_leads_to_the_one_that_stays() -> None:
    numbers = put()
    one, two = numbers["B1"], numbers["B2"]
    merge(one, two)
    assert attributes(one)["email"] == "shirakawa@minato.example"
    assert attributes(one)["email_other"] == "hana@free.example"
    assert people.find_by_email("hana@free.example") == [one]


def test_addresses_that_differ_in_case_alone_are_one() -> None:
    numbers = put()
    merge(numbers["A1"], numbers["A2"])
    assert "email_other" not in attributes(numbers["A1"])


def test_what_comes_under_the_old_key_goes_to_the_one_that_stays_and_back_with_an_undo() -> None:
    numbers = put()
    one, two = numbers["A1"], numbers["A2"]
    number = merge(one, two)
    see([("A2", 5, "/later")])
    put([("A2", "青葉 太郎", "", "", "", "", "部長")], "次の名簿.csv")
    assert people.numbers_of(["A2"]) == {"A2": one}
    assert counts(one, two) == [1, 0]
    assert attributes(one)["title"] == "部長"
    parted = part(number)
    assert counts(one, two) == [0, 1]
    assert any("役職" in words.ja for words in parted.left)
    assert people.numbers_of(["A2"]) == {"A2": two}


def test_both_keys_of_a_merged_lead_in_one_file_are_one_lead() -> None:
    numbers = put()
    merge(numbers["A1"], numbers["A2"])
    put([("A1", "", "", "", "", "", "部長"), ("A2", "", "", "", "", "", "本部長")])
    assert attributes(numbers["A1"])["title"] == "本部長"
    assert Lead.objects.count() == len(numbers)


def test_tags_notes_and_exclusions_move_and_come_back() -> None:
    numbers = put()
    one, two = numbers["A1"], numbers["A2"]
    now = timezone.now()
    tag = Tag.objects.create(key="展示会", name="展示会", at=now)
    LeadTag.objects.create(lead=two, tag=tag.pk, at=now)
    note = Note.objects.create(scope=Scope.LEAD, subject=two, written_of=two, text="折り返し", at=now)
    Exclusion.objects.create(reason="rival", target="lead", value=str(two), keeps_out=["hot"], at=now)
    number = merge(one, two)
    assert LeadTag.objects.filter(lead=one, tag=tag.pk).exists()
    assert Note.objects.get(pk=note.pk).subject == one
    assert Exclusion.objects.filter(value=str(one), ended_at=None).exists()
    part(number)
    assert set(LeadTag.objects.values_list("lead", flat=True)) == {two}
    assert Note.objects.get(pk=note.pk).subject == two
    assert set(Exclusion.objects.values_list("value", flat=True)) == {str(two)}


def test_what_somebody_wrote_since_stays_and_is_said() -> None:
    numbers = put()
    one, two = numbers["A1"], numbers["A2"]
    number = merge(one, two, ["phone"])
    services.set_value(one, "phone", "03-5555-0199", origin("手で変更"))
    parted = part(number)
    assert attributes(one)["phone"] == "03-5555-0199"
    assert any("電話" in words.ja for words in parted.left)
    assert attributes(two)["phone"] == "03-5555-0101"


def test_a_chain_is_taken_back_from_its_end() -> None:
    numbers = put()
    a, b, c = numbers["A1"], numbers["A2"], numbers["B1"]
    see([("A1", 1, "/a"), ("A2", 2, "/b"), ("B1", 3, "/c")])
    inner = merge(a, b)
    outer = merge(c, a)
    assert counts(a, b, c) == [0, 0, 3]
    assert people.numbers_of(["A2"]) == {"A2": c}
    with pytest.raises(MikomiError, match="first"):
        part(inner)
    part(outer)
    assert counts(a, b, c) == [2, 0, 1]
    assert people.numbers_of(["A2"]) == {"A2": a}
    part(inner)
    assert counts(a, b, c) == [1, 1, 1]


def test_it_is_refused_twice_and_with_itself() -> None:
    numbers = put()
    one, two = numbers["A1"], numbers["A2"]
    with pytest.raises(MikomiError):
        merge(one, one)
    number = merge(one, two)
    with pytest.raises(MikomiError):
        merge(numbers["B1"], two)
    part(number)
    with pytest.raises(MikomiError, match="already"):
        part(number)
