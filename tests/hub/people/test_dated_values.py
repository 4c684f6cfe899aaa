from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from mikomi.hub.activity import queries as facts
from mikomi.hub.people import queries, services
from mikomi.hub.people.dated import EPOCH, Origin, origin
from mikomi.hub.people.models import Change, Company, Lead

pytestmark = pytest.mark.django_db


def on(text: str, *, dated: bool = False, source: str = "file") -> Origin:
    """Values that come in on that day (noon UTC)."""
    day = date.fromisoformat(text)
    instant = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    return Origin(
        source, int(instant.timestamp() * 1e6), day.toordinal() - EPOCH, day.toordinal() - EPOCH, dated
    )


def told(known_from: str, recorded: str) -> Origin:
    """Values a source dates `known_from`, that come in on the day `recorded`."""
    day = date.fromisoformat(known_from).toordinal() - EPOCH
    return replace(on(recorded, source="dated file"), day=day, dated=True)


def leads(*rows: dict[str, str | None]) -> pl.DataFrame:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    return pl.DataFrame(
        {c: [row.get(c) for row in rows] for c in columns}, schema=dict.fromkeys(columns, pl.String)
    )


def value(lead: str, field: str, day: str | None = None) -> str | None:
    frame = queries.attribute_frame(None if day is None else date.fromisoformat(day))
    return frame.filter(pl.col("lead") == lead)[field].item()


def test_it_works() -> None:
    stored = services.upsert_leads(
        leads({"lead": "a", "title": "部長", "company": "ＡＢＣ"}), on("2026-03-01")
    )
    assert (stored.new, stored.changed, stored.unchanged) == (1, 0, 0)
    frame = queries.attribute_frame()
    assert frame.columns[:4] == ["number", "lead", "company", "created_at"]
    assert frame.select("lead", "company", "title").row(0) == ("a", "ＡＢＣ", "部長")
    assert frame["number"].dtype == pl.Int32


def test_the_first_known_value_holds_from_the_beginning_and_later_ones_from_their_day() -> None:
    services.upsert_leads(leads({"lead": "a", "title": "主任"}), on("2026-03-01"))
    services.upsert_leads(leads({"lead": "a", "title": "課長", "department": "営業部"}), on("2026-06-01"))
    services.upsert_leads(leads({"lead": "a", "title": "部長"}), on("2026-09-01"))
    assert value("a", "title") == "部長"
    assert value("a", "title", "2020-01-01") == "主任"
    assert value("a", "title", "2026-05-31") == "主任"
    assert value("a", "title", "2026-06-01") == "課長"
    assert value("a", "title", "2026-09-01") == "部長"
    assert value("a", "department", "2020-01-01") == "営業部"


def test_a_dated_source_says_nothing_of_the_days_before() -> None:
    services.upsert_leads(leads({"lead": "a", "title": "課長"}), told("2026-03-01", "2026-09-01"))
    assert value("a", "title", "2026-02-28") is None
    assert value("a", "title", "2026-03-01") == "課長"


def test_an_older_dated_value_found_late_holds_until_what_was_seen_after_it() -> None:
    services.upsert_leads(leads({"lead": "a", "title": "部長", "phone": "03"}), on("2026-09-01"))
    services.upsert_leads(leads({"lead": "a", "title": "係長"}), told("2026-03-01", "2026-10-01"))
    assert value("a", "title") == "部長"
    assert value("a", "title", "2026-02-01") == "部長"
    assert value("a", "title", "2026-03-01") == "係長"
    assert value("a", "title", "2026-08-31") == "係長"
    assert value("a", "title", "2026-09-01") == "部長"
    assert value("a", "phone", "2026-05-01") == "03"
    before = Change.objects.count()
    services.upsert_leads(leads({"lead": "a", "title": "係長"}), told("2026-03-01", "2026-10-02"))
    assert Change.objects.count() == before
    assert value("a", "title") == "部長"


def test_a_company_that_is_named_by_an_older_file_is_not_the_company_now() -> None:
    services.upsert_leads(leads({"lead": "a", "company": "新会社"}), on("2026-09-01"))
    services.upsert_leads(
        leads({"lead": "a", "company": "旧会社", "email": "OLD@x.jp"}), told("2026-03-01", "2026-10-01")
    )
    held = Lead.objects.get()
    assert held.company is not None
    assert (held.company.name, held.email) == ("新会社", "old@x.jp")
    assert value("a", "company", "2026-04-01") == "旧会社"


def test_unknown_values_leave_what_is_known_and_a_value_can_be_taken_away() -> None:
    services.upsert_leads(leads({"lead": "a", "title": "課長"}), on("2026-03-01"))
    again = services.upsert_leads(leads({"lead": "a", "title": " "}), on("2026-04-01"))
    assert again.unchanged == 1
    number = queries.numbers_of(["a"])["a"]
    assert services.set_value(number, "title", "", on("2026-05-01"))
    assert not services.set_value(number, "title", "", on("2026-05-02"))
    assert value("a", "title") is None
    assert value("a", "title", "2026-04-30") == "課長"
    services.upsert_leads(leads({"lead": "a", "title": "部長"}), on("2026-06-01"))
    assert value("a", "title", "2026-05-15") is None
    assert value("a", "title") == "部長"


def test_the_same_file_twice_changes_nothing() -> None:
    frame = leads(
        {"lead": "a", "company": "A社", "employees": "10", "メモ欄": "x"},
        {"lead": "b", "company": "Ａ社", "employees": "20"},
    )
    first = services.upsert_leads(frame, on("2026-03-01"))
    count, mark = Change.objects.count(), facts.last_change()
    again = services.upsert_leads(frame, on("2026-03-02"))
    assert (first.new, first.conflicts) == (2, 1)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    assert Change.objects.count() == count
    assert facts.changed_since(mark).is_empty()


def test_a_company_stands_once_and_all_its_leads_read_it() -> None:
    services.upsert_leads(
        leads({"lead": "a", "company": "ｶﾌﾞ A "}, {"lead": "b", "company": "カブ a"}), on("2026-03-01")
    )
    mark = facts.last_change()
    services.upsert_leads(leads({"lead": "b", "company": "カブ A", "industry": "製造業"}), on("2026-04-01"))
    assert Company.objects.count() == 1
    assert value("a", "industry") == "製造業"
    assert facts.changed_since(mark).height == 2
    assert "industry" not in Lead.objects.get(key="b").attributes
    services.set_value(queries.numbers_of(["a"])["a"], "industry", "卸売業", on("2026-05-01"))
    assert value("b", "industry") == "卸売業"
    assert value("b", "industry", "2026-04-30") == "製造業"


def test_company_fields_of_a_lead_without_a_company_stay_with_it() -> None:
    services.upsert_leads(leads({"lead": "a", "employees": "30"}), on("2026-03-01"))
    assert value("a", "employees") == "30"


def test_a_lead_that_moves_takes_the_values_of_its_company_of_that_day() -> None:
    services.upsert_leads(
        leads(
            {"lead": "a", "company": "A", "industry": "製造業"},
            {"lead": "b", "company": "B", "industry": "小売業"},
        ),
        on("2026-03-01"),
    )
    services.upsert_leads(leads({"lead": "a", "company": "B"}), on("2026-06-01"))
    assert (value("a", "company"), value("a", "industry")) == ("B", "小売業")
    assert (value("a", "company", "2026-05-31"), value("a", "industry", "2026-05-31")) == ("A", "製造業")
    assert [p.key for p in queries.colleagues(queries.numbers_of(["b"])["b"])] == ["a"]


def test_a_history_with_dates_of_its_own_is_readable_on_every_day() -> None:
    services.upsert_leads(
        leads({"lead": "a", "company": "A", "title": "主任"}), told("2025-01-01", "2026-09-01")
    )
    changes = pl.DataFrame(
        {
            "scope": ["lead", "lead", "company", "lead"],
            "key": ["a", "a", "A", "nobody"],
            "field": ["title", "title", "employees", "title"],
            "value": ["課長", "部長", "50", "x"],
            "known_from": [date(2025, 4, 1), date(2026, 4, 1), date(2025, 6, 1), date(2025, 1, 1)],
        }
    )
    assert services.record_history(changes, on("2026-09-01")) == 2
    assert services.record_history(changes, on("2026-09-02")) == 0
    titles = [value("a", "title", day) for day in ("2025-03-31", "2025-04-01", "2026-03-31", "2026-04-01")]
    assert titles == ["主任", "課長", "課長", "部長"]
    assert value("a", "title") == "部長"
    assert (value("a", "employees", "2025-05-31"), value("a", "employees")) == (None, "50")


def test_the_history_says_what_came_when_and_from_where() -> None:
    services.upsert_leads(
        leads({"lead": "a", "title": "主任", "company": "A"}), on("2026-03-01", source="名刺.csv")
    )
    services.upsert_leads(
        leads({"lead": "a", "title": "課長", "company": "A", "industry": "製造業"}),
        on("2026-06-01", source="SFA.csv"),
    )
    history = queries.attribute_history(queries.numbers_of(["a"])["a"])
    told = [change for change in history if change.source != "自動"]
    assert (told[0].field, told[0].before, told[0].value) == ("title", "主任", "課長")
    assert (told[0].known_from, told[0].source) == (date(2026, 6, 1), "SFA.csv")
    assert {(c.field, c.known_from, c.source) for c in told[1:]} == {
        ("title", None, "名刺.csv"),
        ("company", None, "名刺.csv"),
        ("industry", None, "SFA.csv"),
    }


def test_frames_of_some_leads_are_the_rows_of_the_frame_of_all() -> None:
    rows = [
        {"lead": f"l{i}", "company": f"c{i % 3}", "employees": str(i % 3), "title": str(i)} for i in range(9)
    ]
    services.upsert_leads(leads(*rows), on("2026-03-01"))
    services.upsert_leads(leads({"lead": "l1", "title": "new"}), on("2026-06-01"))
    for day in (None, date(2026, 4, 1)):
        every = queries.attribute_frame(day)
        some = queries.attribute_frame(day, [2, 5, 5])
        numbers = sorted(every["number"].to_list())
        assert every["number"].to_list() == numbers
        assert some.equals(every.filter(pl.col("number").is_in([2, 5])))


def test_the_beginning_of_a_lead_is_the_earliest_that_a_source_says() -> None:
    def born(day: int | None) -> pl.DataFrame:
        at = None if day is None else datetime(2026, 3, day, tzinfo=UTC)
        return leads({"lead": "a"}).with_columns(created_at=pl.Series([at], dtype=pl.Datetime("us", "UTC")))

    services.upsert_leads(born(None), on("2026-03-09"))
    assert queries.attribute_frame()["created_at"].item() is None
    for day in (7, 5, 6, None):
        services.upsert_leads(born(day), on("2026-03-09"))
    assert queries.attribute_frame()["created_at"].item() == datetime(2026, 3, 5, tzinfo=UTC)
    assert Lead.objects.get().created_at == datetime(2026, 3, 5, tzinfo=UTC)


def test_an_address_is_found_in_any_case() -> None:
    services.upsert_leads(leads({"lead": "a", "email": "Sato@X.jp "}), on("2026-03-01"))
    assert queries.find_by_email("sato@x.jp") == [queries.numbers_of(["a"])["a"]]


def test_erasing_a_lead_leaves_nothing_of_it() -> None:
    services.upsert_leads(leads({"lead": "a", "title": "x"}, {"lead": "b", "title": "y"}), on("2026-03-01"))
    services.erase([queries.numbers_of(["a"])["a"]])
    assert list(Lead.objects.values_list("key", flat=True)) == ["b"]
    assert Change.objects.filter(scope="lead").count() == 1


@pytest.mark.parametrize("name", ["subject", "id", "number", "values", "件名 #1", "a\"b'c", "company_number"])
def test_a_field_may_be_called_anything(name: str) -> None:
    services.upsert_leads(leads({"lead": "a", name: "1", "title": "t"}), on("2026-03-01"))
    services.upsert_leads(leads({"lead": "a", name: "2"}), on("2026-04-01"))
    if name != "number":
        assert value("a", name) == "2"
        assert value("a", name, "2026-03-31") == "1"


def test_values_from_now_are_known_from_the_local_day() -> None:
    made = origin("page", known_from=date(2026, 1, 2))
    assert made.dated
    assert made.day == date(2026, 1, 2).toordinal() - EPOCH
    assert origin("page").day == origin("page").recorded_day
