"""How often each content was touched on each day, so that nobody has to add up the activity."""

from django.db import migrations, models

COUNTS = """
insert into activity_touchcount (day, touch, n)
select day, touch, count(*) from activity_event where counted group by day, touch;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('activity', '0006_sweeps'),
    ]

    operations = [
        migrations.CreateModel(
            name='TouchCount',
            fields=[
                ('pk', models.CompositePrimaryKey('day', 'touch', blank=True, editable=False, primary_key=True, serialize=False)),
                ('day', models.IntegerField()),
                ('touch', models.IntegerField()),
                ('n', models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(COUNTS, migrations.RunSQL.noop),
    ]
