"""Long work holds little of the database, and leaves its settings as they were."""

from __future__ import annotations

import pytest
from django.db import connection

from mikomi.hub.kit.setwise import fetch, on_postgres
from mikomi.hub.kit.small_cache import CACHE_KILOBYTES, small_cache

pytestmark = pytest.mark.django_db(transaction=True)


def settings() -> list[int]:
    with connection.cursor() as cursor:
        return [cursor.execute(f"pragma {name}").fetchone()[0] for name in ("cache_size", "mmap_size")]


def test_it_works() -> None:
    with small_cache():
        assert fetch("select 1", {}).height == 1


def test_sqlite_holds_little_while_it_lasts_and_as_before_after_it_failed() -> None:
    if on_postgres():
        return
    before = settings()
    assert before[0] < -CACHE_KILOBYTES

    @small_cache()
    def work() -> None:
        assert settings() == [-CACHE_KILOBYTES, 0]
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            work()
        assert settings() == before
