"""Who passes a test of a field is known as of the latest change, without reading all leads again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from django.db import connection, transaction
from django.utils import timezone

from mikomi.hub.activity.services import record_events
from mikomi.hub.people import batches, edits, field_tests, moving, services, taking_back, trash
from mikomi.hub.people.dated import origin
from mikomi.hub.people.duplicates.merging import merge
from mikomi.hub.people.duplicates.parting import part
from mikomi.hub.people.field_tests import FieldTest
from mikomi.hub.people.models import Lead, Merge
from tests.hub.people.test_undo import load, undo

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = FieldTest("title", "text", False, text="部長")
RANK = FieldTest("title_rank", "choice", False, values=("部長",))
"""Derived from the title."""
SIZE = FieldTest("employees", "number", True, least="100", most="500")
TESTS = (TITLE, RANK, SIZE)

LEADS = [
    {"lead": "a", "氏名": "山田 太郎", "会社名": "一番", "役職": "部長", "従業員数": "300"},
    {"lead": "b", "氏名": "鈴木 花", "会社名": "二番", "役職": "課長", "従業員数": "50名"},
    {"lead": "c", "氏名": "森 一", "会社名": "一番", "役職": "主任", "従業員数": "300"},
    {"lead": "d", "氏名": "林 二郎", "会社名": "三番", "役職": "部長", "従業員数": "900"},
]


@pytest.fixture(autouse=True)
def world(tmp_path, settings) -> None:
    settings.DATA_FOLDER = tmp_path
    load(LEADS)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many leads each look asked for; -1 for all."""
    made: list[int] = []
    passing = field_tests._passing

    def counted(test: FieldTest, among: npt.NDArray[np.int64] | None = None):
        made.append(-1 if among is None else len(among))
        return passing(test, among)

    monkeypatch.setattr(field_tests, "_passing", counted)
    return made


def number(key: str) -> int:
    return Lead.objects.get(key=key).pk


def plainly() -> dict[FieldTest, list[int]]:
    """The same, looked up lead by lead."""
    found: dict[FieldTest, list[int]] = {test: [] for test in TESTS}
    for lead in Lead.objects.select_related("company").filter(trashed_at=None, merged_into=None):
        shared = lead.company.attributes if lead.company else {}
        size = shared.get("employees") or lead.attributes.get("employees") or "0"
        if "部長" in lead.attributes.get("title", ""):
            found[TITLE].append(lead.pk)
        if lead.attributes.get("title_rank") == "部長":
            found[RANK].append(lead.pk)
        if 100 <= float(size.rstrip("名")) <= 500:
            found[SIZE].append(lead.pk)
    return {test: sorted(leads) for test, leads in found.items()}


def followed() -> dict[FieldTest, list[int]]:
    return {test: np.flatnonzero(field_tests.passing(test)).tolist() for test in TESTS}


def acts() -> Iterator[tuple[str, Callable[[], object]]]:
    """Changes of every kind, one after the other; each changes who passes."""
    yield "a value by hand", lambda: services.set_value(number("b"), "title", "部長", origin("石田 彩"))
    yield "a value taken away", lambda: services.set_value(number("b"), "title", "", origin("石田 彩"))
    yield "a company's value by hand", lambda: services.set_value(number("c"), "employees", "9", origin("x"))
    more = [
        {"lead": "e", "会社名": "二番", "役職": "副部長", "従業員数": "120"},
        {"lead": "d", "役職": "課長"},
    ]
    kept = {}
    yield "an import", lambda: kept.update(record=load(more))
    yield "an import undone", lambda: undo(kept["record"])
    companies = pl.DataFrame({"company": ["三番"], "employees": ["200"]})
    yield "companies", lambda: services.upsert_companies(companies, origin("file"))
    history = pl.DataFrame(
        {
            "scope": ["lead", "company"],
            "key": ["c", "三番"],
            "field": ["title", "employees"],
            "value": ["部長", "7"],
            "known_from": [datetime(2030, 1, 1, tzinfo=UTC).date()] * 2,
        }
    )
    yield "values with dates", lambda: services.record_history(history, origin("file"))
    everybody = pl.Series([number(key) for key in "abcd"], dtype=pl.Int32)
    batch = batches.open_batch("役職 → 部長", 4, None, timezone.now())
    yield (
        "a bulk edit",
        lambda: edits.set_value(everybody, "title", "部長", source="役職", batch_id=batch, by=None),
    )
    yield "a bulk edit undone", lambda: taking_back.take_back_values(batch_id=batch)
    today = timezone.localdate()
    yield "another company", lambda: kept.update(move=moving.move_lead(number("a"), "二番", today, {}))
    yield "a move undone", lambda: moving.take_back(kept["move"])
    yield "trash", lambda: trash.put_in_trash([number("a"), number("d")], timezone.now(), None)
    yield "out of the trash", lambda: trash.restore([number("a"), number("d")])
    yield "a merge", lambda: merge(number("b"), number("d"), ["title"])
    yield "a merge undone", lambda: part(Merge.objects.get().pk)
    yield "erasure", lambda: services.erase([number("a")])


def test_every_kind_of_change_is_followed_and_only_what_changed_is_read(reads: list[int]) -> None:
    assert followed() == plainly()
    assert reads == [-1, -1, -1]
    for name, act in acts():
        before = plainly()
        act()
        assert plainly() != before, f"{name} should change who passes"
        del reads[:]
        assert followed() == plainly(), name
        assert len(reads) == len(TESTS), name
        assert all(0 < n <= 5 for n in reads), (name, reads)
        del reads[:]
        assert followed() == plainly(), name
        assert reads == [], f"nothing changed since {name}"


def test_many_changes_between_two_looks_are_followed_together(reads: list[int]) -> None:
    followed()
    for _, act in acts():
        act()
    del reads[:]
    assert followed() == plainly()
    assert -1 not in reads


def test_events_cost_a_look_at_those_who_did_something(reads: list[int]) -> None:
    before = followed()
    frame = pl.DataFrame({"lead": ["a"], "kind": ["page_view"], "content": ["/"], "automated": [False]})
    for minute in range(3):
        record_events(frame.with_columns(at=datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=minute)))
        del reads[:]
        assert followed() == before
        assert reads == [1, 1, 1]


def test_more_changes_than_are_followed_are_read_anew(reads: list[int], monkeypatch) -> None:
    followed()
    monkeypatch.setattr(field_tests, "FOLLOWED", 1)
    services.set_value(number("a"), "employees", "9", origin("x"))
    del reads[:]
    assert followed() == plainly()
    assert reads == [-1, -1, -1]


def test_a_lead_of_a_higher_number_than_any_before_is_followed(reads: list[int]) -> None:
    followed()
    load([{"lead": "z", "役職": "部長"}])
    del reads[:]
    assert followed() == plainly()
    assert number("z") in plainly()[TITLE]
    assert -1 not in reads


def test_what_was_answered_before_does_not_change_afterwards() -> None:
    before = field_tests.passing(TITLE)
    kept = before.copy()
    services.set_value(number("a"), "title", "主任", origin("x"))
    assert not np.array_equal(field_tests.passing(TITLE), kept)
    assert np.array_equal(before, kept)


def test_what_another_process_changes_is_followed(reads: list[int]) -> None:
    before = followed()

    def elsewhere() -> None:
        try:
            services.set_value(number("b"), "title", "部長", origin("x"))
        finally:
            connection.close()

    writer = threading.Thread(target=elsewhere)
    writer.start()
    writer.join()
    del reads[:]
    assert followed() == plainly() != before
    assert reads == [1, 1, 1]


def test_what_is_not_committed_is_seen_inside_and_never_remembered() -> None:
    before = followed()
    with transaction.atomic():
        services.set_value(number("b"), "title", "部長", origin("x"))
        assert followed() == plainly() != before
        transaction.set_rollback(True)
    assert followed() == before
    services.set_value(number("c"), "title", "部長", origin("x"))
    assert followed() == plainly()
