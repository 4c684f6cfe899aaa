"""Who meets which condition on a day: one pass over the activity for all of them, and the score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.conditions.attributes import Test, condition_columns
from mikomi.core.conditions.who import (
    NOWHERE,
    ConsentIs,
    Did,
    Every,
    GradeIs,
    HadOutcome,
    HotIs,
    InStage,
    Labelled,
    Leaf,
    Not,
    ScoreIs,
    Since,
    Some,
    Who,
)
from mikomi.core.engine.folding import Held, Progress, day_number, holds_in
from mikomi.core.engine.local import lead_numbers, score_and_ask
from mikomi.core.events import ActivitySource
from mikomi.core.membership.asks import Asks
from mikomi.core.membership.facts import CONSENT, Facts
from mikomi.core.scoring.model import Model
from mikomi.core.scoring.score import DayScores, Flags, field_resolver, rounded


@dataclass(frozen=True, slots=True)
class Heard:
    """What one pass over the activity gave for `day`: scores, None without a model, and answers."""

    day: date
    scores: DayScores | None
    held: Held


def hear(
    asks: Asks,
    leads: pl.DataFrame,
    source: ActivitySource,
    day: date,
    *,
    model: Model | None = None,
    threads: int = 2,
    progress: Progress | None = None,
) -> Heard:
    """The one pass: what `asks` asks of the activity of `leads` on `day`, and the scores by `model`.

    `leads` as in `score_days`, known as of `day`.
    """
    scores, held = score_and_ask(
        model, asks.questions, asks.groups, leads, source, [day], threads=threads, progress=progress
    )
    return Heard(day, scores[0] if scores else None, held)


def answer(
    asks: Asks,
    facts: Facts,
    source: ActivitySource,
    day: date,
    *,
    threads: int = 2,
    progress: Progress | None = None,
) -> Answers:
    """Who of `facts.leads` meets which condition on `day`, where scores and stages are known."""
    return Answers(asks, facts, hear(asks, facts.leads, source, day, threads=threads, progress=progress))


@dataclass(frozen=True)
class Answers:
    """Answers to conditions, worked out as they are asked for."""

    asks: Asks
    facts: Facts
    heard: Heard
    _known: dict[int, Flags] = field(default_factory=dict, init=False, repr=False)
    _tested: list[pl.DataFrame] = field(default_factory=list, init=False, repr=False)

    def holds(self, place: int) -> Flags:
        """Who meets the condition at this place of `asks.conditions`, in the order of the leads' rows.

        Raises `MikomiError` where segments refer to each other in a circle: `order_of` tells before.
        """
        return self.holds_for(self.asks.conditions[place])

    def holds_for(self, who: Who) -> Flags:
        """Who meets a condition that is one of `asks.conditions`, or a part of one."""
        return np.broadcast_to(evaluate(who, self._leaf), (1, self.facts.leads.height))[0]

    def _leaf(self, leaf: Leaf) -> Flags:
        match leaf:
            case Did() | Since():
                return holds_in(self.heard.held, self.asks.places[leaf])
            case Test():
                return self._test(leaf)[None, :]
            case HadOutcome():
                return had_outcome(
                    leaf, self.facts.outcomes, lead_numbers(self.facts.leads), [self.heard.day]
                )
            case Labelled("segment", ids):
                return self._any([self._segment(i) for i in ids])
            case _:
                return plain_leaf(leaf, self.facts)[None, :]

    def _test(self, test: Test) -> Flags:
        if not self._tested:
            leads = self.facts.leads
            self._tested.append(condition_columns(leads, [*self.asks.tests], field_resolver(leads.columns)))
        return self._tested[0][str(self.asks.tests[test])].to_numpy()

    def _segment(self, number: int) -> Flags:
        if number not in self.asks.segments:
            return self.facts.labels.get(("segment", number), self._nobody())
        if number not in self._known:
            self._known[number] = self.holds(self.asks.segments[number])
        return self._known[number]

    def _any(self, flags: Sequence[Flags]) -> Flags:
        return reduce(np.logical_or, flags)[None, :]

    def _nobody(self) -> Flags:
        return np.zeros(self.facts.leads.height, dtype=bool)


def evaluate(who: Who, leaf: Callable[[Leaf], Flags]) -> Flags:
    """A condition over the arrays that `leaf` gives, (days, leads) or (1, leads)."""
    match who:
        case Every(parts):
            return reduce(np.logical_and, (evaluate(p, leaf) for p in parts))
        case Some(parts):
            return reduce(np.logical_or, (evaluate(p, leaf) for p in parts))
        case Not(part):
            return ~evaluate(part, leaf)
        case _:
            return leaf(who)


def plain_leaf(leaf: Leaf, facts: Facts) -> Flags:
    """Who meets a condition on scores, stage, tags, lists and consent: they need no day. (leads,)"""
    nobody = np.zeros(facts.leads.height, dtype=bool)
    match leaf:
        case ScoreIs(of, low, high):
            if facts.scores is None:
                return nobody
            values: npt.NDArray[np.float64] = getattr(facts.scores, of)
            least = -np.inf if low is None else rounded(low)
            return (values >= least) & (values <= (np.inf if high is None else rounded(high)))
        case GradeIs(of, grades):
            if facts.scores is None:
                return nobody
            labels: tuple[str, ...] = getattr(facts.scores, f"{of}_labels")
            codes: npt.NDArray[np.uint8] = getattr(facts.scores, f"{of}_grade")
            return np.array([label in grades for label in labels], dtype=bool)[codes]
        case HotIs(hot):
            return np.array(nobody if facts.scores is None else facts.scores.hot) == hot
        case InStage(stages):
            if facts.stage is None:
                return ~nobody if NOWHERE in stages else nobody
            table = np.zeros(256, dtype=bool)
            table[: len(facts.stages) + 1] = [key in stages for key in (NOWHERE, *facts.stages)]
            return table[facts.stage]
        case Labelled(kind, ids):
            return reduce(np.logical_or, (facts.labels.get((kind, i), nobody) for i in ids))
        case ConsentIs(state):
            codes = np.zeros(len(nobody), np.uint8) if facts.consent is None else facts.consent
            return codes == CONSENT.index(state)
        case _:
            raise TypeError(leaf)


def had_outcome(
    leaf: HadOutcome, outcomes: pl.DataFrame, numbers: npt.NDArray[np.int64], days: Sequence[date]
) -> Flags:
    """Which of the leads `numbers` had one of the outcomes in the window of each day: (days, leads)."""
    found = outcomes.filter(pl.col("result").is_in(list(leaf.results)))
    rows, kept = rows_of(found["lead"].cast(pl.Int64).to_numpy(), numbers)
    at = found["day"].to_numpy()[kept]
    held = np.zeros((len(days), len(numbers)), dtype=bool)
    for k, day in enumerate(days):
        today = day_number(day)
        inside = at <= today
        if leaf.within_days is not None:
            inside &= at > today - leaf.within_days
        held[k, rows[inside]] = True
    return held


def rows_of(
    leads: npt.NDArray[np.int64], numbers: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The rows of `numbers` in which `leads` stand, and which of `leads` stand in one."""
    order = np.argsort(numbers, kind="stable")
    spot = np.searchsorted(numbers, leads, sorter=order)
    kept = spot < len(numbers)
    kept[kept] = numbers[order[spot[kept]]] == leads[kept]
    return order[spot[kept]], kept
