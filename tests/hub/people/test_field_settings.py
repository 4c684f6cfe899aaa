from __future__ import annotations

import pytest

from mikomi.core.words import MikomiError
from mikomi.hub.people import field_settings as settings
from mikomi.hub.people import queries, services
from mikomi.hub.people.dated import origin
from mikomi.hub.people.field_settings import Wanted
from tests.hub.people.test_dated_values import leads, value

pytestmark = pytest.mark.django_db


def test_a_made_field_takes_checked_values() -> None:
    key = settings.add_field(Wanted("展示会の日", kind="date"))
    assert settings.check_value(key, "2026年11月1日") == ("2026-11-01", None)
    stored, reason = settings.check_value(key, "そのうち")
    assert stored == ""
    assert reason is not None
    assert reason.ja == "日付として読めません"


@pytest.mark.parametrize("name", ["役職", "title", "Title", "result", "  展示会の日 ", ""])
def test_no_two_fields_have_one_name(name: str) -> None:
    settings.add_field(Wanted("展示会の日"))
    with pytest.raises(MikomiError):
        settings.add_field(Wanted(name))


def test_checks_of_numbers_hold_at_both_ends() -> None:
    key = settings.add_field(Wanted("席数", kind="number", checks={"least": 1, "most": 500}))
    assert settings.check_value(key, "300席") == ("300", None)
    assert settings.check_value(key, "600")[1] is not None
    assert settings.check_value(key, "0")[1] is not None


def test_a_choice_that_was_there_keeps_what_is_stored_of_it() -> None:
    key = settings.add_field(Wanted("関心", kind="choices", choices=("価格", "納期")))
    settings.change_field(key, Wanted("ご関心", kind="choices", choices=("納期", "品質")))
    view = settings.view_of(key)
    assert view is not None
    assert (key, view.label_ja) == ("関心", "ご関心")
    assert [stored for stored, _ in view.choices] == ["納期", "品質"]


def test_what_must_be_filled_in_cannot_be_emptied_by_hand() -> None:
    key = settings.add_field(Wanted("関心", required=("form",)))
    assert settings.check_value(key, " ")[1] is not None


def test_values_that_no_longer_fit_are_counted_and_stay() -> None:
    key = settings.add_field(Wanted("席数"))
    services.upsert_leads(leads({"lead": "a", key: "300"}, {"lead": "b", key: "たくさん"}), origin("f"))
    assert settings.change_field(key, Wanted("席数", kind="number")) == 1
    assert value("b", key) == "たくさん"


def test_an_archived_field_gives_its_values_back() -> None:
    key = settings.add_field(Wanted("関心"))
    services.upsert_leads(leads({"lead": "a", key: "価格"}), origin("f"))
    settings.archive_field(key)
    assert value("a", key) == "価格"
    assert next(view for view in queries.fields() if view.key == key).archived
    settings.restore_field(key)
    assert not next(view for view in queries.fields() if view.key == key).archived


def test_fields_move_within_their_group() -> None:
    first, second = settings.add_field(Wanted("関心")), settings.add_field(Wanted("席数"))

    def order() -> list[str]:
        return [view.key for view in queries.fields() if view.group == "custom"]

    assert order() == [first, second]
    settings.move_field(second, up=True)
    assert order() == [second, first]
    settings.move_field(second, up=True)
    assert order() == [second, first]


def test_uses_count_leads_and_companies_that_have_a_value() -> None:
    services.upsert_leads(
        leads(
            {"lead": "a", "company": "株式会社北浜", "industry": "製造業", "title": "部長"},
            {"lead": "b", "company": "株式会社北浜", "industry": "製造業", "title": None},
        ),
        origin("f"),
    )
    assert settings.usage_of(["title", "industry"]) == {"title": 1, "industry": 1}


def test_what_comes_with_the_product_keeps_its_kind() -> None:
    services.upsert_leads(leads({"lead": "a", "title": "部長"}), origin("f"))
    settings.change_field("title", Wanted("肩書", kind="number"))
    view = settings.view_of("title")
    assert view is not None
    assert (view.label_ja, view.kind) == ("肩書", "text")
