"""The company of a lead that names none, recognised by the domain of its mail address."""

from __future__ import annotations

import polars as pl
from django.utils import timezone

from mikomi.core.names.mail_domains import mail_domains
from mikomi.hub.kit.setwise import fetch, on_postgres
from mikomi.hub.people.dated import origin
from mikomi.hub.people.services import upsert_leads
from mikomi.hub.people.value_sources import MAIL_DOMAIN

FEWEST = 2
SHARE = 0.9
"""So many people, and such a part of all who have addresses of the domain, must work at one company: groups
share a domain, and one person who moved says nothing."""
AT_ONCE = 5_000


def recognise_companies() -> int:
    """Gives leads that never had a company that of their mail domain, where one is sure; how many. Free mail
    and carriers' domains are nobody's. What somebody takes away stays away."""
    at = "strpos(l.email, '@')" if on_postgres() else "instr(l.email, '@')"
    said = "jsonb_exists(c.\"values\", 'company')" if on_postgres() else 'c."values" like \'%%"company":%%\''
    there = "l.email <> '' and l.trashed_at is null and l.merged_into is null"
    wanting = _with_domain(
        fetch(
            f"select l.key, l.email from people_lead l where l.company_id is null and {there} and not exists"
            f" (select 1 from people_change c where c.scope = 'lead' and c.subject = l.id and {said})",
            {"lead": pl.String, "email": pl.String},
        )
    )
    if wanting.is_empty():
        return 0
    known = _with_domain(
        fetch(
            f"select 'x' || substr(l.email, {at}), c.id, c.name, count(*) from people_lead l"
            f" join people_company c on c.id = l.company_id where {there} group by 1, 2, 3",
            {"email": pl.String, "id": pl.Int64, "company": pl.String, "n": pl.Int64},
        )
    )
    sure = (
        known.group_by("domain", "id", "company")
        .agg(pl.col("n").sum())
        .with_columns(pl.col("n").sum().over("domain").alias("all"))
        .filter((pl.col("n") >= FEWEST) & (pl.col("n") >= SHARE * pl.col("all")))
    )
    found = wanting.join(sure, on="domain").select("lead", "company")
    for some in found.iter_slices(AT_ONCE):
        upsert_leads(some, origin(MAIL_DOMAIN, known_from=timezone.localdate()), fill=True)
    return found.height


def _with_domain(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows whose `email` is of a company's domain, with that `domain` as registered."""
    return rows.with_columns(mail_domains(rows["email"])["company_domain"].alias("domain")).drop_nulls(
        "domain"
    )
