"""What each lead is compared by: worked out set-wise, and kept in `MatchKey`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from django.db import transaction

from mikomi.core.matching.keys import key_leads
from mikomi.core.names.companies import LONG_ENOUGH, company_key
from mikomi.core.names.spelling import SMALL_KANA, katakana, likened
from mikomi.hub.activity.event_ids import hashed
from mikomi.hub.kit.setwise import fetch, on_postgres, run, staged
from mikomi.hub.people.dated import opened

PHONES = ("phone", "direct_phone", "mobile")
LEADS_AT_ONCE = 100_000
COLUMNS = (
    "email", "domain", "phones", "name", "kana", "family", "given", "company", "number", "alike", "sound",
    "core",
)  # fmt: skip
"""The text columns of `MatchKey`."""

SCHEMA: dict[str, type[pl.DataType]] = {"lead": pl.Int32, **dict.fromkeys(COLUMNS, pl.String)}
_NAMES = ("name", "family_name", "given_name")
_READ = ("email", *_NAMES, *(f"{n}_kana" for n in _NAMES), "company", "corporate_number", *PHONES)


def keys_of_leads(lead_ids: Sequence[int] | None = None) -> pl.DataFrame:
    """The keys (`SCHEMA`) of leads as they are known now, by number; those that are out are left out."""
    if lead_ids is not None:
        asked = pl.DataFrame({"lead": list(lead_ids)}, schema={"lead": pl.Int32}).unique()
        with transaction.atomic(), staged(asked, "asked"):
            return _keyed(_values("join asked a on a.lead = l.id", []))
    parts = [_keyed(_values("", [first, last])) for first, last in _ranges()]
    return pl.concat(parts) if parts else pl.DataFrame(schema=SCHEMA)


def store_keys(keys: pl.DataFrame, lead_ids: Sequence[int] | None = None) -> pl.Series:
    """Brings `MatchKey` of `lead_ids` (all without it) to `keys`; the numbers of those that changed."""
    told = keys.with_columns(_digest(keys).alias("digest"))
    with transaction.atomic():
        if lead_ids is None:
            held = fetch("select lead, digest from people_matchkey", {"lead": pl.Int32, "digest": pl.Int64})
        else:
            asked = pl.DataFrame({"lead": list(lead_ids)}, schema={"lead": pl.Int32}).unique()
            with staged(asked, "asked"):
                held = fetch(
                    "select m.lead, m.digest from asked a join people_matchkey m on m.lead = a.lead",
                    {"lead": pl.Int32, "digest": pl.Int64},
                )
        fresh = told.join(held, on=["lead", "digest"], how="anti")
        gone = held.join(told, on="lead", how="anti")
        changed = pl.concat([fresh["lead"], gone["lead"]])
        if changed.is_empty():
            return changed
        with staged(changed.alias("lead").to_frame(), "leaving"):
            run("delete from people_matchkey where lead in (select lead from leaving)")
            run("delete from people_matchphone where lead in (select lead from leaving)")
        for part in fresh.iter_slices(LEADS_AT_ONCE):
            with staged(part, "fresh"):
                names = f"lead, {', '.join(COLUMNS)}, digest"
                run(f"insert into people_matchkey ({names}) select {names} from fresh")
            with staged(_phone_rows(part), "fresh"):
                run("insert into people_matchphone (phone, lead) select phone, lead from fresh")
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


def _values(join: str, between: list[int]) -> pl.DataFrame:
    text = "l.attributes::text" if on_postgres() else "l.attributes"
    inside = " and l.id between %s and %s" if between else ""
    rows = fetch(
        f"select l.id, {text}, c.name, c.attributes ->> 'corporate_number' from people_lead l {join}"
        " left join people_company c on c.id = l.company_id"
        f" where l.merged_into is null and l.trashed_at is null{inside} order by l.id",
        {"lead": pl.Int32, "#values": pl.String, "#company": pl.String, "#number": pl.String},
        between,
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
    sound = katakana(keyed["kana_key"]).str.replace_many(SMALL_KANA).str.replace_all(r"[\s・]", "")
    own = katakana(keyed["name_key"])
    own = own.set(~own.str.contains(r"^[\p{Katakana}ー]+$").fill_null(False), None)
    own = own.str.replace_many(SMALL_KANA)
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
        sound.zip_with(sound.is_not_null() & (sound != ""), own).alias("sound"),
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
