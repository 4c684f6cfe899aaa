"""The triggers that keep the audit log as it was written, in SQLite and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "accounts_auditentry"
_SAID = "the audit log cannot be changed"
_SET = {
    "sqlite": [
        f"create trigger if not exists accounts_audit_{act} before {act} on {TABLE} "
        f"begin select raise(abort, '{_SAID}'); end"
        for act in ("update", "delete")
    ],
    "postgresql": [
        "create or replace function accounts_audit_kept() returns trigger language plpgsql as "
        f"$$ begin raise exception '{_SAID}'; end $$",
        f"create or replace trigger accounts_audit_kept before update or delete on {TABLE} "
        "for each row execute function accounts_audit_kept()",
    ],
}
_LIFTED = {
    "sqlite": [f"drop trigger if exists accounts_audit_{act}" for act in ("update", "delete")],
    "postgresql": [f"drop trigger if exists accounts_audit_kept on {TABLE}"],
}


def guard(database: BaseDatabaseWrapper = connection) -> None:
    """Refuses changing and deleting rows of the log from now on."""
    _run(database, _SET)


@contextmanager
def lifted(database: BaseDatabaseWrapper = connection) -> Iterator[None]:
    """While the block runs the log may be emptied: for a demo that is filled anew, and for tests."""
    _run(database, _LIFTED)
    try:
        yield
    finally:
        _run(database, _SET)


def _run(database: BaseDatabaseWrapper, statements: dict[str, list[str]]) -> None:
    with database.cursor() as cursor:
        for statement in statements[database.vendor]:
            cursor.execute(statement)
