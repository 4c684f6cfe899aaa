"""Of whom past days may say something else than today, and how leads first came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from mikomi.hub.kit.setwise import fetch, on_postgres
from mikomi.hub.people.dated import EPOCH
from mikomi.hub.people.fields import keys_of
from mikomi.hub.people.json_values import opened
from mikomi.hub.people.models import Scope

CAME_BY = ("first_touch_source", "first_touch_referrer")
"""The fields that say how a lead first came, the first known one counts."""


def lead_ground() -> pl.DataFrame:
    """All leads that are not out, by number: `number`, `company_id` (null without one), `came_by` (null where
    nothing says how they first came)."""
    said = ", ".join(f"nullif(l.attributes ->> '{field}', '')" for field in CAME_BY)
    return fetch(
        f"select l.id, l.company_id, coalesce({said}) from people_lead l"
        " where l.trashed_at is null and l.merged_into is null order by l.id",
        {"number": pl.Int32, "company_id": pl.Int32, "came_by": pl.String},
    )


def changed_after(fields: Sequence[str], on: date) -> pl.DataFrame:
    """The leads of whom `fields` said something else on local day `on` than later: `number`, `day` (days
    since 1970-01-01 from which a value holds); a lead stands once a day. A company's values are its
    leads'."""
    asked = sorted({*fields, "company"})
    day = on.toordinal() - EPOCH
    shared = set(keys_of(Scope.COMPANY))
    own = _changes(Scope.LEAD, asked, day).rename({"subject": "number"})
    of_company = [field for field in asked if field in shared]
    if not of_company:
        return own.unique().sort("number", "day")
    companies = _changes(Scope.COMPANY, of_company, day)
    people = fetch(
        "select id, company_id from people_lead where company_id is not null",
        {"number": pl.Int32, "subject": pl.Int32},
    )
    theirs = people.join(companies, on="subject").select("number", "day")
    # Who moved had the values of a company before: which one is not asked, all days are named.
    movers = _changes(Scope.LEAD, ["company"], day).select(pl.col("subject").alias("number")).unique()
    if movers.height:
        theirs = pl.concat([theirs, movers.join(companies.select("day").unique(), how="cross")])
    return pl.concat([own, theirs]).unique().sort("number", "day")


def _changes(scope: Scope, fields: Sequence[str], day: int) -> pl.DataFrame:
    text = 'c."values"::text' if on_postgres() else 'c."values"'
    rows = fetch(
        f"select c.subject, c.known_from, {text} from people_change c"
        " where c.scope = %s and c.known_from > %s",
        {"subject": pl.Int32, "day": pl.Int32, "#values": pl.String},
        [scope.value, day],
    )
    told = opened(rows["#values"], fields)
    some = told.select(pl.any_horizontal(pl.lit(False), pl.all().is_not_null()).alias("some"))["some"]
    return rows.select("subject", "day").filter(some)
