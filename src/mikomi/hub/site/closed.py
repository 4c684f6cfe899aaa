"""Companies whose deal has ended: their people are not called as if nothing had been.

A customer is its owner's. A company that said no rests for some days, unless somebody comes back to us.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from mikomi.core.words import Words
from mikomi.hub.activity import queries as activity
from mikomi.hub.kit import formats
from mikomi.hub.people import queries as people
from mikomi.hub.people.deals.queries import ends_of_companies
from mikomi.hub.site.models import Resting

EPOCH = date(1970, 1, 1)
REST_DAYS = 90
MOST_DAYS = 1_825


@dataclass(frozen=True, slots=True)
class Closed:
    """How a company's last deal ended (`won`, `lost`), on which local day, and until when it rests; None: it
    is a customer."""

    result: str
    day: date
    until: date | None

    @property
    def words(self) -> Words:
        """Why nobody of it is called by itself."""
        if self.until is None:
            return Words(
                f"お客様の会社です（{_ja(self.day)}に受注）。営業担当に任せます",
                f"the company is a customer (won on {_en(self.day)}): its owner looks after it",
            )
        return Words(
            f"{_ja(self.day)}に失注した会社です。{_ja(self.until)}まで、こちらからは連絡しません",
            f"the company's deal was lost on {_en(self.day)}: it rests until {_en(self.until)}",
        )


def rest_days() -> int:
    """How many days a company rests after a lost deal."""
    held = Resting.objects.filter(pk=1).first()
    return REST_DAYS if held is None else held.days


def set_rest_days(days: int) -> None:
    """Sets how many days a company rests. Raises ValueError for what is none."""
    if not 0 <= days <= MOST_DAYS:
        raise ValueError(str(days))
    Resting.objects.update_or_create(pk=1, defaults={"days": days})


def closed_leads(leads: Collection[int], on: date) -> dict[int, Closed]:
    """Those of `leads` (numbers) whose company, or they themselves without one, is a customer or rests on the
    local day `on`: this keeps them from being handed over by rules, and from Today."""
    asked = sorted(set(leads))
    if not asked:
        return {}
    of = dict(people.people_of_companies(asked).iter_rows())
    outcomes = activity.outcome_days(sorted({*asked, *of})).filter(
        pl.col("result").is_in(["won", "lost", "meeting"])
    )
    told = outcomes.select(
        # Who has no company stands for themselves.
        pl.col("lead").replace_strict(of, default=-pl.col("lead"), return_dtype=pl.Int32).alias("of"),
        "day",
        "result",
    )
    ends = ends_of_companies(set(of.values())).rename({"company": "of"})
    if told.is_empty() and ends.is_empty():
        return {}
    latest = _latest(pl.concat([told, ends.select(told.columns)]), (on - EPOCH).days)
    return {lead: end for lead in asked if (end := _closed(latest.get(of.get(lead, -lead)), on)) is not None}


def closed_company(company: int, members: Collection[int], on: date) -> Closed | None:
    """How a company's last deal ended, while that keeps its people (`members`, numbers) from being called on
    the local day `on`."""
    for lead in members:
        return closed_leads([lead], on).get(lead)
    ends = ends_of_companies([company]).rename({"company": "of"})
    return _closed(_latest(ends, (on - EPOCH).days).get(company), on)


def _latest(rows: pl.DataFrame, today: int) -> dict[int, tuple[int, str]]:
    """Of each the last of what happened up to `today`: (day, result)."""
    order = pl.col("result").replace_strict({"meeting": 0, "lost": 1, "won": 2}, return_dtype=pl.Int8)
    last = (
        rows.filter(pl.col("day") <= today)
        .with_columns(order.alias("order"))
        .sort("day", "order")
        .unique("of", keep="last", maintain_order=True)
    )
    return {of: (day, result) for of, day, result in last.select("of", "day", "result").iter_rows()}


def _closed(last: tuple[int, str] | None, on: date) -> Closed | None:
    if last is None or last[1] == "meeting":
        return None
    day = EPOCH + timedelta(days=last[0])
    if last[1] == "won":
        return Closed("won", day, None)
    until = day + timedelta(days=rest_days())
    return Closed("lost", day, until) if on <= until else None


def _en(day: date) -> str:
    return formats.day(day, "en", day, weekday=False, year=True)


def _ja(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
