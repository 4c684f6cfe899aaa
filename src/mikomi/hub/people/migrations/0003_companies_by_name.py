"""Companies are found by what their names mean; those that turn out to be one are joined.

The one that came first stays. Leads, values, notes, files and exclusions of the others come to it;
what holds now is worked out anew from all values of both.
"""

import json

import polars as pl
from django.db import migrations, models

from mikomi.core.names.companies import company_key
from mikomi.hub.kit.setwise import fetch, on_postgres, run, staged

_MOVED = """
update people_lead set company_id = (select j.kept from joined j where j.gone = people_lead.company_id)
 where company_id in (select gone from joined);
update people_change set subject = (select j.kept from joined j where j.gone = people_change.subject)
 where scope = 'company' and subject in (select gone from joined);
update people_note set subject = (select j.kept from joined j where j.gone = people_note.subject)
 where scope = 'company' and subject in (select gone from joined);
update people_attachment set subject = (select j.kept from joined j where j.gone = people_attachment.subject)
 where scope = 'company' and subject in (select gone from joined);
update people_exclusion set value = (select cast(j.kept as text) from joined j
 where cast(j.gone as text) = people_exclusion.value)
 where target = 'company' and value in (select cast(gone as text) from joined);
delete from people_importedsubject where scope = 'company' and subject in (select gone from joined);
delete from people_company where id in (select gone from joined)
"""


def key_anew(apps, schema_editor):
    rows = fetch(
        "select id, key, name from people_company order by id",
        {"id": pl.Int32, "old": pl.String, "name": pl.String},
    )
    if rows.is_empty():
        return
    # A name that names nobody keeps its old key, by which no name is found any more.
    key = company_key(rows["name"])
    rows = rows.with_columns(pl.coalesce(pl.lit(key), pl.lit("-") + pl.col("old")).alias("key"))
    rows = rows.with_columns(pl.col("id").first().over("key").alias("kept"))
    joined = rows.filter(pl.col("id") != pl.col("kept")).select(gone="id", kept="kept")
    stay = rows.filter(pl.col("id") == pl.col("kept"))
    if joined.height:
        with staged(joined, "joined"):
            for statement in _MOVED.split(";"):
                run(statement)
        _work_out(joined["kept"].unique().sort().to_list())
    with staged(stay.select("id", "key"), "keyed"):
        run("update people_company set key = '-' || id")
        run("update people_company set key = keyed.key from keyed where keyed.id = people_company.id")


def _work_out(companies):
    told = '"values"::text' if on_postgres() else '"values"'
    with staged(pl.DataFrame({"id": companies}, schema={"id": pl.Int32}), "asked"):
        changes = fetch(
            f"select c.subject, {told} from people_change c join asked a on a.id = c.subject"
            " where c.scope = 'company' order by c.subject, coalesce(c.known_from, -1), c.recorded_at, c.id",
            {"subject": pl.Int32, "values": pl.String},
        )
    held = {number: {} for number in companies}
    for subject, values in changes.iter_rows():
        held[subject] |= json.loads(values)
    now = pl.DataFrame(
        {"id": list(held), "values": [json.dumps(values, ensure_ascii=False) for values in held.values()]},
        schema={"id": pl.Int32, "values": pl.String},
    )
    cast = "::jsonb" if on_postgres() else ""
    with staged(now, "held"):
        run(
            f'update people_company set attributes = held."values"{cast} from held'
            " where held.id = people_company.id"
        )


def nothing(apps, schema_editor):
    """Joined companies are not parted again; their keys are computed anew when the program goes back."""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_people_as_they_are")]

    operations = [
        migrations.CreateModel(
            name="CompanyAlias",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("company", models.IntegerField(db_index=True)),
                ("name", models.TextField(default="")),
                ("import_id", models.IntegerField(db_index=True, null=True)),
                ("added_at", models.DateTimeField()),
            ],
        ),
        migrations.RunPython(key_anew, nothing),
    ]
