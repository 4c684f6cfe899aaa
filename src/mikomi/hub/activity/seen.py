"""What was really seen: every content with how often, by how many, and when last.

How often is kept by day and touch; by how many is counted from the history files, piece by piece. Neither
reads events.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from mikomi.hub.activity.cache import history_source
from mikomi.hub.kit.setwise import fetch

_EVENTS = {
    "kind": pl.String,
    "content": pl.String,
    "events": pl.Int64,
    "recent": pl.Int64,
    "last": pl.Int32,
}


def touch_list(since: int, now_at: Mapping[str, str]) -> pl.DataFrame:
    """What people touched, most often first: `kind`, `content`, `events` (all that count, those of visitors
    nobody knows included), `leads`, the same since the local day `since` (days since 1970) as `recent` and
    `recent_leads`, `last` (the last day), `now` (where the content is now, as `now_at` says by its old
    address) and `now_leads` (lately under any of its addresses, each person once). Not in a transaction, as
    `history_source` says.
    """
    events = fetch(
        "select t.kind, t.content, cast(sum(c.n) as bigint),"
        " cast(sum(case when c.day >= %s then c.n else 0 end) as bigint), max(c.day)"
        " from activity_touchcount c join activity_touch t on t.id = c.touch"
        " group by t.id, t.kind, t.content",
        _EVENTS,
        [since],
    )
    return (
        events.join(_leads(since, now_at), on=["kind", "content"], how="left", maintain_order="left")
        .with_columns(
            pl.col("leads", "recent_leads", "now_leads").fill_null(0),
            now=pl.col("content").replace(dict(now_at)),
        )
        .sort("events", "kind", "content", descending=[True, False, False])
    )


def _leads(since: int, now_at: Mapping[str, str]) -> pl.DataFrame:
    """How many leads touched each: `kind`, `content`, `leads`, `recent_leads`, `now_leads`."""
    source = history_source()
    named = (
        source.touches.frame.select(pl.col("kind", "content").cast(pl.String))
        .with_row_index("touch")
        .with_columns(pl.col("touch").cast(pl.Int32), now=pl.col("content").replace(dict(now_at)))
    )
    several = named.filter(pl.len().over("kind", "now") > 1).with_columns(
        place=pl.col("touch").first().over("kind", "now")
    )
    parts, moved = [], []
    for piece in source.pieces:
        held = piece.load()
        frame = pl.DataFrame({"lead": held.lead, "touch": held.touch, "day": held.day})
        # A piece holds leads whole, so that its counts add up with those of the others.
        once = frame.group_by("touch", "lead").agg((pl.col("day").max() >= since).alias("recent"))
        if several.height:
            both = frame.filter(pl.col("day") >= since).join(several.select("touch", "place"), on="touch")
            moved.append(both.group_by("place").agg(pl.col("lead").n_unique().alias("n")))
        parts.append(once.group_by("touch").agg(pl.len().alias("leads"), pl.col("recent").sum().alias("n")))
    schema = {"touch": pl.Int32, "leads": pl.UInt32, "n": pl.UInt32}
    summed = pl.concat([pl.DataFrame(schema=schema), *(part.cast(schema) for part in parts)])
    counted = summed.group_by("touch").agg(
        pl.col("leads").cast(pl.Int64).sum(), pl.col("n").cast(pl.Int64).sum().alias("recent_leads")
    )
    together = (
        pl.concat([pl.DataFrame(schema={"place": pl.Int32, "n": pl.UInt32}), *moved])
        .group_by("place")
        .agg(pl.col("n").cast(pl.Int64).sum().alias("now_leads"))
        .join(several, on="place")
    )
    return (
        counted.join(named, on="touch")
        .join(together.select("touch", "now_leads"), on="touch", how="left")
        .with_columns(pl.col("now_leads").fill_null(pl.col("recent_leads")))
        .select("kind", "content", "leads", "recent_leads", "now_leads")
    )
