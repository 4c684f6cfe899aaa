from __future__ import annotations

import importlib
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest
from django.apps import apps
from django.db import transaction

from mikomi.core.names.corporate_number import check_digit
from mikomi.hub.people import company_facts, queries, services
from mikomi.hub.people.companies import forget_names, key_of
from mikomi.hub.people.dated import Origin, origin
from mikomi.hub.people.following import AUTOMATIC
from mikomi.hub.people.models import Change, Company, Lead, Scope
from tests.hub.people.test_dated_values import leads, on, value

pytestmark = pytest.mark.django_db
NUMBER, OTHER_NUMBER = (f"{check_digit(twelve)}{twelve}" for twelve in ("000012345678", "000087654321"))
"""Of nobody."""


def store(*rows: dict[str, str | None], at: Origin | None = None) -> None:
    services.upsert_leads(leads(*rows), at or origin("file"))


def names() -> list[str]:
    return list(Company.objects.order_by("pk").values_list("name", flat=True))


def test_names_that_are_written_otherwise_are_one_company_called_as_it_was_first_written() -> None:
    store({"lead": "a", "company": "㈱北浜精機"}, {"lead": "b", "company": "株式会社　北浜精機"})
    store({"lead": "c", "company": "（株）北浜精機"})
    assert names() == ["㈱北浜精機"]
    assert {person.company for n in range(3) if (person := queries.person(Lead.objects.all()[n].pk))} == {
        "㈱北浜精機"
    }
    assert queries.attribute_frame()["company"].to_list() == ["㈱北浜精機"] * 3


def test_what_each_lead_had_written_stays_a_fact() -> None:
    store({"lead": "a", "company": "㈱北浜精機"}, {"lead": "b", "company": "株式会社　北浜精機"})
    assert Lead.objects.get(key="b").attributes["company"] == "株式会社　北浜精機"


def test_the_form_before_and_after_the_name_are_two_companies() -> None:
    store({"lead": "a", "company": "株式会社北浜精機"}, {"lead": "b", "company": "北浜精機株式会社"})
    assert names() == ["株式会社北浜精機", "北浜精機株式会社"]


@pytest.mark.parametrize("order", [0, 1, 2])
def test_a_name_without_its_form_is_the_one_company_that_bears_it(order: int) -> None:
    rows = [{"lead": "a", "company": "北浜精機"}, {"lead": "b", "company": "㈱北浜精機"}]
    if order == 2:
        store(*rows)
    else:
        store(rows[order])
        store(rows[1 - order])
    assert len(names()) == 1
    assert queries.attribute_frame()["company"].n_unique() == 1


def test_a_name_without_its_form_is_neither_of_two_that_bear_it() -> None:
    store({"lead": "a", "company": "㈱北浜精機"}, {"lead": "b", "company": "有限会社北浜精機"})
    store({"lead": "c", "company": "北浜精機"})
    assert len(names()) == 3


def test_mere_surnames_are_not_joined() -> None:
    store({"lead": "a", "company": "㈱森田"}, {"lead": "b", "company": "森田"})
    assert len(names()) == 2


@pytest.mark.parametrize("text", ["なし", "株式会社", "taro@example.jp", "－", "  "])
def test_what_names_nobody_is_no_company(text: str) -> None:
    store({"lead": "a", "company": text, "industry": "製造業"})
    assert names() == []
    assert value("a", "industry") == "製造業"


def test_a_branch_behind_the_name_is_the_leads_and_not_the_companys() -> None:
    store({"lead": "a", "company": "株式会社北浜精機 大阪支店"}, {"lead": "b", "company": "株式会社北浜精機"})
    assert names() == ["株式会社北浜精機"]
    assert value("a", "branch") == "大阪支店"
    assert value("b", "branch") is None


def test_one_corporate_number_is_one_company_whatever_it_is_called() -> None:
    store({"lead": "a", "company": "株式会社北浜精機", "corporate_number": NUMBER})
    store({"lead": "b", "company": "キタハマ株式会社", "corporate_number": f"T{NUMBER}"})
    assert names() == ["株式会社北浜精機"]
    # From now on the other name alone is enough.
    store({"lead": "c", "company": "キタハマ(株)"})
    assert Lead.objects.filter(company=Company.objects.get()).count() == 3


def test_names_that_share_a_number_in_one_file_are_one_company() -> None:
    store(
        {"lead": "a", "company": "株式会社北浜精機", "corporate_number": NUMBER},
        {"lead": "b", "company": "キタハマ株式会社", "corporate_number": NUMBER},
        {"lead": "c", "company": "株式会社南浜", "corporate_number": OTHER_NUMBER},
    )
    assert names() == ["株式会社北浜精機", "株式会社南浜"]


def test_a_corporate_number_with_a_wrong_check_digit_joins_nobody() -> None:
    wrong = f"{int(NUMBER[0]) % 9 + 1}{NUMBER[1:]}"
    store({"lead": "a", "company": "株式会社北浜精機", "corporate_number": wrong})
    store({"lead": "b", "company": "キタハマ株式会社", "corporate_number": wrong})
    assert len(names()) == 2


def test_a_number_that_was_put_right_leads_nowhere_any_more() -> None:
    store({"lead": "a", "company": "株式会社北浜精機", "corporate_number": NUMBER})
    services.set_value(Lead.objects.get().pk, "corporate_number", OTHER_NUMBER, origin("page"))
    store({"lead": "b", "company": "キタハマ株式会社", "corporate_number": NUMBER})
    assert len(names()) == 2


def test_an_import_that_is_taken_back_takes_the_names_it_taught_with_it() -> None:
    store({"lead": "a", "company": "株式会社北浜精機", "corporate_number": NUMBER})
    store(
        {"lead": "b", "company": "キタハマ株式会社", "corporate_number": NUMBER},
        at=origin("file", import_id=7),
    )
    with transaction.atomic():
        forget_names(7)
    store({"lead": "c", "company": "キタハマ株式会社"})
    assert len(names()) == 2


def test_on_a_past_day_a_lead_stands_with_the_company_of_that_day() -> None:
    store({"lead": "a", "company": "㈱北浜精機"}, at=on("2026-01-10"))
    store({"lead": "b", "company": "株式会社北浜精機", "industry": "製造業"}, at=on("2026-01-11"))
    store({"lead": "a", "company": "株式会社南浜", "industry": "小売業"}, at=on("2026-05-01"))
    assert (value("a", "company", "2026-02-01"), value("a", "industry", "2026-02-01")) == (
        "㈱北浜精機",
        "製造業",
    )
    assert (value("a", "company"), value("a", "industry")) == ("株式会社南浜", "小売業")


def test_rank_and_department_follow_the_title_with_its_dates() -> None:
    store({"lead": "a", "title": "営業課長"}, at=on("2026-01-10"))
    store({"lead": "a", "title": "総務部長"}, at=on("2026-05-01"))
    assert (value("a", "title_rank", "2026-02-01"), value("a", "department_class", "2026-02-01")) == (
        "課長",
        "営業",
    )
    assert (value("a", "title_rank"), value("a", "department_class")) == ("部長", "総務")
    sources = {c.field: c.source for c in queries.attribute_history(Lead.objects.get().pk)}
    assert sources["title_rank"] == AUTOMATIC


def test_a_rank_that_somebody_put_right_stays_until_it_is_taken_away() -> None:
    store({"lead": "a", "title": "営業課長"}, at=on("2026-01-10"))
    number = Lead.objects.get().pk
    services.set_value(number, "title_rank", "経営者・役員", on("2026-02-01", source="画面"))
    store({"lead": "a", "title": "総務部長"}, at=on("2026-05-01"))
    assert value("a", "title_rank") == "経営者・役員"
    assert value("a", "department_class") == "総務"
    services.set_value(number, "title_rank", "", on("2026-06-01", source="画面"))
    assert value("a", "title_rank") == "部長"


def test_a_rank_that_the_file_brings_is_taken_as_it_is() -> None:
    store({"lead": "a", "title": "営業課長", "title_rank": "部長"}, at=on("2026-01-10"))
    assert value("a", "title_rank") == "部長"


def test_a_rank_goes_with_the_title_that_it_came_from() -> None:
    store({"lead": "a", "title": "営業課長"}, at=on("2026-01-10"))
    services.set_value(Lead.objects.get().pk, "title", "", on("2026-02-01"))
    assert value("a", "title_rank") is None


def test_phones_and_addresses_are_read_beside_what_was_written() -> None:
    store({"lead": "a", "phone": "０３（１２３４）５６７８", "address": "三重県四日市市安島1-2-3"})
    assert (value("a", "phone"), value("a", "phone_number")) == ("０３（１２３４）５６７８", "+81312345678")
    assert [value("a", f) for f in ("prefecture", "city", "street")] == ["三重県", "四日市市", "安島1-2-3"]


def test_a_history_of_titles_gives_ranks_with_the_same_days() -> None:
    store({"lead": "a"}, at=on("2026-09-01"))
    rows = {
        "scope": ["lead", "lead"],
        "key": ["a", "a"],
        "field": ["title", "title"],
        "value": ["営業課長", "営業部長"],
        "known_from": [datetime(2026, 1, 1).date(), datetime(2026, 4, 1).date()],
    }
    services.record_history(pl.DataFrame(rows), on("2026-09-01", dated=True))
    assert value("a", "title_rank", "2026-02-01") == "課長"
    assert value("a", "title_rank", "2026-04-02") == "部長"


@pytest.mark.parametrize(
    ("written", "stored", "read"),
    [
        ("50名", "50", "50"),
        ("約300人", "約300", "300"),
        ("300〜999名", "300〜999", "300"),
        ("50人以下", "〜50", "50"),
        ("たくさん", "たくさん", "たくさん"),
    ],
)
def test_numbers_are_stored_in_one_writing_and_conditions_read_the_least(
    written: str, stored: str, read: str
) -> None:
    store({"lead": "a", "company": "株式会社北浜精機", "employees": written})
    assert Company.objects.get().attributes["employees"] == stored
    assert value("a", "employees") == read


def rekey() -> None:
    migration = importlib.import_module("mikomi.hub.people.migrations.0003_companies_by_name")
    with transaction.atomic():
        migration.key_anew(apps, None)


def old_company(key: str, **values: str) -> Company:
    found = Company.objects.create(
        key=key, name=key, attributes=values, added_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    Change.objects.create(
        scope=Scope.COMPANY,
        subject=found.pk,
        values=values,
        known_from=None,
        recorded_at=found.pk,
        recorded_day=20_000,
        source="file",
    )
    return found


def test_the_migration_joins_companies_that_are_one_and_keeps_what_is_known_of_both() -> None:
    first = old_company("(株)北浜精機", industry="製造業")
    second = old_company("株式会社 北浜精機", industry="機械", employees="50")
    other = old_company("株式会社南浜", industry="小売業")
    nobody = old_company("なし")
    lead = Lead.objects.create(
        key="a",
        company=second,
        attributes={"company": "株式会社 北浜精機"},
        added_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    rekey()
    lead.refresh_from_db()
    first.refresh_from_db()
    assert lead.company_id == first.pk
    assert list(Company.objects.order_by("pk").values_list("pk", flat=True)) == [
        first.pk,
        other.pk,
        nobody.pk,
    ]
    assert first.key == key_of(pl.Series(["㈱北浜精機"])).item()
    # The later value holds, the earlier one is history.
    assert first.attributes == {"industry": "機械", "employees": "50"}
    assert Change.objects.filter(scope=Scope.COMPANY, subject=first.pk).count() == 2


def test_an_origin_of_values_that_are_derived_keeps_the_import() -> None:
    store({"lead": "a", "title": "部長"}, at=replace(origin("file"), import_id=3))
    assert set(Change.objects.values_list("import_id", flat=True)) == {3}


def test_a_number_that_one_company_gives_up_leads_to_the_other_that_bears_it() -> None:
    store({"lead": "a", "company": "株式会社北浜精機", "corporate_number": NUMBER})
    store({"lead": "b", "company": "株式会社南浜樹脂"})
    one, two = (Company.objects.get(name=name).pk for name in ("株式会社北浜精機", "株式会社南浜樹脂"))
    for key in ("b", "a"):
        number = {"a": OTHER_NUMBER, "b": NUMBER}[key]
        services.set_value(Lead.objects.get(key=key).pk, "corporate_number", number, origin("page"))
    assert company_facts.with_corporate_number(NUMBER) == [two]
    assert company_facts.with_corporate_number(OTHER_NUMBER) == [one]
