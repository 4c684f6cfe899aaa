"""What scoring says of a lead moves out of the row of what is known of the person.

A night then writes a narrow table. A database that was made with the newer layout has it already.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from mikomi.hub.site.rows.schema import INDEXES, create_index, create_table

MOVED = ("fit", "engagement", "total", "rank", "last_day", "cell", "heat", "fit_grade", "engagement_grade")
KEPT = MOVED[:6]


def forwards(apps, schema_editor) -> None:
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if "site_lead_score" in connection.introspection.table_names(cursor):
            return
    names = ", ".join(("lead_id", "key", *KEPT))
    schema_editor.execute(create_table(connection.vendor, "site_lead_score"))
    schema_editor.execute(f"insert into site_lead_score ({names}) select {names} from site_lead_row")
    for name in INDEXES["site_lead_score"]:
        schema_editor.execute(f"drop index {name}")
        schema_editor.execute(create_index("site_lead_score", name))
    for column in MOVED:
        schema_editor.execute(f"alter table site_lead_row drop column {column}")


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("site", "0002_titles_belong_to_activity")]
    operations: ClassVar[list[Operation]] = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(forwards, migrations.RunPython.noop)],
            state_operations=[
                *(migrations.RemoveField("LeadRow", name) for name in MOVED),
                migrations.CreateModel(
                    "LeadScore",
                    [
                        ("lead_id", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("key", models.TextField()),
                        ("fit", models.FloatField(default=0)),
                        ("engagement", models.FloatField(default=0)),
                        ("total", models.FloatField(default=0)),
                        ("rank", models.BigIntegerField(default=0)),
                        ("last_day", models.IntegerField(default=0)),
                        ("cell", models.IntegerField(default=0)),
                    ],
                    options={"db_table": "site_lead_score"},
                ),
            ],
        )
    ]
