from __future__ import annotations

from django.db import migrations, models

from mikomi.hub.activity.clustered import CreateClusteredModel


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ChangedLead",
            fields=[
                ("lead", models.IntegerField(primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(db_index=True)),
                ("activity", models.BigIntegerField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="ChangeNumber",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("last", models.BigIntegerField()),
                ("erased", models.BigIntegerField()),
            ],
        ),
        CreateClusteredModel(
            name="Event",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "subject", "at", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("subject", models.IntegerField()),
                ("at", models.BigIntegerField()),
                ("id", models.BigIntegerField()),
                ("day", models.IntegerField()),
                ("touch", models.IntegerField()),
                ("automated", models.BooleanField()),
                ("counted", models.BooleanField()),
                ("import_id", models.IntegerField(null=True)),
                ("source", models.CharField(max_length=20)),
                ("payload", models.JSONField(null=True)),
            ],
        ),
        CreateClusteredModel(
            name="Outcome",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "subject", "at", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("subject", models.IntegerField()),
                ("at", models.BigIntegerField()),
                ("id", models.BigIntegerField()),
                ("day", models.IntegerField()),
                ("result", models.CharField(max_length=40)),
                ("reason", models.TextField(default="")),
                ("amount", models.TextField(default="")),
                ("import_id", models.IntegerField(null=True)),
                ("source", models.CharField(max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name="Subject",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("key", models.TextField(unique=True)),
                ("lead", models.IntegerField(db_index=True, null=True)),
            ],
        ),
        CreateClusteredModel(
            name="Activity",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "lead",
                        "day",
                        "touch",
                        "subject",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("lead", models.IntegerField()),
                ("day", models.IntegerField()),
                ("touch", models.IntegerField()),
                ("subject", models.IntegerField()),
                ("n", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("n__gte", 0)), name="activity_never_negative")
                ],
            },
        ),
        migrations.CreateModel(
            name="Touch",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40)),
                ("content", models.CharField(max_length=512)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "content"), name="touch_once")],
            },
        ),
    ]
