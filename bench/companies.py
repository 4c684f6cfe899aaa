"""Server time of the list of companies and of one company's page.

    python -m bench.companies --leads 1000000

The tables are those of `bench.pages`; one company is made large.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time

import numpy as np

from bench.databases import in_child, on_each, prepared
from bench.pages import fill_tables

ROUNDS = 7
LARGE = 250
"""People of the large company."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    chosen = parser.parse_args(arguments)
    if in_child():
        prepared()
        measure(chosen.leads)
        return 0
    databases = ["sqlite", "postgresql"] if chosen.database == "both" else [chosen.database]
    return on_each("bench.companies", ["--leads", str(chosen.leads)], databases)


def measure(leads: int) -> None:
    """Fills the tables and prints the median time of each page, in milliseconds."""
    from django.db import connection, transaction
    from django.test import Client

    from mikomi.hub.accounts.services import create_user
    from mikomi.hub.site.models import CompanyRow
    from mikomi.hub.site.rows import companies

    fill_tables(leads)
    with transaction.atomic(), connection.cursor() as cursor:
        for table, number in (("people_lead", "id"), ("site_lead_row", "lead_id")):
            cursor.execute(f"update {table} set company_id = 1 where {number} <= {LARGE}")
        companies.recount(np.array(CompanyRow.objects.values_list("company_id", flat=True)[:1000]))
    print(f"{CompanyRow.objects.count():,} companies", flush=True)
    client = Client(HTTP_HOST="localhost")
    client.force_login(create_user("bench@example.com", "測る 人"))
    ways = ("rank", "-rank", "-leads", "leads", "-last_day", "sort", "-sort")
    pages = {f"companies by {way}": f"/companies/?sort={way}" for way in ways}
    pages |= {
        "search, few": "/companies/?q=北浜精機77",
        "search, a common part": "/companies/?q=精機&sort=-leads",
        "search, two common parts": "/companies/?q=北浜+精機&sort=sort",
        "search, none": "/companies/?q=zzzz",
        "search, a common part and a rare one": "/companies/?q=株式会社+計器99",
        "company page": f"/companies/{CompanyRow.objects.filter(leads=3).values_list('pk', flat=True)[0]}/",
        f"company page, {LARGE} people": "/companies/1/",
    }
    for name, url in pages.items():
        waited, worked = [], []
        for _ in range(ROUNDS):
            wall, cpu = time.perf_counter(), time.process_time()
            answer = client.get(url)
            waited.append((time.perf_counter() - wall) * 1000)
            worked.append((time.process_time() - cpu) * 1000)
            assert answer.status_code == 200, (url, answer.status_code)
        said = f"{statistics.median(waited):8.1f} ms  (computing {statistics.median(worked):.1f} ms)"
        print(f"{name:36} {said}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
