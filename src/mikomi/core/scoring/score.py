"""From folded measures and attributes to fit, engagement, total, grades, hot and priority."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.conditions.attributes import AttributeCondition, condition_columns
from mikomi.core.conditions.text import distinct, fold_series
from mikomi.core.scoring.model import ENGAGEMENT_LOWEST, FIT_LOWEST, Model
from mikomi.core.tabular.headers import resolve

type Floats = npt.NDArray[np.float64]
type Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class DayScores:
    """Scores on one day, arrays aligned with the rows of the leads frame.

    `fit`, `engagement`, `total` are rounded to 6 decimals. Grades are indexes into
    `fit_labels` and `engagement_labels`.
    """

    day: date
    fit: Floats
    engagement: Floats
    total: Floats
    fit_grade: npt.NDArray[np.uint8]
    engagement_grade: npt.NDArray[np.uint8]
    hot: Flags
    fit_labels: tuple[str, ...]
    engagement_labels: tuple[str, ...]

    def fit_grades(self) -> pl.Series:
        """The fit grade of each lead as text."""
        return _labels("fit_grade", self.fit_grade, self.fit_labels)

    def engagement_grades(self) -> pl.Series:
        """The engagement grade of each lead as text."""
        return _labels("engagement_grade", self.engagement_grade, self.engagement_labels)


def _labels(name: str, codes: npt.NDArray[np.uint8], labels: tuple[str, ...]) -> pl.Series:
    return pl.Series(name, labels, dtype=pl.String).gather(pl.Series(codes).cast(pl.UInt32)).alias(name)


def round_number(values: Floats) -> Floats:
    """Rounds to 6 decimals as the contract says: by way of 9, ties to even, no negative zero."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.rint(np.rint(values * 1e9) / 1e3) / 1e6 + 0.0


def field_resolver(columns: Sequence[str]) -> Callable[[str], str | None]:
    """Names the column of a field: the same header first, then one that means the same field."""
    names = list(columns)
    return lambda field: resolve(field, names)


def fit_flags(conditions: Sequence[AttributeCondition], leads: pl.DataFrame) -> list[Flags]:
    """For each condition, which leads meet it."""
    columns = condition_columns(leads, conditions, field_resolver(leads.columns))
    return [columns[str(i)].to_numpy().astype(bool) for i in range(len(conditions))]


def fit_of(model: Model, leads: pl.DataFrame) -> Floats:
    """The fit of each lead, rounded; shape (leads,)."""
    return fit_from(model, fit_flags([rule.when for rule in model.fit], leads), leads.height)


def fit_from(model: Model, flags: Sequence[Flags], height: int) -> Floats:
    """`fit_of`, where it is known which of `height` leads meet each fit rule."""
    total = np.zeros(height)
    for rule, held in zip(model.fit, flags, strict=True):
        total += np.where(held, rule.points, 0.0)
    return round_number(total)


def gates_of(model: Model, leads: pl.DataFrame) -> npt.NDArray[np.uint64] | None:
    """One bit a signal that carries `lead`: whether the lead meets it. None where no signal does.

    Raises `ValueError` beyond 64 such signals; the model parser refuses them.
    """
    conditions = [s.lead for s in model.signals if s.lead is not None]
    if not conditions:
        return None
    bits = np.zeros(leads.height, dtype=np.uint64)
    for i, flags in enumerate(fit_flags(conditions, leads)):
        bits |= flags.astype(np.uint64) << np.uint64(i)
    return bits


def company_codes(model: Model, leads: pl.DataFrame) -> npt.NDArray[np.int64]:
    """A number for each lead's company, equal for equal folded text; -1 where it is unknown."""
    column = field_resolver(leads.columns)(model.company_field)
    if column is None:
        return np.full(leads.height, -1, dtype=np.int64)
    words, rows = distinct(leads[column].cast(pl.String))
    names = fold_series(words).alias("name").to_frame()
    numbered = names.unique().filter(pl.col("name") != "").with_row_index("code")
    codes = names.join(numbered, on="name", how="left", maintain_order="left")["code"]
    numbers = codes.cast(pl.Int64).fill_null(-1).to_numpy()
    return numbers if rows is None else numbers[rows]


def grade(values: Floats, thresholds: tuple[tuple[str, float], ...]) -> npt.NDArray[np.uint8]:
    """Index of the highest threshold that each value reaches; the number of thresholds for none."""
    codes = np.full(len(values), len(thresholds), dtype=np.uint8)
    for index, (_, least) in sorted(enumerate(thresholds), key=lambda entry: entry[1][1]):
        codes[values >= rounded(least)] = index
    return codes


@cache
def rounded(value: float) -> float:
    """One threshold, rounded as the numbers are."""
    return float(round_number(np.array([value]))[0])


def day_scores(model: Model, day: date, fit: Floats, engagement: Floats) -> DayScores:
    """Puts rounded `fit` and raw `engagement` together."""
    engagement = round_number(engagement)
    total = round_number(fit + engagement)
    hot = np.full(len(fit), model.hot.anybody)
    for values, least in ((fit, model.hot.fit), (engagement, model.hot.engagement), (total, model.hot.total)):
        if least is not None:
            hot &= values >= rounded(least)
    return DayScores(
        day=day,
        fit=fit,
        engagement=engagement,
        total=total,
        fit_grade=grade(fit, model.fit_grades),
        engagement_grade=grade(engagement, model.engagement_grades),
        hot=hot,
        fit_labels=(*(name for name, _ in model.fit_grades), FIT_LOWEST),
        engagement_labels=(*(name for name, _ in model.engagement_grades), ENGAGEMENT_LOWEST),
    )


def priority_order(scores: DayScores, leads: pl.Series) -> npt.NDArray[np.int64]:
    """Row numbers in the order to call: hot first, total downwards, then key in code point order."""
    frame = pl.DataFrame({"hot": scores.hot, "total": scores.total, "lead": leads})
    order = frame.select(
        pl.arg_sort_by("hot", "total", "lead", descending=[True, True, False], maintain_order=True)
    )
    return order.to_series().to_numpy().astype(np.int64)
