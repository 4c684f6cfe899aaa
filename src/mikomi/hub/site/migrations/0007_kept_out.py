from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("site", "0006_companies")]

    operations = [
        migrations.CreateModel(
            name="KeptOut",
            fields=[
                ("lead_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("effects", models.TextField()),
                ("reasons", models.TextField()),
                ("counted", models.BooleanField(default=True)),
                ("heat", models.SmallIntegerField(default=0)),
                ("would_be_hot", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "site_kept_out",
                "indexes": [
                    models.Index(
                        condition=models.Q(("would_be_hot", True)), fields=["lead_id"], name="kept_out_hot"
                    )
                ],
            },
        ),
    ]
