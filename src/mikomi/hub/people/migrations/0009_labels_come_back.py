"""Tags and lists that were deleted can be brought back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0008_companies_made_one")]
    operations = [
        migrations.AddField("tag", "deleted_at", models.DateTimeField(null=True)),
        migrations.AddField("leadlist", "deleted_at", models.DateTimeField(null=True)),
    ]
