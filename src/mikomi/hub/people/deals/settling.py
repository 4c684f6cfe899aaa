"""What became of leads by their deals: each deal's steps as outcomes, made anew where the deal changed."""

from __future__ import annotations

import polars as pl
from django.conf import settings

from mikomi.core.values.deal_stages import LOST, WON
from mikomi.hub.activity.results import take_back_deals
from mikomi.hub.activity.services import record_outcomes
from mikomi.hub.kit.setwise import fetch, run, staged

SOURCE = "deal"


def settle(deals: pl.Series) -> None:
    """Brings the outcomes of deals (numbers) to what holds of them now: a meeting on the day the deal was
    opened, won or lost on the day it ended. In a transaction."""
    if deals.is_empty():
        return
    with staged(deals.alias("deal").to_frame(), "settling"):
        rows = fetch(
            "select d.id, d.sfa, d.key, d.state, d.yen, d.product, d.reason, d.opened, d.closed"
            " from settling s join people_deal d on d.id = s.deal",
            {
                "deal": pl.Int32,
                "sfa": pl.String,
                "key": pl.String,
                "state": pl.String,
                "yen": pl.Int64,
                "product": pl.String,
                "reason": pl.String,
                "opened": pl.Int32,
                "closed": pl.Int32,
            },
        )
    take_back_deals(deals)
    subject = pl.format("deal:{}:{}", "sfa", "key").alias("lead")
    amount = pl.col("yen").cast(pl.String).fill_null("").alias("amount")
    opened = rows.filter(pl.col("opened").is_not_null()).select(
        subject, "deal", "product", amount, pl.lit("").alias("reason"), day="opened", result=pl.lit("meeting")
    )
    ended = rows.filter(pl.col("state").is_in([WON, LOST])).select(
        subject, "deal", "product", amount, "reason", day="closed", result="state"
    )
    # A date alone is that local day. What ends on the day it was opened ended after that.
    clock = pl.duration(hours=pl.when(pl.col("result") == "meeting").then(0).otherwise(12))
    at = pl.col("day").cast(pl.Date).cast(pl.Datetime("us")) + clock
    # Where the clocks are put forward at midnight, the day begins at one.
    steps = pl.concat([opened, ended]).with_columns(
        pl.coalesce(_local(at), _local(at + pl.duration(hours=1))).alias("at")
    )
    if steps.height:
        record_outcomes(steps.drop("day").drop_nulls("at"), source=SOURCE)
    with staged(rows.select("deal", subject), "settling"):
        run(
            "update people_deal set subject = s.id from settling t, activity_subject s"
            " where t.deal = people_deal.id and s.key = t.lead and people_deal.subject is distinct from s.id"
        )


def _local(at: pl.Expr) -> pl.Expr:
    """The moment of a local time; null where there is none."""
    return at.dt.replace_time_zone(settings.TIME_ZONE, ambiguous="earliest", non_existent="null")
