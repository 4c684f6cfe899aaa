"""The tables of the lists, written out by hand for each database.

Texts sort by code point on both (PostgreSQL needs `collate "C"` for that), the suffix tables have
no second copy of themselves in SQLite, and the indexes carry the tie-breaker that paging needs.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from mikomi.hub.site.rows.schema import create_all, drop_all


def forwards(apps, schema_editor) -> None:
    for statement in create_all(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def backwards(apps, schema_editor) -> None:
    for statement in drop_all():
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = []
    operations: ClassVar[list[Operation]] = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(forwards, backwards)],
            state_operations=[
                migrations.CreateModel(
                    "LeadRow",
                    [
                        ("lead_id", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("key", models.TextField()),
                        ("name", models.TextField(default="")),
                        ("kana", models.TextField(default="")),
                        ("email", models.TextField(default="")),
                        ("company_id", models.BigIntegerField(null=True)),
                        ("company", models.TextField(default="")),
                        ("title", models.TextField(default="")),
                        ("department", models.TextField(default="")),
                        ("industry", models.TextField(default="")),
                        ("owner", models.TextField(default="")),
                        ("fit", models.FloatField(default=0)),
                        ("engagement", models.FloatField(default=0)),
                        ("total", models.FloatField(default=0)),
                        ("rank", models.BigIntegerField(default=0)),
                        ("last_day", models.IntegerField(default=0)),
                        ("cell", models.IntegerField(default=0)),
                        ("heat", models.SmallIntegerField(default=0)),
                        ("fit_grade", models.SmallIntegerField(default=0)),
                        ("engagement_grade", models.SmallIntegerField(default=0)),
                    ],
                    options={"db_table": "site_lead_row"},
                ),
                migrations.CreateModel(
                    "LeadCell",
                    [
                        ("id", models.IntegerField(primary_key=True, serialize=False)),
                        ("heat", models.SmallIntegerField()),
                        ("fit_grade", models.SmallIntegerField()),
                        ("engagement_grade", models.SmallIntegerField()),
                        ("recency", models.SmallIntegerField()),
                        ("owner", models.TextField()),
                        ("industry", models.TextField()),
                        ("n", models.IntegerField()),
                    ],
                    options={"db_table": "site_lead_cell"},
                ),
                migrations.CreateModel(
                    "LeadText",
                    [
                        ("lead_id", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("text", models.TextField()),
                    ],
                    options={"db_table": "site_lead_text"},
                ),
                migrations.CreateModel(
                    "LeadSuffix",
                    [
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "suffix",
                                "lead_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("suffix", models.TextField()),
                        ("lead_id", models.BigIntegerField()),
                    ],
                    options={"db_table": "site_lead_suffix"},
                ),
                migrations.CreateModel(
                    "CompanySuffix",
                    [
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "suffix",
                                "company_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("suffix", models.TextField()),
                        ("company_id", models.BigIntegerField()),
                    ],
                    options={"db_table": "site_company_suffix"},
                ),
                migrations.CreateModel(
                    "Board",
                    [
                        ("id", models.SmallIntegerField(primary_key=True, serialize=False, default=1)),
                        ("on", models.DateField(null=True)),
                        ("version", models.IntegerField(null=True)),
                        ("model", models.TextField(default="")),
                        ("hot_at", models.FloatField(default=0)),
                        ("change", models.BigIntegerField(default=0)),
                        ("scored_at", models.DateTimeField(null=True)),
                    ],
                    options={"db_table": "site_board"},
                ),
            ],
        ),
        migrations.CreateModel(
            "ScoreLog",
            [
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("on", models.DateField()),
                ("version", models.IntegerField()),
                ("scored_at", models.DateTimeField()),
                ("leads", models.IntegerField()),
                ("hot", models.IntegerField()),
                ("file", models.TextField()),
            ],
            options={
                "db_table": "site_score_log",
                "indexes": [models.Index(fields=["on", "version"], name="score_log_day")],
            },
        ),
        migrations.CreateModel(
            "ContentTitle",
            [
                ("content", models.TextField(primary_key=True, serialize=False)),
                ("title", models.TextField()),
            ],
            options={"db_table": "site_content_title"},
        ),
    ]
