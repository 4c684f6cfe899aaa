"""Numbers for kinds and contents, bounded."""

from __future__ import annotations

import polars as pl

from mikomi.hub.activity.contents import MOST_CONTENTS, OTHER
from mikomi.hub.kit.setwise import fetch, run, staged


def touches_of(wanted: pl.DataFrame) -> pl.DataFrame:
    """`wanted` (kind, content) with `touch`. New ones are made, up to `MOST_CONTENTS` a kind; what
    comes after is the touch `OTHER` of its kind, once and for all."""
    schema = {"kind": pl.String, "content": pl.String, "touch": pl.Int32}
    with staged(wanted, "wanted"):
        known = fetch(
            "select t.kind, t.content, t.id from activity_touch t"
            " join wanted w on w.kind = t.kind and w.content = t.content",
            schema,
        )
    new = wanted.join(known, on=["kind", "content"], how="anti")
    if new.is_empty():
        return known
    held = fetch(
        "select kind, count(*) from activity_touch group by kind", {"kind": pl.String, "held": pl.Int64}
    )
    new = new.join(held, on="kind", how="left", maintain_order="left").with_columns(
        fits=pl.col("held").fill_null(0) + pl.int_range(pl.len()).over("kind") < MOST_CONTENTS
    )
    spelled = new.with_columns(
        stored=pl.when("fits").then("content").otherwise(pl.lit(OTHER)),
    )
    with staged(
        spelled.select("kind", pl.col("stored").alias("content")).unique(maintain_order=True), "made"
    ):
        run(
            "insert into activity_touch (kind, content) select kind, content from made where true"
            " on conflict do nothing"
        )
        made = fetch(
            "select t.kind, t.content, t.id from activity_touch t"
            " join made m on m.kind = t.kind and m.content = t.content",
            {"kind": pl.String, "stored": pl.String, "touch": pl.Int32},
        )
    found = spelled.join(made, on=["kind", "stored"]).select(schema.keys())
    return pl.concat([known, found])
