"""What a model would have found: its hot leads on past days against what came of them.

On each day D only leads known by D and not yet won by D are scored, from what was known on D.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.engine.folding import Progress, day_number
from mikomi.core.engine.local import lead_numbers, score_days
from mikomi.core.events import ActivitySource
from mikomi.core.scoring.fold import NEVER
from mikomi.core.scoring.model import Model

FINAL = ("won", "lost")
CELLS_AT_ONCE = 60_000_000
"""Leads x days whose scores are held at a time; more days are scored in several passes."""


@dataclass(frozen=True, slots=True)
class DayReview:
    """One day: how many leads were scored, won within the horizon, hot, and both."""

    on: date
    leads: int
    hot: int
    won: int
    hot_won: int

    @property
    def precision(self) -> float | None:
        """電話が商談になる割合: won among the hot; None without hot leads."""
        return self.hot_won / self.hot if self.hot else None

    @property
    def recall(self) -> float | None:
        """受注を見つけた割合: hot among the won; None without won leads."""
        return self.hot_won / self.won if self.won else None

    @property
    def base_rate(self) -> float | None:
        """Won among all scored; None without leads."""
        return self.won / self.leads if self.leads else None

    @property
    def lift(self) -> float | None:
        """How many times likelier a hot lead is to be won than any lead; None where undefined."""
        if self.precision is None or not self.base_rate:
            return None
        return self.precision / self.base_rate


def first_outcome_days(
    outcomes: pl.DataFrame, leads: pl.Series, result: str, timezone: str
) -> npt.NDArray[np.int32]:
    """For each lead the day `result` came, in `timezone`; `NEVER` for those it did not come to.

    `outcomes`: lead, at (UTC), result. A lead counts by its first final outcome (won, lost), so a
    deal lost first and won later is a lost one; other results count by their first row.
    """
    counted = (
        outcomes.filter(pl.col("result").is_in(FINAL))
        if result in FINAL
        else outcomes.filter(pl.col("result") == result)
    )
    firsts = (
        counted.sort("at", maintain_order=True)
        .unique("lead", keep="first", maintain_order=True)
        .filter(pl.col("result") == result)
        .select("lead", pl.col("at").dt.convert_time_zone(timezone).dt.date().cast(pl.Int32).alias("day"))
    )
    joined = leads.alias("lead").to_frame().join(firsts, on="lead", how="left", maintain_order="left")
    return joined["day"].fill_null(NEVER).to_numpy().astype(np.int32)


def first_activity_days(source: ActivitySource, leads: pl.DataFrame) -> npt.NDArray[np.int32]:
    """For each lead the first day with activity; `NEVER` without any."""
    numbers = lead_numbers(leads)
    first = np.full(int(numbers.max(initial=-1)) + 1, np.iinfo(np.int32).max, dtype=np.int32)
    for piece in source.pieces:
        activity = piece.load()
        known = activity.lead < len(first)
        np.minimum.at(first, activity.lead[known], activity.day[known])
    days = first[numbers] if len(first) else np.zeros(0, dtype=np.int32)
    return np.where(days == np.iinfo(np.int32).max, NEVER, days).astype(np.int32)


def backtest(
    model: Model,
    leads: pl.DataFrame,
    source: ActivitySource,
    days: Sequence[date],
    *,
    horizon: int,
    created: npt.NDArray[np.int32],
    won: npt.NDArray[np.int32],
    threads: int = 2,
    progress: Progress | None = None,
) -> list[DayReview]:
    """Reviews `model` on each of `days` (ascending).

    `created`: day each lead is known from by its attributes, `NEVER` where nothing says so.
    `won`: as `first_outcome_days` gives it. `won` counts in the `horizon` days after the day.
    """
    active = first_activity_days(source, leads)
    far = np.iinfo(np.int32).max
    known = np.minimum(np.where(active == NEVER, far, active), np.where(created == NEVER, far, created))
    known = np.where(known == far, NEVER, known)
    won_day = np.where(won == NEVER, far, won).astype(np.int64)
    at_once = max(1, CELLS_AT_ONCE // max(leads.height, 1))
    reviews: list[DayReview] = []
    for start in range(0, len(days), at_once):
        part = days[start : start + at_once]

        def report(done: int, total: int, before: int = start, share: int = len(part)) -> None:
            if progress:
                progress(before * total + done * share, len(days) * total)

        for scores in score_days(model, leads, source, part, threads=threads, progress=report):
            today = day_number(scores.day)
            eligible = (known <= today) & (won_day > today)
            success = eligible & (won_day <= today + horizon)
            hot = eligible & scores.hot
            counts = (int(np.count_nonzero(x)) for x in (eligible, hot, success, hot & success))
            reviews.append(DayReview(scores.day, *counts))
    return reviews


def days_between(first: date, last: date, every: int) -> list[date]:
    """`first`, then every `every` days up to `last`."""
    return [first + timedelta(days=i) for i in range(0, (last - first).days + 1, every)]
