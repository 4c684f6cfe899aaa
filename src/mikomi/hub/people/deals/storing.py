"""Taking a list of deals in: each once, brought up to date, with what every import said of it."""

from __future__ import annotations

import polars as pl
from django.db import transaction

from mikomi.hub.activity.changes import changing
from mikomi.hub.kit.setwise import fetch, run, staged
from mikomi.hub.people.deals.placing import place
from mikomi.hub.people.deals.reading import FRAME, OF_PEOPLE
from mikomi.hub.people.deals.settling import settle

SAID = tuple(name for name in FRAME if name not in ("sfa", "key"))
"""What a version says of a deal."""
STORED = {"company": "company_text", "lead": "lead_key"}
"""Columns that are called otherwise in the table."""


def store_deals(rows: pl.DataFrame, import_id: int | None) -> tuple[int, int, int, int]:
    """Stores deals (columns of `reading.FRAME`, a row each); how many are new, changed, as they were, and
    wait for a lead. In a transaction."""
    with changing():
        known = _known(rows)
        told = rows.join(known, on=["sfa", "key"], how="left", maintain_order="left")
        told = _without_the_forgotten(told)
        said, was = _as_json(told), _as_json(told, "_was")
        told = told.with_columns(said.alias("said"), was.alias("was"))
        fresh = told.filter(pl.col("deal").is_null())
        moved = told.filter(pl.col("deal").is_not_null() & (pl.col("said") != pl.col("was")))
        if fresh.height:
            with staged(_columns(fresh), "arriving"):
                names = ("sfa", "key", *(STORED.get(name, name) for name in SAID))
                run(
                    f"insert into people_deal ({', '.join(names)}, basis, waits, forgotten, others_forgotten)"
                    f" select {', '.join(names)}, '', '', false, false from arriving where true"
                    " on conflict (sfa, key) do nothing"
                )
            made = _known(fresh.select("sfa", "key")).select("sfa", "key", pl.col("deal").alias("made"))
            told = told.join(made, on=["sfa", "key"], how="left", maintain_order="left").with_columns(
                pl.coalesce("deal", "made").alias("deal")
            )
        if moved.height:
            write_deals(moved)
        if import_id is not None:
            same = pl.col("said") == pl.col("was")
            versions = told.select(
                "deal", pl.when(same.fill_null(False)).then(None).otherwise("said").alias("said")
            )
            with staged(versions.cast({"deal": pl.Int32, "said": pl.String}), "saying"):
                run(
                    "insert into people_dealversion (deal, import_id, said)"
                    " select deal, %s, said from saying where true"
                    " on conflict (deal, import_id) do update"
                    " set said = coalesce(excluded.said, people_dealversion.said)",
                    [import_id],
                )
        news = told.filter((pl.col("said") != pl.col("was")).fill_null(True))["deal"].cast(pl.Int32)
        settle(news)
        place(news)
        waiting = _waiting(told["deal"].cast(pl.Int32))
    return fresh.height, moved.height, rows.height - fresh.height - moved.height, waiting


def check_deals(rows: pl.DataFrame) -> tuple[int, int, int]:
    """What `store_deals` would do (new, changed, as they were); writes nothing."""
    with transaction.atomic():
        known = _known(rows)
    told = _without_the_forgotten(rows.join(known, on=["sfa", "key"], how="left", maintain_order="left"))
    fresh = told["deal"].null_count()
    there = told.filter(pl.col("deal").is_not_null())
    moved = int((_as_json(there) != _as_json(there, "_was")).sum())
    return fresh, moved, rows.height - fresh - moved


def write_deals(told: pl.DataFrame) -> None:
    """Writes what holds of deals that are there: `deal` and the columns of `SAID`. Inside a transaction."""
    with staged(_columns(told).with_columns(told["deal"].cast(pl.Int32)), "changing_deals"):
        sets = ", ".join(
            f"{STORED.get(name, name)} = changing_deals.{STORED.get(name, name)}" for name in SAID
        )
        run(f"update people_deal set {sets} from changing_deals where people_deal.id = changing_deals.deal")


def _columns(told: pl.DataFrame) -> pl.DataFrame:
    names = [name for name in ("sfa", "key") if name in told.columns]
    return told.select(*names, *(pl.col(name).alias(STORED.get(name, name)) for name in SAID))


def _known(rows: pl.DataFrame) -> pl.DataFrame:
    """`sfa`, `key`, `deal` and what holds of those that are there (`…_was`)."""
    columns = ", ".join(f"d.{STORED.get(name, name)}" for name in SAID)
    schema = {f"{name}_was": FRAME[name] for name in SAID}
    with staged(rows.select("sfa", "key"), "asked_deals"):
        return fetch(
            f"select a.sfa, a.key, d.id, case when d.forgotten then 1 else 0 end,"
            f" case when d.others_forgotten then 1 else 0 end, {columns}"
            " from asked_deals a join people_deal d on d.sfa = a.sfa and d.key = a.key",
            {"sfa": pl.String, "key": pl.String, "deal": pl.Int32, "forgotten": pl.Int8, "fewer": pl.Int8}
            | schema,
        )


def _without_the_forgotten(told: pl.DataFrame) -> pl.DataFrame:
    """Whoever was erased is not brought back by a list that still names them."""
    gone, fewer = ((pl.col(name) == 1).fill_null(False) for name in ("forgotten", "fewer"))
    return told.with_columns(
        pl.when(gone if name != "others" else gone | fewer)
        .then(pl.lit(""))
        .otherwise(pl.col(name))
        .alias(name)
        for name in OF_PEOPLE
    )


def _as_json(told: pl.DataFrame, suffix: str = "") -> pl.Series:
    names = [pl.col(f"{name}{suffix}").alias(name) for name in SAID]
    return told.select(pl.struct(names).struct.json_encode().alias("said"))["said"]


def _waiting(deals: pl.Series) -> int:
    with staged(deals.alias("deal").to_frame(), "asked_deals"):
        return fetch(
            "select count(*) from asked_deals a join people_deal d on d.id = a.deal where d.basis = ''",
            {"n": pl.Int64},
        ).item()
