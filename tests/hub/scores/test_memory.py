"""Slow results are as new as the facts, or, with many leads, at most some minutes old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.activity.changes import changing
from mikomi.hub.scores import memory
from mikomi.hub.scores.memory import remembered
from tests.hub.scores.conftest import MODEL

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Callable[[], int]:
    """Asks for a result, which is how often it was computed."""
    computed: list[None] = []

    def compute() -> int:
        computed.append(None)
        return len(computed)

    return lambda: remembered("test", (parse_model(MODEL),), compute)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MANY_LEADS", 0)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    def go(by: timedelta) -> None:
        then: datetime = timezone.now() + by
        monkeypatch.setattr(timezone, "now", lambda: then)

    return go


def something_changes() -> None:
    with changing():
        pass


def test_a_result_holds_until_something_changes(told) -> None:
    assert [told(), told()] == [1, 1]
    something_changes()
    assert [told(), told()] == [2, 2]


def test_a_result_holds_for_its_day(told, later) -> None:
    assert told() == 1
    later(timedelta(days=1))
    assert told() == 2


def test_another_model_has_a_result_of_its_own(told) -> None:
    assert told() == 1
    assert remembered("test", (None,), lambda: "other") == "other"
    assert told() == 1


def test_with_many_leads_changes_make_it_anew_only_after_a_while(told, many, later) -> None:
    assert told() == 1
    something_changes()
    assert told() == 1
    later(timedelta(seconds=memory.STALE_SECONDS + 1))
    assert told() == 2


def test_what_is_read_ahead_is_read_in_any_case(told, many) -> None:
    assert told() == 1
    assert remembered("test", (parse_model(MODEL),), lambda: 7, now=True) == 7
    something_changes()
    assert told() == 7


def test_a_look_counts_no_leads(told, many, django_assert_max_num_queries) -> None:
    told()
    something_changes()
    with django_assert_max_num_queries(2):
        told()
