"""Reading what is asked of duplicates among leads alone; `people.same.queries` reads the rest."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl
from django.utils import timezone

from mikomi.core.matching.groups import group_sure
from mikomi.core.matching.levels import Level
from mikomi.hub.kit.setwise import fetch
from mikomi.hub.people.duplicates.keys import COLUMNS, SCHEMA, compared
from mikomi.hub.people.duplicates.leads import LEADS
from mikomi.hub.people.duplicates.types import Sure
from mikomi.hub.people.models import Lead, Merge
from mikomi.hub.people.models.same import DuplicateRun, MergeRun
from mikomi.hub.people.same.deciding import apart


def looked_at() -> datetime | None:
    """When duplicates were last looked for; None where they never were."""
    return DuplicateRun.objects.filter(pk=1).values_list("at", flat=True).first()


def merged_into(leads: Collection[int]) -> list[int]:
    """The leads that were merged into one of these."""
    return list(Lead.objects.filter(merged_into__in=leads).values_list("pk", flat=True))


def sure_groups(until: datetime | None = None) -> Sure:
    """What a merge of all sure ones would do; `until`: of those found up to then. Groups that
    contradict themselves are held back."""
    mine = "from people_duplicatepair where verdict = '' and level = %s and found_at <= %s"
    asked = [int(Level.SURE), until or timezone.now()]
    rows = fetch(f"select low, high {mine}", {"first": pl.Int64, "second": pl.Int64}, asked)
    if rows.is_empty():
        return Sure((), {})
    pairs = rows.with_columns(level=pl.lit(int(Level.SURE), pl.UInt8), reasons=pl.lit(0, pl.UInt32))
    both = f"in (select low {mine} union select high {mine})"
    keys = fetch(
        f"select lead, {', '.join(COLUMNS)} from people_matchkey where lead {both}", SCHEMA, asked * 2
    )
    counts = fetch(
        f"select lead, sum(n) from activity_activity where lead {both} group by lead",
        {"lead": pl.Int64, "events": pl.Int64},
        asked * 2,
    )
    groups = group_sure(compared(keys), pairs, apart(LEADS))
    held = groups.drop_nulls("held").group_by("held").agg(pl.col("group").n_unique())
    free = groups.filter(pl.col("held").is_null())
    # The busiest stays; of equals the one that came first.
    ordered = free.join(counts, on="lead", how="left").sort(
        "group", pl.col("events").fill_null(0), "lead", descending=[False, True, False]
    )
    listed = ordered.group_by("group", maintain_order=True).agg("lead")["lead"].to_list()
    return Sure(tuple(tuple(group) for group in listed), dict(held.iter_rows()))


def merge_run(number: int) -> MergeRun | None:
    """One bulk merge."""
    return MergeRun.objects.filter(pk=number).first()


def latest_run() -> MergeRun | None:
    """The bulk merge that was asked for last, unless it was taken back."""
    return MergeRun.objects.filter(undone_at=None).order_by("-pk").first()


def run_merges(run: int) -> list[int]:
    """The merges of a bulk merge that hold, the latest first."""
    return list(Merge.objects.filter(run=run, undone_at=None).order_by("-pk").values_list("pk", flat=True))
