"""Bringing the stored pairs to what was found, and remembering what is not the same.

What was told not to be the same is never proposed again, also not for those that a merge put in the
place of one of them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import polars as pl
from django.utils import timezone

from mikomi.hub.kit.setwise import fetch, listed, on_postgres, run, staged
from mikomi.hub.people.dated import TABLES
from mikomi.hub.people.models.same import Pair
from mikomi.hub.people.same.kinds import Kind

_BOTH = {"first": pl.Int32, "second": pl.Int32}
_OPEN = _BOTH | {"level": pl.Int16, "reasons": pl.String}
_HELD = _OPEN | {"verdict": pl.String}


def apart(kind: Kind) -> pl.DataFrame:
    """The pairs told not to be the same (`first`, `second`), with who stands in their place now."""
    subjects = TABLES[kind.scope]
    told = fetch(
        "select coalesce(a.merged_into, d.low), coalesce(b.merged_into, d.high)"
        f" from {kind.pairs._meta.db_table} d left join {subjects} a on a.id = d.low"
        f" left join {subjects} b on b.id = d.high where d.verdict = 'not_same'",
        _BOTH,
    )
    return told.select(
        pl.min_horizontal("first", "second").alias("first"),
        pl.max_horizontal("first", "second").alias("second"),
    ).unique()


def store(kind: Kind, pairs: pl.DataFrame, of: Sequence[int] | None = None) -> int:
    """Makes `pairs` (`first`, `second`, `level`, `reasons` as bits) the open ones, of all or of those
    that one `of` these is in; says how many are. In a transaction."""
    table = kind.pairs._meta.db_table
    codes = {bits: json.dumps([told.code for told in kind.tell(bits)]) for bits in pairs["reasons"].unique()}
    said = pl.col("reasons").replace_strict(codes, return_dtype=pl.String) if codes else pl.lit("")
    told = pairs.with_columns(said.alias("reasons"))
    told = told.select(pl.col(name).cast(kept) for name, kept in _OPEN.items())
    if not told.is_empty():
        told = told.join(apart(kind), on=list(_BOTH), how="anti", maintain_order="left")
    held = _open(table, of)
    same = told.join(held, on=list(_OPEN), how="semi")
    leaving = held.join(same, on=list(_BOTH), how="anti")
    if not leaving.is_empty():
        with staged(leaving.select("first", "second"), "leaving"):
            run(
                f"delete from {table} where verdict = '' and exists (select 1 from leaving g"
                f" where g.first = {table}.low and g.second = {table}.high)"
            )
    fresh = told.join(same, on=list(_BOTH), how="anti")
    if not fresh.is_empty():
        as_json = "f.reasons::jsonb" if on_postgres() else "f.reasons"
        with staged(fresh, "fresh"):
            run(
                f"insert into {table} (low, high, level, reasons, verdict, found_at)"
                f" select f.first, f.second, f.level, {as_json}, '', %s from fresh f where true"
                " on conflict do nothing",
                [timezone.now()],
            )
    return told.height


def tell_apart(kind: Kind, one: int, two: int, by_id: int | None = None) -> None:
    """Remembers that two are not the same; they are never proposed again."""
    low, high = min(one, two), max(one, two)
    now = timezone.now()
    told = {"verdict": Pair.Verdict.NOT_SAME, "decided_at": now, "by_id": by_id}
    new = {"level": 0, "reasons": [], "found_at": now}
    kind.pairs.objects.update_or_create(low=low, high=high, defaults=told, create_defaults=told | new)


def forget_verdict(kind: Kind, one: int, two: int) -> None:
    """Takes `tell_apart` back: the pair is open again, with what spoke for it then, until somebody looks
    at the two anew."""
    mine = kind.pairs.objects.filter(low=min(one, two), high=max(one, two), verdict=Pair.Verdict.NOT_SAME)
    mine.filter(level=0).delete()
    mine.update(verdict=Pair.Verdict.OPEN, decided_at=None, by=None)


def _open(table: str, of: Sequence[int] | None) -> pl.DataFrame:
    text = "d.reasons::text" if on_postgres() else "d.reasons"
    columns = f"select d.low, d.high, d.level, {text}, d.verdict from {table} d"
    if of is None:
        held = fetch(f"{columns} where d.verdict = ''", _HELD)
    else:
        theirs = "(select number from asked)"
        with listed(pl.Series(of, dtype=pl.Int32), "asked", "number") as (begin, params):
            mine = f"{columns} where d.low in {theirs} union {columns} where d.high in {theirs}"
            held = fetch(begin + mine, _HELD, params)
    return held.filter(pl.col("verdict") == "").drop("verdict")
