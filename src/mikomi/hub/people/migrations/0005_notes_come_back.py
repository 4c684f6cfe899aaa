"""Notes and files that were deleted can be brought back for a day; a note says who changed it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("people", "0004_match_keys"),
    ]
    operations = [
        migrations.AddField("note", "deleted_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "note",
            "edited_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("attachment", "deleted_at", models.DateTimeField(null=True)),
    ]
