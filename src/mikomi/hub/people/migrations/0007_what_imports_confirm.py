"""Rows of what imports named say whether the import made it, and which known values it confirmed."""

from django.db import migrations, models

from mikomi.hub.kit.setwise import run


def mark_named(apps, schema_editor):
    # A lead that an import named stood under a scope of its own.
    run(
        "delete from people_importedsubject where scope = 'named' and exists (select 1 from"
        " people_importedsubject o where o.import_id = people_importedsubject.import_id"
        " and o.scope = 'lead' and o.subject = people_importedsubject.subject)"
    )
    run("update people_importedsubject set scope = 'lead', made = false where scope = 'named'")


class Migration(migrations.Migration):
    dependencies = [("people", "0006_company_core")]

    operations = [
        migrations.AddField("importedsubject", "made", models.BooleanField(default=True)),
        migrations.AddField("importedsubject", "confirmed", models.TextField(default="")),
        migrations.AddField("importedsubject", "at", models.BigIntegerField(default=0)),
        migrations.RunPython(mark_named, migrations.RunPython.noop),
        migrations.AddIndex(
            "importedsubject",
            models.Index(
                fields=["scope", "subject"], name="imported_named", condition=models.Q(made=False)
            ),
        ),
    ]
