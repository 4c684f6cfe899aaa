"""Emptying the database after a test that committed: only the tables that hold something.

Django's own way empties every table and then makes its content types and permissions anew, one app after
the other. Nothing here uses them, and it costs more than most tests.
"""

from __future__ import annotations

from contextlib import nullcontext
from functools import cache

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

from mikomi.hub.accounts.guarding import TABLE, lifted

KEPT = {"django_content_type", "auth_permission"}


def empty_after_tests() -> None:
    """From now on tests of this process that commit are followed by `empty`."""
    # Django offers no other place for what comes after a test.
    TransactionTestCase._fixture_teardown = lambda self: empty(connections[DEFAULT_DB_ALIAS])  # type: ignore[method-assign]


def empty(database: BaseDatabaseWrapper) -> None:
    """Takes all rows out of all tables but `KEPT`. Numbers go on from where they were."""
    filled = " union all ".join(
        f"select '{table}' where exists (select 1 from {database.ops.quote_name(table)})"
        for table in _tables(database.alias)
    )
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        cursor.execute(filled)
        tables = [table for (table,) in cursor.fetchall()]
        with lifted(database) if TABLE in tables else nullcontext():
            # References are looked at when the transaction ends, so any order will do.
            for table in tables:
                cursor.execute(f"delete from {database.ops.quote_name(table)}")


@cache
def _tables(alias: str) -> tuple[str, ...]:
    names = connections[alias].introspection.django_table_names(only_existing=True, include_views=False)
    return tuple(sorted(set(names) - KEPT))
