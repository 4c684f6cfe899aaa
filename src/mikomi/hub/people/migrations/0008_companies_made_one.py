"""Companies that may be one are proposed, and can be made one and two again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("people", "0007_what_imports_confirm"),
    ]
    operations = [
        migrations.AddField("company", "merged_into", models.IntegerField(null=True)),
        migrations.AddIndex(
            "company",
            models.Index(
                fields=["merged_into"], name="company_merged", condition=models.Q(merged_into__isnull=False)
            ),
        ),
        migrations.CreateModel(
            "CompanyMerge",
            [
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("batch", models.IntegerField(db_index=True)),
                ("kept", models.IntegerField(db_index=True)),
                ("gone", models.IntegerField(db_index=True)),
                ("before", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            "CompanyPair",
            [
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "low", "high", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("low", models.IntegerField()),
                ("high", models.IntegerField(db_index=True)),
                ("level", models.SmallIntegerField()),
                ("reasons", models.JSONField(default=list)),
                (
                    "verdict",
                    models.CharField(
                        choices=[("", "Open"), ("not_same", "Not Same")], default="", max_length=10
                    ),
                ),
                ("found_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["verdict", "-level", "low"], name="companypair_order")]
            },
        ),
    ]
