"""Seminars and applications that are known from elsewhere, stored at once."""

from __future__ import annotations

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.hub.capture.models import Application, Seminar
from mikomi.hub.kit.setwise import insert
from mikomi.hub.people import queries as people


def put_seminars(seminars: pl.DataFrame, applications: pl.DataFrame) -> None:
    """Stores seminars that were held (`key`, `title`, `starts_at`, `ends_at` in UTC, `place`, `url`,
    `capacity`) and who applied and came (`key`, `lead` (key), `name`, `company`, `email`, `applied_at`,
    `came_at` in UTC, null where they did not). Their events and titles are stored elsewhere; leads that
    nobody knows are left out."""
    now = timezone.now()
    with transaction.atomic():
        made = Seminar.objects.bulk_create(
            Seminar(state=Seminar.State.CLOSED, created_at=now, **row)
            for row in seminars.iter_rows(named=True)
        )
        numbers = pl.DataFrame(
            [(one.key, one.pk) for one in made],
            schema={"key": pl.String, "seminar_id": pl.Int32},
            orient="row",
        )
        known = people.numbers_of(applications["lead"].unique().to_list())
        leads = pl.DataFrame(
            list(known.items()), schema={"lead": pl.String, "number": pl.Int32}, orient="row"
        )
        walked = pl.col("applied_at").is_null()
        rows = applications.join(numbers, on="key").join(leads, on="lead")
        insert(
            Application._meta.db_table,
            rows.select(
                "seminar_id",
                pl.col("number").alias("lead"),
                pl.col("name", "company", "email").fill_null(""),
                pl.when(walked)
                .then(pl.lit(Application.State.WALK_IN.value))
                .otherwise(pl.lit(Application.State.APPLIED.value))
                .alias("state"),
                "applied_at",
                "came_at",
            ),
        )
