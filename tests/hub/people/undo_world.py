"""Imports as tests of their undo do them, and all that imports write, row by row."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction

from mikomi.hub.people import imports, uploads
from mikomi.hub.people.models import Import

TABLES = {
    "people_lead": "id, key, email, company_id, attributes, created_at, trashed_at, merged_into",
    "people_company": "id, key, name, attributes",
    "people_change": 'scope, subject, "values", known_from, recorded_at, source, import_id, batch_id',
    "people_companyalias": "key, company",
    "people_importedsubject": "import_id, scope, subject, made, confirmed",
    "people_tag": "key",
    "people_field where custom": "key, label_ja, kind, scope",
    "people_leadtag": "lead, tag, import_id",
    "people_leadlist": "key",
    "people_listmember": "lead, list, import_id",
    "consent_basis": "address, kind, import_id",
    "activity_subject": "key, lead",
    "activity_event": "subject, at, id, day, touch, counted, import_id",
    "activity_outcome": "subject, at, id, import_id",
    "activity_activity": "lead, day, touch, subject, n",
}


@contextmanager
def given_back() -> Iterator[None]:
    """Everything written inside is taken back by the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def state() -> dict[str, list[str]]:
    """All that imports write, row by row."""
    found = {}
    with connection.cursor() as cursor:
        for table, columns in TABLES.items():
            cursor.execute(f"select {columns} from {table}")
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def load(rows: list[dict[str, str]], kind: str = "leads", **more) -> Import:
    with tempfile.TemporaryDirectory() as space:
        path = Path(space) / "file.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
            writer.writeheader()
            writer.writerows(rows)
        report = imports.run_import(path, kind, **more)
    return Import.objects.get(pk=report.import_id)


def undo(record: Import) -> dict:
    assert uploads.ask_undo(record, None)
    uploads.undo(record.pk)
    record.refresh_from_db()
    assert record.status == "undone"
    assert record.undone_at
    return record.undo_report


LEADS = [
    {
        "lead": "a",
        "氏名": "山田 太郎",
        "メール": "a@one.example",
        "会社名": "一番",
        "役職": "部長",
        "従業員数": "300",
    },
    {
        "lead": "b",
        "氏名": "鈴木 花",
        "メール": "b@two.example",
        "会社名": "二番",
        "役職": "課長",
        "従業員数": "50名",
    },
]
