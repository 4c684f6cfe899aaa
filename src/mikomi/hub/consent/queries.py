"""Reading on what ground addresses may be written to, and who refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import polars as pl
from django.db import connection, transaction
from django.utils.timezone import make_aware

from mikomi.hub.consent.addresses import folded_addresses
from mikomi.hub.consent.models import Basis, Refusal
from mikomi.hub.consent.types import Ground, Refused, Standing
from mikomi.hub.kit.setwise import fetch, staged


def standing_of(addresses: Sequence[str]) -> dict[str, Standing]:
    """What is on record of each address, by the address as given; what is no address is left out."""
    given = pl.Series("given", list(addresses), dtype=pl.String)
    pairs = pl.DataFrame({"given": given, "address": folded_addresses(given)}).drop_nulls()
    asked = pairs["address"].unique().to_list()
    grounds: dict[str, list[Ground]] = {}
    refusals: dict[str, list[Refused]] = {}
    for b in Basis.objects.filter(address__in=asked).order_by("since", "pk"):
        ground = Ground(b.kind, b.topic, b.since, b.how, b.wording, b.url, b.import_id)
        grounds.setdefault(b.address, []).append(ground)
    for r in Refusal.objects.filter(address__in=asked).order_by("since", "pk"):
        refusals.setdefault(r.address, []).append(Refused(r.kind, r.topic, r.since, r.how, r.lifted_at))
    return {
        told: Standing(address, tuple(grounds.get(address, ())), tuple(refusals.get(address, ())))
        for told, address in pairs.iter_rows()
    }


def refused(addresses: pl.Series) -> pl.Series:
    """Whether each address must not be written to (Boolean, false for what is no address)."""
    folded = folded_addresses(addresses)
    with transaction.atomic(), staged(folded.drop_nulls().unique().alias("address").to_frame(), "asked"):
        found = fetch(
            "select distinct a.address from asked a join consent_refusal r on r.address = a.address"
            " where r.topic = '' and r.lifted_at is null",
            {"address": pl.String},
        )["address"]
    return folded.is_in(found.implode()).fill_null(False).alias("refused")


def states(addresses: pl.Series, on: date) -> pl.Series:
    """What is known of each address at the end of the local day `on`: "refused" before all else, "granted"
    where there is a ground of any kind, "unknown" for others and for what is no address."""
    folded = folded_addresses(addresses)
    told = folded.drop_nulls().unique().alias("address").to_frame()
    end = make_aware(datetime.combine(on + timedelta(days=1), time.min))
    with transaction.atomic(), staged(told, "asked"):
        granted, refused = (
            fetch(sql, {"address": pl.String}, params)["address"]
            for sql, params in (
                (
                    "select distinct a.address from asked a join consent_basis b on b.address = a.address"
                    " where b.since <= %s",
                    [connection.ops.adapt_datefield_value(on)],
                ),
                (
                    "select distinct a.address from asked a join consent_refusal r on r.address = a.address"
                    " where r.topic = '' and r.since <= %s and (r.lifted_at is null or r.lifted_at >= %s)",
                    [
                        connection.ops.adapt_datefield_value(on),
                        connection.ops.adapt_datetimefield_value(end),
                    ],
                ),
            )
        )
    frame = pl.DataFrame({"address": folded})
    return frame.select(
        pl.when(pl.col("address").is_in(refused.implode()))
        .then(pl.lit("refused"))
        .when(pl.col("address").is_in(granted.implode()))
        .then(pl.lit("granted"))
        .otherwise(pl.lit("unknown"))
        .alias("state")
    )["state"]


def new_refusals(addresses: pl.Series) -> int:
    """How many different addresses of these are not refused yet; writes nothing."""
    distinct = folded_addresses(addresses).drop_nulls().unique()
    return int((~refused(distinct)).sum())
