from __future__ import annotations

from django.db import migrations

MOVE = "insert into {to} (content, title) select content, title from {where} where true on conflict do nothing"


class Migration(migrations.Migration):
    dependencies = [("site", "0001_initial"), ("activity", "0003_contenttitle")]

    operations = [
        migrations.RunSQL(
            MOVE.format(to="activity_contenttitle", where="site_content_title"),
            MOVE.format(to="site_content_title", where="activity_contenttitle"),
        ),
        migrations.DeleteModel("ContentTitle"),
    ]
