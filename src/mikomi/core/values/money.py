"""Amounts of money as whole yen."""

from __future__ import annotations

import polars as pl

from mikomi.core.values.quantities import ONE, Unit, parse_quantities

MOST_YEN = 10**15
"""An amount of more is none that a deal has."""


def yen_of(texts: pl.Series, unit: Unit = ONE) -> pl.Series:
    """Whole yen (Int64) of amounts as people write them (`1億2,000万円`, `¥1,200,000`, `△5,000`), halves
    rounded up; null for ranges, other money, and what is no amount. `unit`: what the column is in
    (`header_unit`)."""
    found = parse_quantities(texts, unit)
    one = pl.col("least").eq(pl.col("most")) & (pl.col("least").abs() <= MOST_YEN)
    return found.select(pl.when(one).then((pl.col("least") + 0.5).floor().cast(pl.Int64)).alias("yen"))["yen"]
