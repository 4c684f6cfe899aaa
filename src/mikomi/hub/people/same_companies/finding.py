"""Looking for companies that may be one, among all of them: they are few beside leads.

What was told not to be the same company is never proposed again, also not for those that a merge put
in the place of one of them.
"""

from __future__ import annotations

import json

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.core.matching.companies import COMPANY_PAIRS, find_company_pairs, tell_company_reasons
from mikomi.core.names.corporate_number import corporate_numbers
from mikomi.hub.kit import leases
from mikomi.hub.kit.setwise import fetch, on_postgres, run, staged

LEASE = "same_companies"
_PAIR = {"first": pl.Int32, "second": pl.Int32}


def find_same_companies(wait: float = 600.0) -> int:
    """Brings the stored pairs to what is found; how many are open. Mail domains are those of the keys
    that leads were last compared by (`people.duplicates.keys`). Raises `MikomiError` where another look
    takes longer than `wait` seconds."""
    with leases.hold(LEASE, wait=wait) as lease:
        pairs = find_company_pairs(_companies(), _domains())
        with transaction.atomic():
            lease.check()
            return _store(pairs)


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


def _apart() -> pl.DataFrame:
    told = fetch(
        "select coalesce(a.merged_into, d.low), coalesce(b.merged_into, d.high)"
        " from people_companypair d left join people_company a on a.id = d.low"
        " left join people_company b on b.id = d.high where d.verdict = 'not_same'",
        _PAIR,
    )
    return told.select(
        pl.min_horizontal("first", "second").alias("first"),
        pl.max_horizontal("first", "second").alias("second"),
    ).unique()


def _store(pairs: pl.DataFrame) -> int:
    codes = pairs["reasons"].unique().to_list()
    words = {bits: json.dumps([told.code for told in tell_company_reasons(bits)]) for bits in codes}
    told = pairs.join(_apart(), on=["first", "second"], how="anti", maintain_order="left")
    said = pl.col("reasons").replace_strict(words, return_dtype=pl.String) if words else pl.lit("")
    told = told.with_columns(said.alias("reasons"))
    text = "d.reasons::text" if on_postgres() else "d.reasons"
    held = fetch(
        f"select d.low, d.high, d.level, {text} from people_companypair d where d.verdict = ''",
        COMPANY_PAIRS | {"reasons": pl.String},
    )
    same = held.join(told, on=list(COMPANY_PAIRS), how="semi")
    leaving = held.join(same, on=["first", "second"], how="anti")
    with staged(leaving.select("first", "second"), "leaving"):
        run(
            "delete from people_companypair where verdict = '' and exists (select 1 from leaving g"
            " where g.first = people_companypair.low and g.second = people_companypair.high)"
        )
    as_json = "f.reasons::jsonb" if on_postgres() else "f.reasons"
    fresh = told.join(same, on=["first", "second"], how="anti")
    with staged(fresh.with_columns(pl.lit(timezone.now()).alias("at")), "fresh"):
        run(
            "insert into people_companypair (low, high, level, reasons, verdict, found_at)"
            f" select f.first, f.second, f.level, {as_json}, '', f.at from fresh f where true"
            " on conflict do nothing"
        )
    return told.height
