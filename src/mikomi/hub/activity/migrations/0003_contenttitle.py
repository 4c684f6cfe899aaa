from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activity", "0002_historycopy")]

    operations = [
        migrations.CreateModel(
            name="ContentTitle",
            fields=[
                ("content", models.TextField(primary_key=True, serialize=False)),
                ("title", models.TextField()),
            ],
        ),
    ]
