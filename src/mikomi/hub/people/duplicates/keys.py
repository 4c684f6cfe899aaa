"""What each lead is compared by: worked out set-wise, and kept in `MatchKey`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import polars as pl
from django.db import transaction

from mikomi.core.matching.keys import key_leads
from mikomi.core.names.companies import LONG_ENOUGH, company_key
from mikomi.core.names.spelling import likened, sounds
from mikomi.hub.activity.event_ids import hashed
from mikomi.hub.kit.setwise import fetch, insert, listed, on_postgres, run
from mikomi.hub.people.json_values import opened

PHONES = ("phone", "direct_phone", "mobile")
LEADS_AT_ONCE = 100_000
COLUMNS = (
    "email", "domain", "phones", "name", "kana", "family", "given", "company", "number", "alike", "sound",
    "core",
)  # fmt: skip
"""The text columns of `MatchKey`."""

SCHEMA: dict[str, type[pl.DataType]] = {"lead": pl.Int32, **dict.fromkeys(COLUMNS, pl.String)}
_THEIRS = "lead in (select lead from asked)"
_DIGESTS: dict[str, type[pl.DataType]] = {"lead": pl.Int32, "digest": pl.Int64}
_NAMES = ("name", "family_name", "given_name")
_READ = ("email", *_NAMES, *(f"{n}_kana" for n in _NAMES), "company", "corporate_number", *PHONES)


def keys_of_leads(lead_ids: Sequence[int] | None = None) -> pl.DataFrame:
    """The keys (`SCHEMA`) of leads as they are known now, by number; those that are out are left out."""
    if lead_ids is not None:
        with _asked(lead_ids) as (begin, params):
            return _keyed(_values(begin, "l.id in (select lead from asked)", params))
    parts = [_keyed(_values("", "l.id between %s and %s", ends)) for ends in _ranges()]
    return pl.concat(parts) if parts else pl.DataFrame(schema=SCHEMA)


def store_keys(keys: pl.DataFrame, lead_ids: Sequence[int] | None = None) -> pl.Series:
    """Brings `MatchKey` of `lead_ids` (all without it) to `keys`; the numbers of those that changed."""
    told = keys.with_columns(_digest(keys).alias("digest"))
    with transaction.atomic():
        columns = "select lead, digest from people_matchkey"
        if lead_ids is None:
            held = fetch(columns, _DIGESTS)
        else:
            with _asked(lead_ids) as (begin, params):
                held = fetch(f"{begin}{columns} where {_THEIRS}", _DIGESTS, params)
        fresh = told.join(held, on=["lead", "digest"], how="anti")
        gone = held.join(told, on="lead", how="anti")
        changed = pl.concat([fresh["lead"], gone["lead"]])
        if changed.is_empty():
            return changed
        leaving = held.join(changed.alias("lead").to_frame(), on="lead", how="semi")["lead"].to_list()
        if leaving:
            with _asked(leaving) as (begin, params):
                run(f"{begin}delete from people_matchkey where {_THEIRS}", params)
                run(f"{begin}delete from people_matchphone where {_THEIRS}", params)
        for part in fresh.iter_slices(LEADS_AT_ONCE):
            insert("people_matchkey", part)
            insert("people_matchphone", _phone_rows(part))
    return changed


def compared(keys: pl.DataFrame) -> pl.DataFrame:
    """Keys as `mikomi.core.matching` wants them; companies grouped among these leads."""
    return keys.select(
        pl.col("lead").cast(pl.Int64),
        "email",
        pl.col("domain").alias("company_domain"),
        pl.when(pl.col("phones") != "").then(pl.col("phones").str.split(" ")).alias("phones"),
        pl.col("name").alias("name_key"),
        pl.col("kana").alias("kana_key"),
        "family",
        "given",
        _grouped(keys).alias("company_key"),
        pl.col("core").alias("company_core"),
        pl.col("company").str.extract(r"^[^|]*\|([^|]+)").alias("company_form"),
        pl.col("number").alias("corporate_number"),
    )


def _grouped(keys: pl.DataFrame) -> pl.Series:
    """The company of each row: a name without a legal form joins the one company of that core that is
    here, where it says enough (`core.names.companies.company_groups`, from keys alone)."""
    formed = (
        keys.lazy()
        .filter(pl.col("company") != pl.col("core"))
        .group_by("core")
        .agg(pl.col("company").n_unique().alias("forms"), pl.col("company").first().alias("only"))
        .filter((pl.col("forms") == 1) & (pl.col("core").str.len_chars() >= LONG_ENOUGH))
        .select("core", "only")
    )
    joined = keys.lazy().select("company", "core").join(formed, on="core", how="left", maintain_order="left")
    bare = pl.col("company") == pl.col("core")
    group = pl.when(bare).then(pl.coalesce("only", "company")).otherwise("company").alias("group")
    return joined.select(group).collect()["group"]


def _ranges() -> Iterator[tuple[int, int]]:
    ends = fetch("select min(id), max(id) from people_lead", {"first": pl.Int64, "last": pl.Int64})
    first, last = ends.row(0)
    if first is not None:
        yield from ((at, min(at + LEADS_AT_ONCE - 1, last)) for at in range(first, last + 1, LEADS_AT_ONCE))


def _asked(lead_ids: Sequence[int]) -> AbstractContextManager[tuple[str, list[Any]]]:
    return listed(pl.Series(lead_ids, dtype=pl.Int32), "asked", "lead")


def _values(begin: str, which: str, params: Sequence[int]) -> pl.DataFrame:
    text = "l.attributes::text" if on_postgres() else "l.attributes"
    rows = fetch(
        f"{begin}select l.id, {text}, c.name, c.attributes ->> 'corporate_number' from people_lead l"
        " left join people_company c on c.id = l.company_id"
        f" where l.merged_into is null and l.trashed_at is null and {which} order by l.id",
        {"lead": pl.Int32, "#values": pl.String, "#company": pl.String, "#number": pl.String},
        params,
    )
    known = opened(rows["#values"], _READ).with_columns(pl.col(pl.String).replace("", None))
    return pl.concat([rows.drop("#values"), known], how="horizontal").select(
        "lead",
        "email",
        _whole("name", "family_name", "given_name").alias("name"),
        _whole("name_kana", "family_name_kana", "given_name_kana").alias("kana"),
        pl.coalesce("#company", "company").alias("company"),
        pl.coalesce("#number", "corporate_number").alias("corporate_number"),
        *PHONES,
    )


def _whole(name: str, *parts: str) -> pl.Expr:
    joined = pl.concat_str(parts, separator=" ", ignore_nulls=True)
    return pl.coalesce(name, pl.when(joined != "").then(joined))


def _keyed(values: pl.DataFrame) -> pl.DataFrame:
    if values.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    keyed = key_leads(values.drop("company"), PHONES)
    company = company_key(values["company"])
    own = sounds(keyed["name_key"]).alias("own")
    return keyed.select(
        pl.col("lead").cast(pl.Int32),
        "email",
        pl.col("company_domain").alias("domain"),
        pl.col("phones").list.unique().list.sort().list.join(" ").alias("phones"),
        pl.col("name_key").alias("name"),
        pl.col("kana_key").alias("kana"),
        "family",
        "given",
        company.alias("company"),
        pl.col("corporate_number").alias("number"),
        likened(keyed["name_key"]).alias("alike"),
        # A name in kana says itself how it is spoken.
        pl.coalesce(
            sounds(keyed["kana_key"]), pl.when(own.str.contains(r"^[\p{Katakana}ー]+$")).then(own)
        ).alias("sound"),
        company.str.extract(r"^([^|]*)").alias("core"),
    ).with_columns(pl.col(COLUMNS).fill_null(""))


def _digest(keys: pl.DataFrame) -> pl.Series:
    if keys.is_empty():
        return pl.Series("digest", np.empty(0, np.int64))
    return hashed(keys.select(pl.concat_str(COLUMNS, separator="\x1f")).to_series())


def _phone_rows(keys: pl.DataFrame) -> pl.DataFrame:
    numbers = keys.filter(pl.col("phones") != "").select(
        pl.col("phones").str.split(" ").alias("phone"), "lead"
    )
    return numbers.explode("phone")
