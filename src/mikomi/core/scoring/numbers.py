"""Numbers as the output files write them."""

from __future__ import annotations

import polars as pl


def plain_number(column: pl.Expr) -> pl.Expr:
    """Text of a number with up to 6 decimals, never in exponent form: `12.5`, `-0.000001`, `30`."""
    millionths = (column * 1e6).round(0, mode="half_to_even")
    # Beyond this a number has no decimals left, and its millionths no longer fit 64 bits.
    small = millionths.abs() < 9e15
    units = pl.when(small).then(millionths).otherwise(0.0).cast(pl.Int64)
    whole, rest = units.abs() // 1_000_000, units.abs() % 1_000_000
    decimals = pl.format(".{}", rest.cast(pl.String).str.zfill(6)).str.strip_chars_end("0")
    sign = pl.when(units < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    text = sign + whole.cast(pl.String) + pl.when(rest == 0).then(pl.lit("")).otherwise(decimals)
    return pl.when(small).then(text).otherwise(column.cast(pl.String)).name.keep()
