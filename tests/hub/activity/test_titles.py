from __future__ import annotations

import polars as pl
import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mikomi.hub.activity import queries, services

BEFORE = [("site", "0001_initial"), ("activity", "0002_historycopy")]


def put(**titles: str) -> None:
    services.put_titles(pl.DataFrame({"content": list(titles), "title": list(titles.values())}))


@pytest.mark.django_db
def test_it_works() -> None:
    assert queries.titles() == {}
    services.put_titles(pl.DataFrame({"content": ["/pricing", "a.pdf"], "title": ["料金", "カタログ"]}))
    assert queries.titles() == {"/pricing": "料金", "a.pdf": "カタログ"}
    assert queries.titles(["a.pdf", "/unknown", "a.pdf"]) == {"a.pdf": "カタログ"}
    assert queries.titles([]) == {}


@pytest.mark.django_db
def test_a_later_title_takes_the_place_of_an_earlier_one() -> None:
    put(a="古い")
    put(a="新しい")
    assert queries.titles() == {"a": "新しい"}


@pytest.mark.django_db
def test_contents_are_spelled_as_in_events() -> None:
    services.put_titles(pl.DataFrame({"content": ["/pricing?utm=x", "/pricing"], "title": ["旧", "料金"]}))
    assert queries.titles() == {"/pricing": "料金"}


@pytest.mark.django_db(transaction=True)
def test_titles_of_an_earlier_version_are_kept() -> None:
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        MigrationExecutor(connection).migrate(BEFORE)
        with connection.cursor() as cursor:
            cursor.execute("insert into site_content_title (content, title) values ('/pricing', '料金')")
    finally:
        MigrationExecutor(connection).migrate(newest)
    assert queries.titles() == {"/pricing": "料金"}
    assert "site_content_title" not in connection.introspection.table_names()
