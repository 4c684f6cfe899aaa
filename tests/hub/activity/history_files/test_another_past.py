"""Files that were not made from this database, or not from its past, are never used."""

from __future__ import annotations

import pytest
from django.conf import settings

from mikomi.core.history import History
from mikomi.hub.activity import queries
from mikomi.hub.activity.models import Activity, ChangeNumber, HistoryCopy
from tests.hub.activity.history_files.world import from_files, record, some_events, table, the_copy

pytestmark = pytest.mark.django_db(transaction=True)


def test_files_of_another_past_of_the_database_are_never_used(known) -> None:
    some_events()
    from_files()
    record((1, 90, "page_view", "/forgotten"))
    from_files()
    # As a database that was restored from a copy older than the files, and then went on.
    HistoryCopy.objects.update(through=HistoryCopy.objects.get().through - 1)
    Activity.objects.filter(lead=1, day=Activity.objects.filter(lead=1).latest("day").day).delete()
    ChangeNumber.objects.update(last=queries.last_change() + 5)
    assert from_files() == table()


def test_files_of_another_database_are_never_used(known) -> None:
    some_events()
    from_files()
    Activity.objects.filter(lead=1).delete()
    HistoryCopy.objects.all().delete()
    assert from_files() == table()


def test_files_of_another_time_zone_are_made_anew(known, monkeypatch) -> None:
    some_events()
    from_files()
    monkeypatch.setattr(settings, "TIME_ZONE", "Europe/Berlin")
    before = the_copy()
    assert from_files() == table()
    assert the_copy() != before
    assert History.open(the_copy()).timezone == "Europe/Berlin"
