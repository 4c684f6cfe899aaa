"""Merges of companies keep by what name each lead called its company; those made before kept the leads alone."""

from django.db import migrations


def name_leads(apps, schema_editor):
    merges = apps.get_model('people', 'CompanyMerge')
    leads = apps.get_model('people', 'Lead')
    for merge in merges.objects.filter(undone_at=None):
        if isinstance(merge.before['leads'], list):
            said = leads.objects.in_bulk(merge.before['leads'])
            merge.before['leads'] = {str(n): lead.attributes.get('company', '') for n, lead in said.items()}
            merge.save(update_fields=['before'])


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0010_derived_by_which_rules'),
    ]

    operations = [
        migrations.RunPython(name_leads, migrations.RunPython.noop),
    ]
