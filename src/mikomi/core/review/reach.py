"""Whom each rule of a model touches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from mikomi.core.conditions.activity import ANY_ACTIVITY
from mikomi.core.engine.folding import fold_measures
from mikomi.core.engine.local import colleague_worth, lead_numbers
from mikomi.core.events import ActivitySource
from mikomi.core.scoring.measures import LONGEST_SPAN, Kind, Measure, engagement_measures
from mikomi.core.scoring.model import ColleaguesSignal, Model
from mikomi.core.scoring.score import Flags, company_codes, fit_flags, gates_of

CELLS_AT_ONCE = 40_000_000
"""How many numbers (days x leads x signals) a fold may hold at once."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom each rule touches. Every array has one entry a lead, in the order of the leads frame.

    `fit`: holds. `engagement`: has a matching event in the days looked at. `signals`: fires on the
    day. `signals_ever`: fired on the day or on the same weekday of one of the weeks before.
    `active`: has any activity by the day.
    """

    fit: tuple[Flags, ...]
    engagement: tuple[Flags, ...]
    signals: tuple[Flags, ...]
    signals_ever: tuple[Flags, ...]
    active: Flags

    def touched(self, model: Model) -> dict[str, int]:
        """How many leads each rule touches, by rule id."""
        flags = (*self.fit, *self.engagement, *self.signals)
        return {rule.id: int(f.sum()) for rule, f in zip(model.rules, flags, strict=True)}


def reach_of(
    model: Model,
    leads: pl.DataFrame,
    source: ActivitySource,
    day: date,
    *,
    window_days: int = LONGEST_SPAN,
    weeks: int = 0,
    threads: int = 2,
) -> Reach:
    """Whom each rule of `model` touches on `day`.

    `leads` as in `score_days`. Engagement rules look at the last `window_days` days (default: at
    all); `weeks` is how far back `signals_ever` looks.
    """
    numbers = lead_numbers(leads)
    counting = [Measure(Kind.COUNT, rule.when, within_days=window_days) for rule in model.engagement] + [
        Measure(Kind.COUNT, ANY_ACTIVITY, within_days=LONGEST_SPAN)
    ]
    counts = fold_measures(counting, model.group_contents, source, numbers, [day], threads=threads)
    held = [counts.values[0, :, i] > 0 for i in range(len(counting))]
    now, ever = _signals(model, leads, source, day, weeks, threads)
    return Reach(
        fit=tuple(fit_flags([rule.when for rule in model.fit], leads)),
        engagement=tuple(held[:-1]),
        signals=now,
        signals_ever=ever,
        active=held[-1],
    )


def _signals(
    model: Model, leads: pl.DataFrame, source: ActivitySource, day: date, weeks: int, threads: int
) -> tuple[tuple[Flags, ...], tuple[Flags, ...]]:
    measures = engagement_measures(model)[len(model.engagement) :]
    if not measures:
        return (), ()
    gates, companies = gates_of(model, leads), company_codes(model, leads)
    numbers = lead_numbers(leads)
    ever = [np.zeros(leads.height, dtype=bool) for _ in measures]
    now = ever
    days = [day - timedelta(weeks=w) for w in range(weeks, -1, -1)]
    step = max(1, CELLS_AT_ONCE // max(1, leads.height * len(measures)))
    for start in range(0, len(days), step):
        asked = days[start : start + step]
        fold = fold_measures(
            # Points may be 0 while a rule is being written; here only firing counts.
            [_firing(measure) for measure in measures],
            model.group_contents,
            source,
            numbers,
            asked,
            gates=None if gates is None else gates[None, :],
            threads=threads,
        )
        for k in range(len(asked)):
            now, busy = [], 0
            for i, (signal, measure) in enumerate(zip(model.signals, measures, strict=True)):
                fired = fold.values[k, :, i] != 0
                if isinstance(signal, ColleaguesSignal):
                    _, people = colleague_worth(signal, fold.busy[k, :, busy], companies, None, None)
                    fired = (fold.busy[k, :, busy] != 0) & (people >= signal.at_least)
                    if gates is not None and measure.gate is not None:
                        fired &= (gates >> np.uint64(measure.gate)) & np.uint64(1) != 0
                    busy += 1
                ever[i] |= fired
                now.append(fired)
    return tuple(now), tuple(ever)


def _firing(measure: Measure) -> Measure:
    return Measure(
        measure.kind,
        measure.when,
        measure.quiet_when,
        within_days=measure.within_days,
        at_least=measure.at_least,
        quiet_days=measure.quiet_days,
        gate=measure.gate,
    )
