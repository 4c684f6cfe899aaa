from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('site', '0009_exports'),
    ]

    operations = [
        migrations.CreateModel(
            name='StatusCount',
            fields=[
                ('pk', models.CompositePrimaryKey('on', 'status', 'heat', blank=True, editable=False, primary_key=True, serialize=False)),
                ('on', models.DateField()),
                ('status', models.SmallIntegerField()),
                ('heat', models.SmallIntegerField()),
                ('n', models.IntegerField()),
            ],
            options={
                'db_table': 'site_status_count',
            },
        ),
        migrations.AddField(
            model_name='leadcell',
            name='status',
            field=models.SmallIntegerField(default=0),
        ),
    ]
