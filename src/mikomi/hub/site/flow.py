"""月ごとの流れ: how far the people of each month came, and those of each campaign.

A lead counts in the month in which it came (its own date, else that of its arrival here), and for the
campaign it joined first, if that was within `SOON` days of coming. Everything that became of it until today
counts there, whenever it was. A job works it out for everybody; pages group what it kept.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from mikomi.core.journey.estimates import Share
from mikomi.hub.activity.results import ends_and_meetings
from mikomi.hub.capture.campaigns import queries as campaigns
from mikomi.hub.handoff import occasions
from mikomi.hub.handoff.types import Cause
from mikomi.hub.kit import temperature as levels
from mikomi.hub.people.persons import all_first_days
from mikomi.hub.site.models import FlowFigures
from mikomi.hub.site.rows import cells, store

STEPS = ("hot", "handed", "met", "won")
SOON = 30
"""So many days after a lead came its first campaign may be why it came."""
ENOUGH = 20
"""Of fewer people no share is told."""
RIPE_DAYS = 90
"""A month that ended less long ago is still under way."""
SAME_DEAL_DAYS = 31
"""A deal won by hand so near to one of a list is the same."""
NO_CAMPAIGN = 0
MANY = 50_000
"""With more leads than these it is worked out no more often than `PAUSE`."""
PAUSE = timedelta(hours=1)

SCHEMA: dict[str, type[pl.DataType]] = {
    "lead": pl.Int32,
    "month": pl.Int32,
    "campaign": pl.Int32,
    "hot": pl.Boolean,
    "handed": pl.Boolean,
    "met": pl.Boolean,
    "won": pl.Boolean,
    "yen": pl.Int64,
}
"""A row a lead: `month` is year x 12 + month - 1, `campaign` 0 for none, `yen` of deals won."""

_held: dict[datetime, pl.DataFrame] = {}


@dataclass(frozen=True, slots=True)
class Step:
    """How many came to a step. `share` of the leads, None where those are too few."""

    key: str
    n: int
    share: Share | None


@dataclass(frozen=True, slots=True)
class Line:
    """The people of one month, one campaign, or all. `month` is None where it is not of one month; `cost` in
    yen; `under_way`: later steps are yet to come."""

    month: date | None
    campaign: int | None
    leads: int
    steps: tuple[Step, ...]
    yen: int
    under_way: bool = False
    name: str = ""
    cost: int | None = None

    @property
    def cost_per_meeting(self) -> int | None:
        """What a meeting cost, in whole yen; None without a known cost or without meetings."""
        met = self.met
        return round(self.cost / met) if self.cost is not None and met else None

    @property
    def met(self) -> int:
        """How many came to a meeting."""
        return next(step.n for step in self.steps if step.key == "met")

    @property
    def key(self) -> str:
        """The month as addresses name it."""
        return "" if self.month is None else self.month.strftime("%Y-%m")


def prepare(now: datetime) -> None:
    """Works out how far everybody came, and keeps it."""
    file = io.BytesIO()
    frame().write_ipc(file, compression="zstd")
    FlowFigures.objects.update_or_create(pk=1, defaults={"at": now, "data": file.getvalue()})


def is_due(now: datetime) -> bool:
    """Whether it is to be worked out again: each time with few leads, each hour with many."""
    at = FlowFigures.objects.filter(pk=1).values_list("at", flat=True).first()
    return at is None or now - at >= PAUSE or store.row_count() <= MANY


def frame() -> pl.DataFrame:
    """How far everybody came until now (columns of `SCHEMA`)."""
    days = all_first_days()
    month = pl.col("began").cast(pl.Date).dt.year() * 12 + pl.col("began").cast(pl.Date).dt.month() - 1
    joined = campaigns.join_days().join(days, on="lead")
    first = (
        joined.filter(pl.col("day") <= pl.col("began") + SOON)
        .sort("day", "campaign")
        .unique("lead", keep="first", maintain_order=True)
        .select("lead", "campaign")
    )
    results = ends_and_meetings()
    sold = _deals_won(results)
    reached = {
        "hot": pl.concat([_hot_now(), occasions.leads_of(Cause.HOT)]),
        "handed": occasions.handed_leads(),
        # Whoever bought was in a meeting before, written down or not.
        "met": results.filter(pl.col("result").is_in(["meeting", "won"]))["lead"],
        "won": results.filter(pl.col("result") == "won")["lead"],
    }
    told = days.select("lead", month.cast(pl.Int32).alias("month")).join(first, on="lead", how="left")
    for key, leads in reached.items():
        there = leads.unique().alias("lead").to_frame().with_columns(pl.lit(True).alias(key))
        told = told.join(there, on="lead", how="left").with_columns(pl.col(key).fill_null(False))
    told = told.join(sold, on="lead", how="left")
    return told.with_columns(pl.col("campaign").fill_null(NO_CAMPAIGN)).select(
        pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()
    )


def kept() -> tuple[pl.DataFrame, datetime] | None:
    """What was worked out last, and when; None before the first time."""
    at = FlowFigures.objects.filter(pk=1).values_list("at", flat=True).first()
    if at is None:
        return None
    if at not in _held:
        row = FlowFigures.objects.get(pk=1)
        _held.clear()
        _held[row.at] = pl.read_ipc(io.BytesIO(row.data))
        return _held[row.at], row.at
    return _held[at], at


def of_months(people: pl.DataFrame, months: Sequence[date], today: date) -> list[Line]:
    """A line for each of `months` (first days), the latest first."""
    asked = [_number(month) for month in months]
    grouped = {row["month"]: row for row in _grouped(people, "month").iter_rows(named=True)}
    return [
        _line(grouped.get(number), month=month, under_way=_under_way(month, today))
        for number, month in sorted(zip(asked, months, strict=True), reverse=True)
    ]


def of_campaigns(people: pl.DataFrame, month: date | None, today: date) -> list[Line]:
    """A line for each campaign that anybody came by, the most meetings first, and at the end for none. Of one
    month: of who came then, with what of the cost falls on its days."""
    known, lines = campaigns.costs(), []
    last = today if month is None else _first(_number(month) + 1) - timedelta(days=1)
    for row in _grouped(narrowed(people, month=month), "campaign").iter_rows(named=True):
        number, held = row["campaign"], known.get(row["campaign"])
        if held is not None:
            cost = held.yen if month is None else held.of_days(month, last, today)
            lines.append(_line(row, month=month, campaign=number, name=held.name, cost=cost))
        elif number == NO_CAMPAIGN:
            lines.append(_line(row, month=month, campaign=number))
    return sorted(lines, key=lambda line: (line.campaign == NO_CAMPAIGN, -line.met, -line.leads))


def total(people: pl.DataFrame) -> Line:
    """All of `people` as one line."""
    every = people.with_columns(pl.lit(0).alias("all"))
    return _line(next(_grouped(every, "all").iter_rows(named=True), None))


def months_until(last: date, n: int) -> list[date]:
    """The first days of the `n` months up to that of `last`."""
    number = _number(last)
    return [_first(one) for one in range(number - n + 1, number + 1)]


def narrowed(
    people: pl.DataFrame, *, month: date | None = None, campaign: int | None = None, step: str = ""
) -> pl.DataFrame:
    """Those of a month, of a campaign (0: of none), who came to a step."""
    if month is not None:
        people = people.filter(pl.col("month") == _number(month))
    if campaign is not None:
        people = people.filter(pl.col("campaign") == campaign)
    return people.filter(pl.col(step)) if step in STEPS else people


def between(people: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """Those of the months from `first` through `last`."""
    return people.filter(pl.col("month").is_between(_number(first), _number(last)))


def any_before(people: pl.DataFrame, month: date) -> bool:
    """Whether anybody came in a month before."""
    return bool((people["month"] < _number(month)).any())


def _grouped(people: pl.DataFrame, by: str) -> pl.DataFrame:
    return people.group_by(by).agg(
        pl.len().alias("leads"), *(pl.col(step).sum() for step in STEPS), pl.col("yen").sum()
    )


def _line(
    row: dict[str, int] | None,
    *,
    month: date | None = None,
    campaign: int | None = None,
    under_way: bool = False,
    name: str = "",
    cost: int | None = None,
) -> Line:
    told = row or dict.fromkeys(("leads", "yen", *STEPS), 0)
    leads = told["leads"]
    steps = tuple(Step(key, told[key], Share(told[key], leads) if leads >= ENOUGH else None) for key in STEPS)
    return Line(month, campaign, leads, steps, told["yen"] or 0, under_way, name, cost)


def _deals_won(results: pl.DataFrame) -> pl.DataFrame:
    """What the deals of each lead brought: `lead`, `yen`. What was said by hand of a deal that a list knows,
    too, counts once."""
    won = results.filter((pl.col("result") == "won") & pl.col("yen").is_not_null())
    listed = won.filter(pl.col("deal").is_not_null())
    said = won.filter(pl.col("deal").is_null()).with_row_index("row")
    near = (pl.col("day") - pl.col("day_right")).abs() <= SAME_DEAL_DAYS
    twice = said.join(listed.select("lead", "day"), on="lead").filter(near).select("row").unique()
    alone = said.join(twice, on="row", how="anti").drop("row")
    return pl.concat([listed, alone]).group_by("lead").agg(pl.col("yen").sum())


def _hot_now() -> pl.Series:
    rows = store.read_scores(columns=("cell",))
    known = cells.all_cells().filter(pl.col("heat") == levels.HOT)["id"]
    there = pl.DataFrame({"lead": rows["lead_id"].astype("int32"), "cell": rows["cell"]})
    return there.filter(pl.col("cell").is_in(known.implode()))["lead"]


def _number(month: date) -> int:
    return month.year * 12 + month.month - 1


def _first(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _under_way(month: date, today: date) -> bool:
    return (today - _first(_number(month) + 1)).days < RIPE_DAYS
