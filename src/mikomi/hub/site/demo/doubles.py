"""People who are in the list twice, as every list has them."""

from __future__ import annotations

import polars as pl

DOUBLES = 24
_NAMES = ("family_name", "given_name", "family_name_kana", "given_name_kana")


def plant_doubles(leads: pl.DataFrame, doubles: int = DOUBLES) -> pl.DataFrame:
    """`leads` in which some second persons of a company are the first one once more.

    By turns: with the same phone and an address of their own; with the same name alone; with the name
    in kana. Nobody else changes, and nothing is drawn for it.
    """
    nth = pl.int_range(pl.len()).over("company")
    first = leads.filter(nth == 0, pl.col("phone").is_not_null())
    second = leads.filter(nth == 1).select("lead", "company")
    pairs = second.join(first.drop("lead"), on="company", maintain_order="left").gather_every(4).head(doubles)
    turn = pl.int_range(pl.len()) % 3
    written = pairs.select(
        "lead",
        *(pl.when(turn == 2).then(f"{n}_kana").otherwise(n).alias(n) for n in _NAMES[:2]),
        *_NAMES[2:],
        # A second address, at a provider.
        (
            pl.col("email").str.replace("@", ".").str.replace(r"\.example$", "") + pl.lit("@mail.example")
        ).alias("email"),
        pl.when(turn == 0).then("phone").alias("phone"),
        pl.lit(True).alias("double"),
    )
    joined = leads.join(written, on="lead", how="left", suffix="_double", maintain_order="left")
    double = pl.col("double").fill_null(False)
    changed = [*_NAMES, "email", "phone"]
    return joined.with_columns(
        pl.when(double).then(f"{name}_double").otherwise(name).alias(name) for name in changed
    ).select(leads.columns)
