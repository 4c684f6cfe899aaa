"""One row a company, for the list of companies, filled from the rows of the leads."""

from __future__ import annotations

from typing import ClassVar

import polars as pl
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from mikomi.hub.kit.setwise import fetch
from mikomi.hub.site.rows import companies


def forwards(apps, schema_editor) -> None:
    for statement in companies.create(schema_editor.connection.vendor):
        schema_editor.execute(statement)
    known = fetch(
        "select distinct company_id from site_lead_row where company_id is not null", {"company_id": pl.Int64}
    )
    companies.recount(known["company_id"].to_numpy())


def backwards(apps, schema_editor) -> None:
    schema_editor.execute("drop table site_company_row")


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("site", "0005_acts")]
    operations: ClassVar[list[Operation]] = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(forwards, backwards)],
            state_operations=[
                migrations.CreateModel(
                    "CompanyRow",
                    [
                        ("company_id", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("name", models.TextField()),
                        ("sort", models.TextField()),
                        ("text", models.TextField()),
                        ("leads", models.IntegerField()),
                        ("hot", models.IntegerField()),
                        ("rank", models.BigIntegerField()),
                        ("best", models.BigIntegerField()),
                        ("last_day", models.IntegerField()),
                    ],
                    options={"db_table": "site_company_row"},
                ),
            ],
        )
    ]
