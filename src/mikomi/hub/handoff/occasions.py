"""Occasions to hand leads over: noted together with the scores that show them, settled right after.

So none is lost when a process dies between the two, and none is handed over twice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.core.words import Words
from mikomi.hub.handoff.models import Occasion
from mikomi.hub.handoff.types import Cause
from mikomi.hub.kit.setwise import FEW, fetch, on_postgres, run, staged

BACK_WITHIN = timedelta(days=30)
"""What happened longer ago is no reason to call any more."""
AT_ONCE = 1_000
COLUMNS = ("lead", "cause", "entry", "detail")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An occasion that was noted and not settled yet."""

    number: int
    lead: int
    cause: Cause
    entry: str
    detail: dict[str, Any]


def note_occasions(frame: pl.DataFrame, now: datetime) -> int:
    """Notes occasions (`COLUMNS`; `detail` is JSON as text) in the caller's transaction; how many are new.
    Those that are known already stay as they are."""
    if frame.is_empty():
        return 0
    rows = frame.select(pl.col("lead").cast(pl.Int32), *COLUMNS[1:]).with_columns(
        at=pl.lit(now.astimezone(timezone.get_default_timezone())).dt.convert_time_zone("UTC")
    )
    detail = "o.detail::jsonb" if on_postgres() else "o.detail"
    empty = "'{}'::jsonb" if on_postgres() else "'{}'"
    with staged(rows, "occasions"):
        return run(
            "insert into handoff_occasion (lead, cause, entry, detail, seen_at, answer)"
            f" select o.lead, o.cause, o.entry, {detail}, o.at, {empty} from occasions o where true"
            " on conflict do nothing"
        )


def waiting(most: int) -> list[Waiting]:
    """The occasions that wait, urgent ones first, then as they came."""
    held = Occasion.objects.filter(settled_at=None)
    urgent = list(held.filter(cause=Cause.URGENT).order_by("seen_at", "pk")[:most])
    others = list(held.exclude(cause=Cause.URGENT).order_by("seen_at", "pk")[: most - len(urgent)])
    return [_waiting(row) for row in (*urgent, *others)]


def _waiting(row: Occasion) -> Waiting:
    return Waiting(row.pk, row.lead, Cause(row.cause), row.entry, row.detail)


def waiting_count() -> int:
    """How many occasions wait to be handed over."""
    return Occasion.objects.filter(settled_at=None).count()


def ever(cause: Cause) -> bool:
    """Whether there ever was an occasion of this cause."""
    return Occasion.objects.filter(cause=cause).exists()


def leave_out(numbers: Collection[int], why: Words, now: datetime) -> None:
    """Settles occasions without handing over, and says why."""
    held = Occasion.objects.filter(pk__in=numbers, settled_at=None)
    held.update(settled_at=now, answer={"ja": why.ja, "en": why.en})


def let_go_of(
    leads: Collection[int], causes: Collection[Cause], because: Collection[Words], now: datetime
) -> list[Waiting]:
    """Occasions of `leads` that were left out, or whose hand-off let them go, `because` of that; not those of
    long ago."""
    held = Occasion.objects.filter(
        cause__in=[cause.value for cause in causes],
        settled_at__isnull=False,
        seen_at__gte=now - BACK_WITHIN,
        answer__en__in=[one.en for one in because],
    )
    if len(leads) <= FEW:
        held = held.filter(lead__in=leads)
    asked = set(leads)
    return [_waiting(row) for row in held.order_by("pk") if row.lead in asked]


def wait_again(numbers: Collection[int]) -> None:
    """Has settled occasions settled anew."""
    for some in batched(numbers, AT_ONCE):
        Occasion.objects.filter(pk__in=some).update(settled_at=None, handoff=None, answer={})


def leads_of(cause: Cause) -> pl.Series:
    """Everybody to whom a cause came at any time (numbers), those that were not handed over included."""
    return fetch(
        "select distinct lead from handoff_occasion where cause = %s", {"lead": pl.Int32}, [cause.value]
    )["lead"]


def handed_leads() -> pl.Series:
    """Everybody who was handed over at any time (numbers)."""
    return fetch("select distinct lead from handoff_handedlead", {"lead": pl.Int32})["lead"]


def handed_of_companies(companies: pl.Series) -> pl.DataFrame:
    """Who of each company (numbers) was handed over last and may still be called: `company`, `lead`."""
    asked = companies.drop_nulls().unique().cast(pl.Int32).alias("company").to_frame()
    with transaction.atomic(), staged(asked, "asked_companies"):
        rows = fetch(
            "select h.company, m.lead from asked_companies a"
            " join handoff_handoff h on h.company = a.company"
            " join handoff_handedlead m on m.handoff_id = h.id where m.left_at is null order by m.at, m.id",
            {"company": pl.Int32, "lead": pl.Int32},
        )
    return rows.unique("company", keep="last", maintain_order=True).select("company", "lead")
