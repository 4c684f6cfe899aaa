"""What is read of a few leads is looked up by their numbers, however many others there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection

from mikomi.hub.activity import queries as facts
from mikomi.hub.people import queries as people
from tests.hub.people.duplicates_world import put

pytestmark = pytest.mark.django_db
LARGE = ("people_lead", "people_company", "people_change", "activity_activity", "activity_event")
READS: dict[str, Callable[[list[int]], object]] = {
    "attributes": lambda leads: people.attribute_frame(None, leads),
    "attributes of a past day": lambda leads: people.attribute_frame(date(2026, 1, 1), leads),
    "colleagues": people.colleague_ids,
    "activity": facts.activity_source,
    "counts": facts.event_counts,
    "outcomes": facts.outcomes_among,
    "timeline": facts.timeline_among,
}


@pytest.mark.parametrize("name", READS)
def test_no_table_that_grows_is_gone_through(name: str) -> None:
    """SQLite's plans hang on no table's size, so a small one shows them; PostgreSQL's do."""
    if connection.vendor != "sqlite":
        return
    leads = [put()["A1"]]
    asked: list[tuple[str, Any]] = []

    def note(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        READS[name](leads)
    selects = [(sql, params) for sql, params in asked if sql.lstrip().startswith(("select", "with"))]
    assert selects
    with connection.cursor() as cursor:
        for sql, params in selects:
            cursor.execute(f"explain query plan {sql}", params)
            for *_, step in cursor.fetchall():
                whole = step.startswith("SCAN") or "merged_into" in step or "trashed_at" in step
                aliases = {"l": "people_lead", "c": "people_company", "a": "activity_activity"}
                table = step.split()[1] if whole else ""
                assert aliases.get(table, table) not in LARGE, (sql, step)
