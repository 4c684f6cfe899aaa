from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Company",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("key", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("attributes", models.JSONField(default=dict)),
                ("added_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Field",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("label_ja", models.TextField()),
                ("label_en", models.TextField()),
                ("scope", models.CharField(choices=[("lead", "Lead"), ("company", "Company")], max_length=7)),
                ("kind", models.CharField(default="text", max_length=6)),
                ("custom", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Lead",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("key", models.TextField(unique=True)),
                ("email", models.TextField(db_index=True, default="")),
                ("attributes", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(null=True)),
                ("added_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to="people.company"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("scope", models.CharField(choices=[("lead", "Lead"), ("company", "Company")], max_length=7)),
                ("subject", models.IntegerField()),
                ("values", models.JSONField()),
                ("known_from", models.IntegerField(null=True)),
                ("recorded_at", models.BigIntegerField()),
                ("recorded_day", models.IntegerField()),
                ("source", models.TextField()),
                ("import_id", models.IntegerField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["scope", "subject"], name="change_subject"),
                    models.Index(fields=["scope", "known_from"], name="change_day"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Import",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("leads", "Leads"), ("events", "Events"), ("outcomes", "Outcomes")],
                        max_length=8,
                    ),
                ),
                ("file_name", models.TextField()),
                ("stored_as", models.TextField(default="")),
                ("sha256", models.CharField(max_length=64)),
                ("encoding", models.TextField(default="")),
                ("known_from", models.DateField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("uploaded", "Uploaded"),
                            ("checked", "Checked"),
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        max_length=8,
                    ),
                ),
                ("cursor", models.IntegerField(default=0)),
                ("rows", models.IntegerField(default=0)),
                ("new", models.IntegerField(default=0)),
                ("changed", models.IntegerField(default=0)),
                ("unchanged", models.IntegerField(default=0)),
                ("rejected", models.IntegerField(default=0)),
                ("waiting", models.IntegerField(default=0)),
                ("waiting_keys", models.IntegerField(default=0)),
                ("conflicts", models.IntegerField(default=0)),
                ("report", models.JSONField(default=dict)),
                ("error_ja", models.TextField(default="")),
                ("error_en", models.TextField(default="")),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "sha256"], name="import_file")],
            },
        ),
    ]
