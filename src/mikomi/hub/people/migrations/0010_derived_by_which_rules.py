"""By which rules values were derived, so that new ones reach every lead."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0009_labels_come_back")]
    operations = [
        migrations.CreateModel(
            "Derivation",
            [
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("version", models.TextField(default="")),
                ("working", models.TextField(default="")),
                ("upto", models.IntegerField(default=0)),
            ],
        ),
    ]
