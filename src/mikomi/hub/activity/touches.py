"""Numbers for kinds and contents, bounded."""

from __future__ import annotations

import polars as pl

from mikomi.core.events import KINDS
from mikomi.hub.activity.contents import MOST_CONTENTS, MOST_KINDS, OTHER, OTHER_KIND
from mikomi.hub.kit.setwise import fetch, run, staged


def with_known_kinds(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` (`kind`, `content` and others), those of a kind beyond `MOST_KINDS` as `OTHER_KIND`, `OTHER`."""
    asked = rows.select(pl.col("kind").unique(maintain_order=True)).filter(~pl.col("kind").is_in(list(KINDS)))
    if asked.is_empty():
        return rows
    with staged(asked, "kinds"):
        known = fetch(
            "select k.kind from kinds k where exists (select 1 from activity_touch t where t.kind = k.kind)",
            {"kind": pl.String},
        )
    new = asked.join(known, on="kind", how="anti", maintain_order="left")["kind"]
    if new.is_empty():
        return rows
    held = fetch(
        "select count(*) from (select kind from activity_touch group by kind) held", {"n": pl.Int64}
    ).item()
    many = pl.col("kind").is_in(new.slice(max(MOST_KINDS - held, 0)).to_list())
    return rows.with_columns(
        pl.when(many).then(pl.lit(OTHER_KIND)).otherwise("kind").alias("kind"),
        pl.when(many).then(pl.lit(OTHER)).otherwise("content").alias("content"),
    )


def overflowing() -> list[str]:
    """The kinds of which so many contents came that further ones are kept as `OTHER`."""
    return fetch(
        "select k.kind from (select kind from activity_touch group by kind) k where exists"
        " (select 1 from activity_touch t where t.kind = k.kind and t.content = %s) order by k.kind",
        {"kind": pl.String},
        [OTHER],
    )["kind"].to_list()


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
