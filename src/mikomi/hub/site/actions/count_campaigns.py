"""Counts who came by each campaign, and what became of them: so that no page has to."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from mikomi.hub.activity.queries import outcome_frame
from mikomi.hub.capture.campaigns import counting, queries
from mikomi.hub.kit import temperature as levels
from mikomi.hub.kit.days import local_days
from mikomi.hub.people.persons import first_days
from mikomi.hub.site.rows import cells, store

MEETING, WON = "meeting", "won"
MANY = 50_000
"""With more members than these, changes are counted no more often than `PAUSE`."""
PAUSE = timedelta(minutes=5)


def count_campaigns(now: datetime) -> None:
    """Counts all campaigns anew: leads, new ones, hot ones, meetings and deals since each began.

    A lead is new where it was not there before the campaign's first day, or before it joined one that
    has none. Meetings and deals count from that day on.
    """
    members = queries.member_days()
    days = first_days(members["lead"].unique())
    hot = _hot()
    since = members.join(days, on="lead", how="left").with_columns(
        (pl.col("began") >= pl.col("day")).fill_null(False).alias("new"),
        pl.col("lead").is_in(hot.implode()).alias("hot"),
    )
    ended = outcome_frame(members["lead"].unique().to_list()).select(
        pl.col("number").alias("lead"),
        local_days(pl.col("at").dt.epoch("us")).alias("ended"),
        "result",
    )
    ended = ended.group_by("lead", "result").agg(pl.col("ended").max())
    for result in (MEETING, WON):
        last = ended.filter(pl.col("result") == result).select("lead", pl.col("ended").alias(result))
        since = since.join(last, on="lead", how="left").with_columns(
            (pl.col(result) >= pl.col("day")).fill_null(False)
        )
    counted = since.group_by("campaign").agg(
        pl.len().alias("leads"), *(pl.col(name).sum() for name in ("new", "hot", MEETING, WON))
    )
    counting.write_counts(counted.rename({MEETING: "meetings"}), now)


def is_due(now: datetime) -> bool:
    """Whether changes are to be counted at once, or wait because counting is long."""
    last = counting.counted_at()
    return last is None or now - last >= PAUSE or queries.member_count() <= MANY


def _hot() -> pl.Series:
    rows = store.read_scores(columns=("cell",))
    known = cells.all_cells().filter(pl.col("heat") == levels.HOT)["id"]
    frame = pl.DataFrame({"lead": rows["lead_id"].astype("int32"), "cell": rows["cell"]})
    return frame.filter(pl.col("cell").is_in(known.implode()))["lead"]
