"""Links that no person can see: who opens one is a machine for that whole day."""

from __future__ import annotations

from urllib.parse import urlencode

import polars as pl
from django.db.models import QuerySet
from django.utils import timezone

from mikomi.collector.routes import TRAP
from mikomi.core.machines.judging import TRAP_KIND
from mikomi.core.machines.reasons import Reason
from mikomi.hub.activity.queries import counted_on, days_of_machines
from mikomi.hub.activity.services import set_automated
from mikomi.hub.capture.identity import subject_key
from mikomi.hub.capture.models import Source

DAY = 86_400_000_000
OF_PAGE = "page-"
"""Before the mark of a page of our own: the visitor that its hidden link names beside the cookie's."""


def address_for(key: str, visitor: str = "") -> str:
    """Where the hidden link of a page of our own leads: `key` is the write key that the page was opened
    with, where it was, `visitor` who opens it. "" where nothing is collected from any site."""
    keys = list(_collecting().values_list("write_key", flat=True))
    if not keys:
        return ""
    said = {"k": key if key in keys else keys[0]} | ({"mk_visitor": visitor} if visitor else {})
    return f"{TRAP}?{urlencode(said)}"


def opened_on_page(mark: str, at: int) -> bool:
    """Whether somebody opened the hidden link of the page with `mark` in the day before `at` (µs UTC)."""
    keys = [subject_key(source, OF_PAGE + mark, 0) for source in _collecting().values_list("pk", flat=True)]
    return days_of_machines(pl.Series(keys, dtype=pl.String), TRAP_KIND, at - DAY).height > 0


def _collecting() -> QuerySet[Source]:
    return Source.objects.filter(disabled_at=None, kind=Source.Kind.WEB).order_by("pk")


def of_trapped(events: pl.DataFrame) -> pl.Series:
    """Row for row of `events` (`key`, `at` in µs UTC, `kind`), whether its visitor opened such a link on
    that local day: among these events, or before."""
    days = _days(events)
    # The beginning of a day lies no further back than that.
    since = int(events["at"].min() or 0) - DAY  # pyright: ignore[reportArgumentType] - whole numbers
    known = days_of_machines(events["key"], TRAP_KIND, since)
    now = days.filter(pl.col("kind") == TRAP_KIND).select("key", "day")
    trapped = pl.concat([known, now]).unique().with_columns(trapped=pl.lit(True))
    found = days.join(trapped, on=["key", "day"], how="left", maintain_order="left")
    return found["trapped"].fill_null(False)


def take_back(events: pl.DataFrame) -> None:
    """Takes back what counted of the visitors who opened such a link among `events`, on those days."""
    opened = _days(events).filter(pl.col("kind") == TRAP_KIND)
    if opened.height and (counted := counted_on(opened)).height:
        set_automated(counted, True, reason=Reason.TRAP)


def _days(events: pl.DataFrame) -> pl.DataFrame:
    zone = timezone.get_default_timezone_name()
    local = pl.from_epoch("at", "us").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    return events.select("key", "kind", day=local.dt.date().to_physical().cast(pl.Int32))
