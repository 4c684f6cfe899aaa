from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activity", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="HistoryCopy",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("through", models.BigIntegerField()),
            ],
        ),
    ]
