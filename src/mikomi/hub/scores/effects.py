"""What a model does on the ground: whom each rule touches, who is hot, who changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from mikomi.core.engine.local import score_days
from mikomi.core.review.check import Finding, check_model, check_on_data
from mikomi.core.review.ranges import Ranges, check_ranges
from mikomi.core.review.reach import reach_of
from mikomi.core.scoring.model import Model
from mikomi.core.scoring.score import DayScores
from mikomi.hub.people.field_values import ranges_of
from mikomi.hub.people.queries import full_name
from mikomi.hub.scores.ground import Ground
from mikomi.hub.scores.picks import Picks

WINDOW_DAYS = 30
"""Behaviour rules are counted over so many days."""
BIN = 10
BINS = 10
NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Mover:
    """A lead that becomes hot, or stops being so. `number` is the lead's."""

    number: int
    name: str
    company: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Bar:
    """Leads with `low` points or more, less than the next bar; the last bar has no end."""

    low: int
    published: int
    draft: int


@dataclass(frozen=True, slots=True)
class Effect:
    """A draft beside the published model. Without a published one its numbers are None or 0."""

    leads: int
    hot: int
    hot_published: int | None
    entering: tuple[Mover, ...]
    leaving: tuple[Mover, ...]
    entering_count: int
    leaving_count: int
    bars: tuple[Bar, ...]


def touched(model: Model, ground: Ground) -> dict[str, int]:
    """How many leads each rule touches, by id; behaviour rules over the past 30 days."""
    reach = reach_of(model, ground.leads, ground.source, ground.day, window_days=WINDOW_DAYS)
    return reach.touched(model)


def hot_count(model: Model, ground: Ground) -> int:
    """How many leads are hot today by a model."""
    return int(_scores(model, ground).hot.sum())


def effect(draft: Model, published: Model | None, ground: Ground, *, names: int = NAMES_SHOWN) -> Effect:
    """Scores all leads by both models and compares them; `names` of the movers are named."""
    new = _scores(draft, ground)
    old = _scores(published, ground) if published else None
    was = old.hot if old else np.zeros(ground.leads.height, dtype=bool)
    enter, leave = np.flatnonzero(new.hot & ~was), np.flatnonzero(was & ~new.hot)
    enter = enter[np.argsort(-new.total[enter], kind="stable")]
    before = old.total if old else np.zeros(ground.leads.height)
    return Effect(
        leads=ground.leads.height,
        hot=int(new.hot.sum()),
        hot_published=int(was.sum()) if old else None,
        entering=_movers(ground.leads, enter[:names], before, new.total),
        leaving=_movers(ground.leads, leave[:names], before, new.total),
        entering_count=len(enter),
        leaving_count=len(leave),
        bars=_bars(new, old),
    )


def findings(model: Model, ground: Ground, picks: Picks) -> list[Finding]:
    """What `mikomi check` says, on these leads and this activity."""
    found = check_on_data(model, ground.leads, ground.source, ground.day, labels=picks.labels)
    ranges = check_ranges(model, picks.labels, _ranges_of)
    return [*check_model(model), *found, *ranges]


def _ranges_of(fields: list[str]) -> dict[str, Ranges]:
    return {field: Ranges(leads, example) for field, (leads, example) in ranges_of(fields).items()}


def _scores(model: Model, ground: Ground) -> DayScores:
    """Scores as lists show them: who is kept out of the hot ones is not hot."""
    scores = score_days(model, ground.leads, ground.source, [ground.day])[0]
    if not ground.not_hot:
        return scores
    kept = np.isin(ground.leads["number"].to_numpy(), list(ground.not_hot))
    return replace(scores, hot=scores.hot & ~kept)


def _movers(
    leads: pl.DataFrame, rows: np.ndarray, before: np.ndarray, after: np.ndarray
) -> tuple[Mover, ...]:
    chosen = leads[rows.tolist()]
    return tuple(
        Mover(
            number=int(person["number"]),
            name=full_name({key: str(value) for key, value in person.items() if value is not None}),
            company=str(person.get("company") or ""),
            before=float(before[row]),
            after=float(after[row]),
        )
        for person, row in zip(chosen.iter_rows(named=True), rows, strict=True)
    )


def _bars(new: DayScores, old: DayScores | None) -> tuple[Bar, ...]:
    def counted(scores: DayScores | None) -> list[int]:
        if scores is None:
            return [0] * BINS
        places = np.clip(scores.total // BIN, 0, BINS - 1).astype(np.int64)
        return np.bincount(places[scores.total >= 0], minlength=BINS).tolist()

    return tuple(
        Bar(place * BIN, before, after)
        for place, (before, after) in enumerate(zip(counted(old), counted(new), strict=True))
    )
