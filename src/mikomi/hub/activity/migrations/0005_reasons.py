"""Why an event does not count, how certain that is, and how many there are of each."""

from django.db import migrations, models

# By SQL, since Django would remake the clustered table; both databases add columns with a default at once.
COLUMNS = """
alter table activity_event add column reason varchar(20) not null default '';
alter table activity_event add column certainty smallint not null default 0;
"""
BACK = """
alter table activity_event drop column reason;
alter table activity_event drop column certainty;
"""
KNOWN = """
update activity_event set certainty = 100, reason = case when source = 'web' then 'own_staff' else 'told' end
where automated;
"""
COUNTS = """
insert into activity_eventcount (day, source, kind, reason, n)
select e.day, e.source, t.kind, case when e.automated then e.reason else '' end, count(*)
from activity_event e join activity_touch t on t.id = e.touch group by 1, 2, 3, 4;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('activity', '0004_event_details'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(COLUMNS, BACK)],
            state_operations=[
                migrations.AddField(
                    model_name='event',
                    name='reason',
                    field=models.CharField(default='', max_length=20),
                ),
                migrations.AddField(
                    model_name='event',
                    name='certainty',
                    field=models.SmallIntegerField(default=0),
                ),
            ],
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('automated', True)), fields=['day'], name='event_machines'),
        ),
        migrations.CreateModel(
            name='EventCount',
            fields=[
                ('pk', models.CompositePrimaryKey('day', 'source', 'kind', 'reason', blank=True, editable=False, primary_key=True, serialize=False)),
                ('day', models.IntegerField()),
                ('source', models.CharField(max_length=20)),
                ('kind', models.CharField(max_length=40)),
                ('reason', models.CharField(max_length=20)),
                ('n', models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(COUNTS, migrations.RunSQL.noop),
    ]
