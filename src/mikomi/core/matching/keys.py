"""From the texts of a list to what leads are compared by."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from mikomi.core.matching.coding import SCHEMA
from mikomi.core.names.companies import company_groups, company_parts
from mikomi.core.names.corporate_number import corporate_numbers
from mikomi.core.names.mail_domains import mail_domains
from mikomi.core.names.people import kana_series, person_parts
from mikomi.core.names.phones import read_phones

_NO_NAMES = ("mail", "number", "company")


def key_leads(leads: pl.DataFrame, phones: Sequence[str] = ("phone", "mobile")) -> pl.DataFrame:
    """The columns of `mikomi.core.matching.coding.SCHEMA` of leads whose values are texts as written.

    `leads`: `lead` (its number) and whichever there are of `email`, `name`, `kana`, `company`,
    `corporate_number` and the columns named in `phones`. Texts that are no address, number or name are
    unknown. Companies are told by their names among these leads alone.
    """
    given = {
        name: leads[name].cast(pl.String) if name in leads.columns else _unknown(leads.height)
        for name in ("email", "name", "kana", "company", "corporate_number")
    }
    domains = mail_domains(given["email"])
    person = person_parts(given["name"], given["kana"])
    is_name = ~person["problem"].is_in(list(_NO_NAMES)).fill_null(False)
    numbers = [
        read_phones(leads[name].cast(pl.String))["e164"].alias(name) for name in phones if name in leads
    ]
    listed = pl.concat_list(numbers).list.drop_nulls() if numbers else pl.lit(None, pl.List(pl.String))
    email = given["email"].str.normalize("NFKC").str.strip_chars().str.to_lowercase()
    company = company_parts(given["company"])
    unnamed = company["key"].is_null()
    columns = {
        "lead": leads["lead"],
        "email": email.set(domains["domain"].is_null(), None),
        "company_domain": domains["company_domain"],
        "name_key": person["key"].set(~is_name, None),
        "kana_key": kana_series(given["kana"]),
        "family": person["family"].set(~is_name, None),
        "given": person["given"].set(~is_name, None),
        "company_key": company_groups(company),
        "company_core": company["core_key"].set(unnamed, None),
        "company_form": company["legal_form"].set(unnamed, None),
        "corporate_number": corporate_numbers(given["corporate_number"])["number"],
    }
    frame = pl.DataFrame(columns)
    return frame.with_columns(listed.alias("phones")).select(
        pl.col(n).cast(kind) for n, kind in SCHEMA.items()
    )


def _unknown(rows: int) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, rows)
