"""Writing consent and refusal, set-wise; each call is one transaction and may be made twice."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.hub.consent.addresses import folded_addresses
from mikomi.hub.consent.models import Basis, Refusal
from mikomi.hub.kit.setwise import fetch, on_postgres, run, staged


def record_bases(
    addresses: pl.Series,
    kind: str,
    since: date | pl.Series,
    how: str,
    *,
    wording: str = "",
    url: str = "",
    topic: str = "",
    import_id: int | None = None,
    by_id: int | None = None,
) -> int:
    """Writes down on what ground the addresses may be written to; how many are new.

    `since`: one day for all, or a Date for each; without a day there is no ground. What is no address is
    passed over. The same evidence of one import (or of none) is written once.
    Raises `ValueError` for a kind that is none.
    """
    days = since if isinstance(since, pl.Series) else pl.Series([since]).new_from_index(0, len(addresses))
    told = pl.DataFrame({"address": folded_addresses(addresses), "since": days.cast(pl.Date).cast(pl.String)})
    told = told.drop_nulls().unique()
    evidence = [Basis.Kind(kind).value, topic, how, wording, url]
    # A day is text in SQLite, and compared as such.
    day = "cast(s.since as date)" if on_postgres() else "s.since"
    with transaction.atomic(), staged(told, "stating"):
        return run(
            "insert into consent_basis"
            " (address, kind, topic, since, how, wording, url, import_id, recorded_at, by_id)"
            f" select s.address, %s, %s, {day}, %s, %s, %s, %s, %s, %s from stating s where not exists"
            " (select 1 from consent_basis b where b.address = s.address and b.kind = %s and b.topic = %s"
            f" and b.since = {day} and b.how = %s and b.wording = %s and b.url = %s"
            f" and {'b.import_id is null' if import_id is None else 'b.import_id = %s'})",
            [
                *(*evidence, import_id, timezone.now(), by_id),
                *(*evidence, *([] if import_id is None else [import_id])),
            ],
        )


def record_refusals(frame: pl.DataFrame, *, import_id: int | None = None, by_id: int | None = None) -> int:
    """Writes down who must not be written to; how many addresses are newly refused.

    `frame`: `address` (text), `kind` (opt_out, error or complaint), `since` (Date), `how` (text). What
    is no address is passed over. A refusal that is there stays as it is; one that was lifted holds
    again where the new one is of that day or later.
    """
    told = (
        frame.select(
            folded_addresses(frame["address"]).alias("address"),
            pl.col("kind").replace_strict({k.value: k.value for k in Refusal.Kind}, return_dtype=pl.String),
            pl.col("since").cast(pl.Date).cast(pl.String),
            pl.col("how").fill_null(""),
        )
        .drop_nulls("address")
        .sort("since")
        .unique(["address", "kind"], keep="first", maintain_order=True)
    )
    now = timezone.now()
    # A day is text in SQLite, and compared as such.
    day, lifted = "r.since", "date(consent_refusal.lifted_at)"
    if on_postgres():
        day, lifted = "cast(r.since as date)", "cast(consent_refusal.lifted_at as date)"
    with transaction.atomic(), staged(told, "refusing"):
        new = run(
            "insert into consent_refusal (address, kind, topic, since, how, import_id, recorded_at, by_id)"
            f" select r.address, r.kind, '', {day}, r.how, %s, %s, %s from refusing r"
            " where true on conflict (address, kind, topic) do nothing",
            [import_id, now, by_id],
        )
        again = run(
            f"update consent_refusal set lifted_at = null, since = {day}, how = r.how, import_id = %s,"
            " recorded_at = %s, by_id = %s from refusing r where r.address = consent_refusal.address"
            " and r.kind = consent_refusal.kind and consent_refusal.topic = ''"
            f" and consent_refusal.lifted_at is not null and {day} >= {lifted}",
            [import_id, now, by_id],
        )
    return new + again


def refuse(address: str, how: str, *, by_id: int | None = None) -> bool:
    """Writes down that one address must not be written to from today on, and `how` we know. False for
    what is no address."""
    told = pl.DataFrame(
        {
            "address": [address],
            "kind": [Refusal.Kind.OPT_OUT.value],
            "since": [timezone.localdate()],
            "how": [how],
        }
    )
    if folded_addresses(told["address"]).is_null().all():
        return False
    record_refusals(told, by_id=by_id)
    return True


def lift_refusals(addresses: pl.Series, at: datetime) -> int:
    """Ends the refusals of addresses whose owners consented anew and confirmed it by mail `at` (aware);
    how many ended. Nothing but a confirmed form may call this."""
    folded = folded_addresses(addresses).drop_nulls().unique().to_list()
    return Refusal.objects.filter(address__in=folded, topic="", lifted_at=None).update(lifted_at=at)


def take_back_import(import_id: int) -> tuple[int, int]:
    """Removes the grounds that an import brought: how many, and how many refusals of it stay.

    Refusals are never taken back: who said no once is not written to because a file was withdrawn.
    """
    with transaction.atomic():
        gone = run("delete from consent_basis where import_id = %s", [import_id])
        stay = fetch(
            "select count(*) from consent_refusal where import_id = %s", {"n": pl.Int64}, [import_id]
        ).item()
    return gone, stay
