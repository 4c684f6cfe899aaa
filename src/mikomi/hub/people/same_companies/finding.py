"""Looking for companies that may be one, among all of them: they are few beside leads."""

from __future__ import annotations

import polars as pl
from django.db import transaction

from mikomi.core.matching.companies import find_company_pairs
from mikomi.core.names.corporate_number import corporate_numbers
from mikomi.hub.kit import leases
from mikomi.hub.kit.setwise import fetch, on_postgres
from mikomi.hub.people.same.deciding import store
from mikomi.hub.people.same_companies.companies import COMPANIES

LEASE = "same_companies"


def find_same_companies(wait: float = 600.0) -> int:
    """Brings the stored pairs to what is found; how many are open. Mail domains are those of the keys
    that leads were last compared by (`people.duplicates.keys`). Raises `MikomiError` where another look
    takes longer than `wait` seconds."""
    with leases.hold(LEASE, wait=wait) as lease:
        pairs = find_company_pairs(_companies(), _domains())
        with transaction.atomic():
            lease.check()
            return store(COMPANIES, pairs)


def _companies() -> pl.DataFrame:
    held = "c.attributes ->> 'corporate_number'" if on_postgres() else "c.attributes ->> '$.corporate_number'"
    rows = fetch(
        f"select c.id, c.key, {held} from people_company c where c.merged_into is null",
        {"company": pl.Int32, "key": pl.String, "number": pl.String},
    )
    return rows.with_columns(corporate_numbers(rows["number"])["number"].alias("number"))


def _domains() -> pl.DataFrame:
    return fetch(
        "select distinct l.company_id, m.domain from people_matchkey m join people_lead l on l.id = m.lead"
        " where m.domain <> '' and l.company_id is not null",
        {"company": pl.Int32, "domain": pl.String},
    )
