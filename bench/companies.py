"""Server time of the list of companies and of one company's page.

    python -m bench.companies --leads 1000000

The tables are those of `bench.pages`; one company is made large.
"""

from __future__ import annotations

import sys

import numpy as np

from bench.databases import of_leads
from bench.pages import fill_tables, somebody, time_pages

LARGE = 250
"""People of the large company."""


def measure(leads: int) -> None:
    """Fills the tables and prints the median time of each page, in milliseconds."""
    from django.db import connection, transaction

    from mikomi.hub.site.models import CompanyRow
    from mikomi.hub.site.rows import companies

    fill_tables(leads)
    with transaction.atomic(), connection.cursor() as cursor:
        for table, number in (("people_lead", "id"), ("site_lead_row", "lead_id")):
            cursor.execute(f"update {table} set company_id = 1 where {number} <= {LARGE}")
        companies.recount(np.array(CompanyRow.objects.values_list("company_id", flat=True)[:1000]))
    print(f"{CompanyRow.objects.count():,} companies", flush=True)
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
    time_pages(somebody(), pages)


if __name__ == "__main__":
    sys.exit(of_leads("bench.companies", __doc__, measure))
