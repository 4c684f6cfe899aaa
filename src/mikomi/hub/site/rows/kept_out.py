"""Who is kept out of what in the lists, written down with each run.

Scores stay what they are; a lead that is kept out of the hot ones has at most the temperature below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from django.db import connection

from mikomi.core.words import Words
from mikomi.hub.kit.setwise import fetch, run, staged
from mikomi.hub.people.exclusions import EFFECTS, excluded_frame, reasons_of
from mikomi.hub.site.rows.store import Numbers, Scores, member_of, number_param

LEFT_ALONE = ("hot", "today")

type Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Badge:
    """Why a row of a list is kept out, and of what."""

    reasons: tuple[Words, ...]
    effects: tuple[Words, ...]


def of_leads(numbers: Numbers, *, every: bool) -> pl.DataFrame:
    """`people.exclusions.excluded_frame` of the leads (`every`: they are all there are)."""
    frame = excluded_frame(None if every else numbers.tolist())
    return frame.filter(pl.col("number").is_in(numbers.tolist())) if every and frame.height else frame


def with_left_alone(kept: pl.DataFrame, numbers: Numbers) -> pl.DataFrame:
    """`kept` with the leads whom a priority says not to work on: they are kept out of the hot ones and of
    the calls of the day."""
    if not len(numbers):
        return kept
    alone = pl.DataFrame({"number": numbers}, schema={"number": kept.schema["number"]}).with_columns(
        *(pl.lit(effect in LEFT_ALONE).alias(effect) for effect in EFFECTS),
        pl.lit("priority").alias("reasons"),
    )
    return (
        pl.concat([kept, alone.select(kept.columns)])
        .group_by("number")
        .agg(*(pl.col(effect).any() for effect in EFFECTS), pl.col("reasons").str.join(","))
        .select(kept.columns)
        .sort("number")
    )


def not_hot(kept: pl.DataFrame, numbers: Numbers) -> Flags:
    """Which of the leads are kept out of the hot ones."""
    held = kept.filter(pl.col("hot"))["number"].to_numpy()
    return np.isin(numbers, held)


def write(kept: pl.DataFrame, fresh: Scores, would_be_hot: Flags, gone: Numbers, *, every: bool) -> None:
    """Writes down who of `fresh` (by lead number) is kept out; of others only where `every` is false."""
    with connection.cursor() as cursor:
        if every:
            cursor.execute("delete from site_kept_out")
        else:
            asked = np.union1d(fresh["lead_id"], gone)
            cursor.execute(f"delete from site_kept_out where {member_of('lead_id')}", [number_param(asked)])
    if kept.is_empty():
        return
    rows = pl.DataFrame(
        {"lead_id": fresh["lead_id"], "heat": fresh["heat"].astype(np.int32), "hot_alone": would_be_hot}
    )
    told = kept.select(
        pl.col("number").cast(pl.Int64).alias("lead_id"),
        pl.concat_str(
            [pl.when(effect).then(pl.lit(effect)) for effect in EFFECTS], separator=",", ignore_nulls=True
        ).alias("effects"),
        "reasons",
        (~pl.col("counts")).alias("counted"),
        "hot",
    ).join(rows, on="lead_id")
    told = told.with_columns(pl.col("hot") & pl.col("hot_alone")).drop("hot_alone")
    with staged(told, "kept_in"):
        run(
            "insert into site_kept_out (lead_id, effects, reasons, counted, heat, would_be_hot)"
            " select lead_id, effects, reasons, counted, heat, hot from kept_in"
        )


def badges(lead_ids: Sequence[int]) -> dict[int, Badge]:
    """The badges of a page's rows, by lead number."""
    found = fetch(
        f"select lead_id, reasons, effects from site_kept_out where {member_of('lead_id')}",
        {"lead_id": pl.Int64, "reasons": pl.String, "effects": pl.String},
        [number_param(lead_ids)],
    )
    return {
        lead: Badge(
            tuple(reasons_of(reasons)),
            tuple(EFFECTS[effect] for effect in effects.split(",") if effect in EFFECTS),
        )
        for lead, reasons, effects in found.iter_rows()
    }


def kept_from_hot(most: int) -> tuple[int, list[int]]:
    """How many would be hot, and the numbers of the first of them, best first."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from site_kept_out where would_be_hot")
        (count,) = cursor.fetchone()
        cursor.execute(
            "select k.lead_id from site_kept_out k join site_lead_score s on s.lead_id = k.lead_id"
            " where k.would_be_hot order by s.rank limit %s",
            [most],
        )
        return int(count), [row[0] for row in cursor.fetchall()]


def not_counted() -> int:
    """How many leads are kept out of the counts."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from site_kept_out where not counted")
        return int(cursor.fetchone()[0])
