"""Instants as days."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from django.conf import settings


def local_days(microseconds: pl.Expr) -> pl.Expr:
    """Microseconds since 1970-01-01 UTC as days since 1970-01-01 (Int32) in the data folder's time zone."""
    at = pl.from_epoch(microseconds, "us").dt.replace_time_zone("UTC")
    return at.dt.convert_time_zone(settings.TIME_ZONE).dt.date().cast(pl.Int32)


def instant(microseconds: int) -> datetime:
    """Microseconds since 1970-01-01 as an aware UTC instant."""
    seconds, rest = divmod(microseconds, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
