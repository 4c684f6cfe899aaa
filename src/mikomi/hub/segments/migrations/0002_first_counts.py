"""Segments know when their members were first counted by the definition they follow: at once, until now."""

from django.db import migrations, models
from django.utils.timezone import localdate


def date_first_counts(apps, schema_editor):
    segments = apps.get_model("segments", "Segment")
    for segment in segments.objects.filter(counted__gt=0):
        segment.begun_on = localdate(segment.defined_at)
        segment.save(update_fields=["begun_on"])


class Migration(migrations.Migration):
    dependencies = [("segments", "0001_segments")]
    operations = [
        migrations.AddField("segment", "begun_on", models.DateField(null=True)),
        migrations.RunPython(date_first_counts, migrations.RunPython.noop),
    ]
