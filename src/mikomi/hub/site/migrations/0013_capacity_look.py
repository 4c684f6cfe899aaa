from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('site', '0012_flow_figures'),
    ]

    operations = [
        migrations.CreateModel(
            name='CapacityLook',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('on', models.DateField()),
                ('document', models.JSONField(default=dict)),
                ('passed', models.FloatField(null=True)),
            ],
            options={
                'db_table': 'site_capacity_look',
            },
        ),
    ]
