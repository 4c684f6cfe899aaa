"""What the tests that commit rely on: the next one finds nothing of theirs."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from mikomi.hub.accounts.models import User
from mikomi.hub.people.models import Lead
from tests.emptying import KEPT, empty
from tests.hub.site.world import make_world


@pytest.mark.django_db(transaction=True)
def test_nothing_that_was_committed_is_left_and_numbers_go_on() -> None:
    make_world()
    before = User.objects.create_user("mori@works.example", name="森").pk
    empty(connection)
    stored = [model for model in apps.get_models() if model._meta.db_table not in KEPT]
    assert Lead in stored
    assert [model for model in stored if model._default_manager.exists()] == []
    assert User.objects.create_user("mori@works.example", name="森").pk > before
