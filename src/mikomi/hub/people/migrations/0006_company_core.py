"""Names with and without a legal form are found by what they share."""

from django.db import migrations, models

from mikomi.hub.kit.setwise import on_postgres, run


def set_cores(apps, schema_editor):
    core = "split_part(key, '|', 1)" if on_postgres() else "substr(key, 1, instr(key || '|', '|') - 1)"
    run(f"update people_company set core = {core}")


class Migration(migrations.Migration):
    dependencies = [("people", "0005_notes_come_back")]

    operations = [
        migrations.AddField("company", "core", models.TextField(db_index=True, default="")),
        migrations.RunPython(set_cores, migrations.RunPython.noop),
    ]
