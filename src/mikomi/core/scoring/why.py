"""Why a score is what it is: every rule and signal with a worth other than 0."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.scoring.fold import NEVER
from mikomi.core.scoring.model import Model
from mikomi.core.scoring.numbers import plain_number
from mikomi.core.scoring.score import Floats, round_number

type Group = Literal["fit", "engagement", "signal"]

LINES_SCHEMA = {
    "row": pl.Int64,
    "rule": pl.Int32,
    "worth": pl.Float64,
    "count": pl.Int64,
    "last": pl.Date,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One rule's part in a score. `last` is the last day that counted; None in fit rules."""

    id: str
    label: str
    group: Group
    worth: float
    count: int | None
    last: date | None


def rule_lines(
    rule: int,
    worth: Floats,
    counts: npt.NDArray[np.int64] | None,
    lasts: npt.NDArray[np.int32] | None,
) -> pl.DataFrame:
    """The lines of one rule (its index in `model.rules`): one for each row it is worth something.

    For `in_order`: `last` is still a number of days, `NEVER` among them.
    """
    worth = round_number(worth)
    rows = np.flatnonzero(worth)
    days = None if lasts is None else lasts[rows].astype(np.int32)
    return pl.DataFrame(
        {
            "row": rows.astype(np.int64),
            "rule": np.full(len(rows), rule, dtype=np.int32),
            "worth": worth[rows],
            "count": None if counts is None else counts[rows],
            "last": days,
        },
        schema=LINES_SCHEMA | {"last": pl.Int32},
    )


def in_order(model: Model, lines: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """All lines of `rule_lines`, as `LINES_SCHEMA`, those of a row together: largest |worth| first, then id
    in code point order."""
    ids = pl.DataFrame(
        {"rule": range(len(model.rules)), "id": [rule.id for rule in model.rules]},
        schema={"rule": pl.Int32, "id": pl.String},
    )
    frame = pl.concat(lines) if lines else pl.DataFrame(schema=LINES_SCHEMA | {"last": pl.Int32})
    never = pl.col("last") == NEVER
    return (
        frame.with_columns(pl.when(~never).then(pl.col("last")).cast(pl.Date).alias("last"))
        .join(ids, on="rule")
        .sort("row", pl.col("worth").abs(), "id", descending=[False, True, False])
        .drop("id")
    )


def why_json(model: Model, lines: pl.DataFrame, rows: int) -> pl.Series:
    """The `why` column of scores.csv: a JSON list for each of `rows` rows, `[]` where nothing counts.

    `lines` as `in_order` gives them.
    """
    heads = [
        json.dumps({"id": rule.id, "label": rule.label}, ensure_ascii=False, separators=(",", ":"))[:-1]
        + ',"worth":'
        for rule in model.rules
    ]
    head = pl.DataFrame(
        {"rule": range(len(heads)), "head": heads}, schema={"rule": pl.Int32, "head": pl.String}
    )
    text = pl.concat_str(
        pl.col("head"),
        plain_number(pl.col("worth")),
        pl.lit(',"count":'),
        pl.col("count").cast(pl.String).fill_null("null"),
        pl.lit(',"last":'),
        pl.when(pl.col("last").is_null())
        .then(pl.lit("null"))
        .otherwise(pl.format('"{}"', pl.col("last").dt.to_string("iso"))),
        pl.lit("}"),
    )
    lists = (
        lines.join(head, on="rule", how="left", maintain_order="left")
        .select("row", text.alias("text"))
        .group_by("row", maintain_order=True)
        .agg(pl.format("[{}]", pl.col("text").str.join(",")).alias("why"))
    )
    every = pl.DataFrame({"row": range(rows)}, schema={"row": pl.Int64})
    return every.join(lists, on="row", how="left", maintain_order="left")["why"].fill_null("[]")


def group_of(model: Model, rule: int) -> Group:
    """Which part of the score rule number `rule` belongs to."""
    if rule < len(model.fit):
        return "fit"
    return "engagement" if rule < len(model.fit) + len(model.engagement) else "signal"


def lines_by_row(model: Model, lines: pl.DataFrame) -> dict[int, list[Line]]:
    """The lines of the few leads of a page, by row."""
    found: dict[int, list[Line]] = {}
    for row, rule, worth, count, last in lines.iter_rows():
        spec = model.rules[rule]
        found.setdefault(row, []).append(Line(spec.id, spec.label, group_of(model, rule), worth, count, last))
    return found
