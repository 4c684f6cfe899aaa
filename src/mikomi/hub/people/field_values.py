"""Values of some fields for some leads, as lists show them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from django.db import transaction

from mikomi.core.values.choices import SEPARATOR
from mikomi.hub.kit.setwise import fetch, on_postgres, staged
from mikomi.hub.people.field_tests import TestedField
from mikomi.hub.people.json_values import opened
from mikomi.hub.people.kinds import numeric_keys
from mikomi.hub.people.models import Lead

RANGE = "〜"
"""Stands between the least and the most of a range as it is stored; see `core.values.quantities`."""
YES = {"yes": ("はい", "Yes"), "no": ("いいえ", "No")}


def values_of(leads: Sequence[int], keys: Sequence[str]) -> dict[int, dict[str, str]]:
    """What is known now of leads (a page of them, or a piece of a list), their company's values first."""
    rows = Lead.objects.filter(pk__in=list(leads)).values_list("pk", "attributes", "company__attributes")
    return {
        number: {key: (shared or {}).get(key) or own.get(key) or "" for key in keys}
        for number, own, shared in rows
    }


def ranges_of(keys: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Of the fields `keys` for numbers and money: how many leads have a range with a least in it now, and
    the most common one. Fields without ranges are left out. Reads the values of all leads."""
    found = {}
    held = "coalesce(nullif(c.attributes ->> cast(%s as text), ''), p.attributes ->> cast(%s as text))"
    for key in [key for key in numeric_keys() if key in keys]:
        rows = fetch(
            f"select v, count(*) from (select {held} as v from people_lead p"
            " left join people_company c on c.id = p.company_id"
            " where p.trashed_at is null and p.merged_into is null) t"
            " where v like %s group by v order by 2 desc, 1",
            {"value": pl.String, "leads": pl.Int64},
            [key, key, f"_%{RANGE}%"],
        )
        if rows.height:
            found[key] = (int(rows["leads"].sum()), str(rows["value"][0]))
    return found


def shown(value: str, field: TestedField, *, english: bool) -> str:
    """A stored value as it is called."""
    if not value or not (field.choices or field.kind == "yes_no"):
        return value
    if field.kind == "yes_no":
        return YES[value][int(english)] if value in YES else value
    names = {key: words.en if english else words.ja for key, words in field.choices}
    if field.kind == "choices":
        return ", ".join(names.get(one, one) for one in value.split(SEPARATOR))
    return names.get(value, value)


def value_frame(leads: Sequence[int], keys: Sequence[str]) -> pl.DataFrame:
    """The same for many leads: a text column a field, in the order of `leads`, null where unknown."""
    text = "::text" if on_postgres() else ""
    asked = pl.DataFrame({"lead": leads}, schema={"lead": pl.Int32})
    with transaction.atomic(), staged(asked, "asked"):
        rows = fetch(
            f"select p.id, p.attributes{text}, coalesce(c.attributes{text}, '{{}}') from asked a"
            " join people_lead p on p.id = a.lead left join people_company c on c.id = p.company_id",
            {"lead": pl.Int32, "own": pl.String, "shared": pl.String},
        )
    rows = asked.join(rows, on="lead", how="left", maintain_order="left")
    own = opened(rows["own"].fill_null("{}"), keys)
    shared = opened(rows["shared"].fill_null("{}"), keys)
    told = [pl.when(pl.col(key) != "").then(pl.col(key)).alias(key) for key in keys]
    own, shared = own.select(told), shared.select(told)
    return pl.DataFrame([shared[key].zip_with(shared[key].is_not_null(), own[key]) for key in keys])


def shown_column(values: pl.Series, field: TestedField, *, english: bool) -> pl.Series:
    """`shown` for a column; numbers stay texts, as ranges are."""
    if not field.choices and field.kind != "yes_no":
        return values
    names = {value: shown(value, field, english=english) for value in values.drop_nulls().unique()}
    return values.replace_strict(names, default=None, return_dtype=pl.String)
