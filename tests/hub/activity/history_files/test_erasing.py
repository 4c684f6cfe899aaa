"""What is erased is in no file."""

from __future__ import annotations

import shutil

import pytest

from mikomi.core.history import History
from mikomi.hub.activity import cache, copies, services
from mikomi.hub.activity.models import Subject
from tests.hub.activity.history_files.world import anywhere, from_files, some_events, table, the_copy

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_erased_lead_is_in_no_file_at_once(known) -> None:
    some_events()
    from_files()
    assert anywhere(1)
    services.erase([1])
    assert not anywhere(1)
    assert anywhere(2)
    assert from_files() == table()


def test_many_erased_leads_are_in_no_file_at_once(known, monkeypatch) -> None:
    monkeypatch.setattr(cache, "ERASED_ONE_BY_ONE", 1)
    some_events()
    from_files()
    services.erase([1, 2])
    assert not anywhere(1)
    assert not anywhere(2)
    assert from_files() == table()


def test_an_erasure_that_finds_the_files_busy_is_taken_in_by_who_is_busy(known, monkeypatch) -> None:
    some_events()
    catch_up = copies.catch_up

    def meanwhile(history: History) -> None:
        catch_up(history)
        if Subject.objects.filter(lead=1).exists():
            services.erase([1])

    monkeypatch.setattr(copies, "catch_up", meanwhile)
    assert from_files() == table()
    assert not anywhere(1)


def test_files_older_than_an_erasure_are_never_used(known) -> None:
    some_events()
    from_files()
    old = cache.folder().with_name("old")
    shutil.copytree(cache.folder(), old)
    services.erase([1])
    shutil.rmtree(cache.folder())
    old.rename(cache.folder())
    assert anywhere(1)
    before = the_copy()
    assert from_files() == table()
    assert the_copy() != before
    assert not anywhere(1)


def test_an_erasure_that_never_reached_the_files_is_taken_in_with_the_next(known, monkeypatch) -> None:
    monkeypatch.setattr(copies, "COMPACT_SHARE", 1_000)
    some_events()
    from_files()
    with monkeypatch.context() as patch:
        patch.setattr(services, "forget", lambda _leads: None)
        services.erase([1])
    services.erase([2])
    before = the_copy()
    assert (anywhere(1), anywhere(2)) == (True, False)
    assert from_files() == table()
    assert the_copy() == before
    assert not anywhere(1)
