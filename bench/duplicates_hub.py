"""Duplicates as the app looks for them: out of the database, pairs back into it.

    python -m bench.duplicates_hub --leads 1000000

The population of `bench.duplicates` as leads and companies. Timed: the first look at all (nothing is
kept yet), the next night's (nothing changed), and one lead: its keys, looking it up among all by index,
and both as a change has it done, with the lease and what is written. "CPU" is what this process used,
user and system; a PostgreSQL beside it is not in it.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable

import polars as pl

from bench.databases import of_leads
from bench.duplicates import make_population

LOOKUPS = 200


def measure(count: int) -> None:
    """Fills the tables and looks for duplicates in each way."""
    from mikomi.hub.people.duplicates import finding, keys

    fill(make_population(count)[0])
    finding.match_one(1)
    for name in ("all leads, first time", "all leads, next night"):
        began, busy = time.perf_counter(), time.process_time()
        found = finding.find_all()
        took, cpu = time.perf_counter() - began, time.process_time() - busy
        print(f"{name:28} {took:8.2f} s {cpu:8.2f} s CPU   {found.pairs:,} pairs", flush=True)
    print(
        f"memory at most               {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:8.2f} GiB"
    )
    ways: dict[str, Callable[[int], object]] = {
        "one lead, its keys": lambda lead: keys.store_keys(keys.keys_of_leads([lead]), [lead]),
        "one lead, by index": finding.match_one,
        "one lead, all and kept": lambda lead: finding.find_for([lead]),
    }
    for name, way in ways.items():
        waited, worked = [], []
        for number in range(1, count, max(count // LOOKUPS, 1)):
            began, busy = time.perf_counter(), time.process_time()
            way(number)
            waited.append(1000 * (time.perf_counter() - began))
            worked.append(1000 * (time.process_time() - busy))
        within = sorted(waited)[int(len(waited) * 0.95)]
        middle, cpu = statistics.median(waited), statistics.median(worked)
        print(f"{name:28} {middle:8.1f} ms {cpu:8.1f} ms CPU   95 % within {within:.1f} ms", flush=True)


def fill(leads: pl.DataFrame) -> None:
    """Stores the population as people's tables have it."""
    from django.db import transaction
    from django.utils import timezone

    from mikomi.hub.kit.setwise import json_value, run, staged

    names = leads["company_key"].drop_nulls().unique().sort()
    companies = pl.DataFrame({"id": pl.int_range(1, len(names) + 1, eager=True), "name": names})
    values = pl.struct(
        pl.concat_str("family", pl.lit(" "), "given").alias("name"),
        pl.col("kana_key").alias("name_kana"),
        "email",
        pl.col("phones").list.first().alias("phone"),
        pl.col("company_key").alias("company"),
    )
    rows = leads.join(companies, left_on="company_key", right_on="name", how="left", maintain_order="left")
    rows = rows.select(
        (pl.col("lead") + 1).alias("id"),
        pl.col("email").fill_null(""),
        pl.col("id").alias("company"),
        values.struct.json_encode().alias("told"),
    )
    now = timezone.now()
    empty = json_value("'{}'")
    with transaction.atomic():
        with staged(companies, "firms"):
            run(
                "insert into people_company (id, key, core, name, attributes, added_at)"
                f" select id, name, name, name, {empty}, %s from firms",
                [now],
            )
        for part in rows.iter_slices(100_000):
            with staged(part, "filled"):
                run(
                    "insert into people_lead (id, key, email, company_id, attributes, added_at)"
                    f" select id, 'L' || id, email, company, {json_value('told')}, %s from filled",
                    [now],
                )


if __name__ == "__main__":
    sys.exit(of_leads("bench.duplicates_hub", __doc__, measure, 100_000))
