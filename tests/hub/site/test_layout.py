"""Databases of before: their rows are taken over when the tables change."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection

from mikomi.hub.site.models import LeadRow, LeadScore
from mikomi.hub.site.rows.schema import INDEXES
from tests.hub.site.population import fill

MIGRATION = import_module("mikomi.hub.site.migrations.0003_scores_stand_apart")


def put_back() -> None:
    """The layout of before: scores in the rows of the people."""
    statements = [
        f"alter table site_lead_row add column {name} {kind} not null default 0"
        for name, kind in zip(MIGRATION.MOVED, ["float"] * 3 + ["bigint"] * 6, strict=True)
    ]
    for name in MIGRATION.KEPT:
        value = f"select s.{name} from site_lead_score s where s.lead_id = site_lead_row.lead_id"
        statements.append(f"update site_lead_row set {name} = ({value})")
    statements.append("drop table site_lead_score")
    old = [(name, "site_lead_row", columns) for name, columns in INDEXES["site_lead_score"].items()]
    statements += [f"create index {name} on {table} ({columns})" for name, table, columns in old]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.django_db
def test_scores_of_before_move_into_their_own_table() -> None:
    fill(200)
    before = list(LeadScore.objects.order_by("lead_id").values_list())
    people = list(LeadRow.objects.order_by("lead_id").values_list())
    put_back()
    with connection.cursor() as cursor:
        MIGRATION.forwards(None, SimpleNamespace(connection=connection, execute=cursor.execute))
    assert list(LeadScore.objects.order_by("lead_id").values_list()) == before
    assert list(LeadRow.objects.order_by("lead_id").values_list()) == people
    with connection.cursor() as cursor:
        fields = {f.name for f in connection.introspection.get_table_description(cursor, "site_lead_row")}
        made = connection.introspection.get_constraints(cursor, "site_lead_score")
    assert not fields & set(MIGRATION.MOVED)
    assert made.keys() >= INDEXES["site_lead_score"].keys()
