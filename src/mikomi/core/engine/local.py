"""Scoring on this machine: pieces of activity folded in threads, attributes by Polars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.conditions.activity import Groups
from mikomi.core.engine.folding import Folded, Held, Progress, fold_measures
from mikomi.core.events import ActivitySource
from mikomi.core.scoring.measures import Kind, Question, engagement_measures
from mikomi.core.scoring.model import ColleaguesSignal, Model
from mikomi.core.scoring.score import (
    DayScores,
    Floats,
    company_codes,
    day_scores,
    fit_flags,
    fit_from,
    fit_of,
    gates_of,
    round_number,
)
from mikomi.core.scoring.why import Line, in_order, lines_by_row, rule_lines


@dataclass(frozen=True, slots=True)
class _Attributes:
    """What the attributes of one time say: from `since` on (None: from the beginning)."""

    since: date | None
    fit: Floats
    gates: npt.NDArray[np.uint64] | None
    companies: npt.NDArray[np.int64]


def score_days(
    model: Model,
    leads: pl.DataFrame,
    source: ActivitySource,
    days: Sequence[date],
    *,
    later: Sequence[tuple[date, pl.DataFrame]] = (),
    threads: int = 2,
    progress: Progress | None = None,
) -> list[DayScores]:
    """Scores every lead on each of `days` (ascending, in the model's time zone).

    `leads`: one row a lead with `lead` (key), `number` (the lead's number in `source`; left out:
    the row number) and attributes as text. `later`: the same leads in the same order as they were
    known from each date on (ascending). Leads without activity are scored all the same; activity
    of leads that are no rows is left out.
    """
    return score_and_ask(model, (), {}, leads, source, days, later=later, threads=threads, progress=progress)[
        0
    ]


def score_and_ask(
    model: Model | None,
    questions: Sequence[Question],
    groups: Groups,
    leads: pl.DataFrame,
    source: ActivitySource,
    days: Sequence[date],
    *,
    later: Sequence[tuple[date, pl.DataFrame]] = (),
    threads: int = 2,
    progress: Progress | None = None,
) -> tuple[list[DayScores], Held]:
    """`score_days`, with answers to `questions` out of the same pass: (days, words, leads).

    `groups`: those that the questions name, none of which the model has. No scores without a model.
    """
    measures = engagement_measures(model) if model else []
    times = _attribute_times(model, leads, later) if model else []
    versions = _version_on(times, days)
    folded = fold_measures(
        measures,
        {**(model.group_contents if model else {}), **groups},
        source,
        lead_numbers(leads),
        days,
        questions=questions,
        slots=[-1 if m.kind == Kind.BUSY else 0 for m in measures],
        gates=_stack_gates(times, versions) if times else None,
        threads=threads,
        progress=progress,
    )
    scores: list[DayScores] = []
    for k, day in enumerate(days if model else ()):
        assert model
        known = times[versions[k]]
        scores.append(day_scores(model, day, known.fit, _engagement(model, folded, k, known)))
    return scores, folded.held


def total_days(
    model: Model,
    leads: pl.DataFrame,
    source: ActivitySource,
    days: Sequence[date],
    *,
    later: Sequence[tuple[date, pl.DataFrame]] = (),
) -> Floats:
    """The totals of `score_days` alone, shape (days, leads). For the curves of a page: of few leads, putting
    the scores of half a year together day by day takes longer than the fold."""
    measures = engagement_measures(model)
    times = _attribute_times(model, leads, later)
    versions = _version_on(times, days)
    folded = fold_measures(
        measures,
        model.group_contents,
        source,
        lead_numbers(leads),
        days,
        slots=[-1 if m.kind == Kind.BUSY else 0 for m in measures],
        gates=_stack_gates(times, versions),
        threads=1,
    )
    engagement = [_engagement(model, folded, k, times[version]) for k, version in enumerate(versions)]
    fit = np.stack([times[version].fit for version in versions])
    return round_number(fit + round_number(np.stack(engagement)))


def _engagement(model: Model, folded: Folded, k: int, known: _Attributes) -> Floats:
    """The raw engagement of each lead on the `k`th day of a pass."""
    total = folded.values[k, :, 0] if folded.values.shape[2] else np.zeros(len(known.fit))
    for q, (signal, gate) in enumerate(_colleague_signals(model)):
        worth, _ = colleague_worth(signal, folded.busy[k, :, q], known.companies, known.gates, gate)
        total = total + worth
    return total


@dataclass(frozen=True, slots=True)
class Explained:
    """Scores of a day with their reasons; rows as in `leads`.

    `lines`: columns `row`, `rule` (index into `model.rules`), `worth` (rounded), `count`, `last`
    (null in fit rules), those of a row together, in the order of `why`.
    """

    model: Model
    leads: pl.DataFrame
    scores: DayScores
    lines: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Explanation:
    """One lead's score and its reasons. The lines' worths add up to `total`."""

    number: int
    lead: str
    fit: float
    engagement: float
    total: float
    fit_grade: str
    engagement_grade: str
    hot: bool
    lines: tuple[Line, ...]


def explain_day(
    model: Model,
    leads: pl.DataFrame,
    source: ActivitySource,
    day: date,
    *,
    threads: int = 2,
    progress: Progress | None = None,
) -> Explained:
    """Scores every lead on `day` and says why. `leads` as in `score_days`, known as of `day`."""
    measures = engagement_measures(model)
    gates = gates_of(model, leads)
    folded = fold_measures(
        measures,
        model.group_contents,
        source,
        lead_numbers(leads),
        [day],
        gates=None if gates is None else gates[None, :],
        explain=True,
        threads=threads,
        progress=progress,
    )
    flags = fit_flags([rule.when for rule in model.fit], leads)
    lines = [
        rule_lines(i, np.where(held, rule.points, 0.0), None, None)
        for i, (rule, held) in enumerate(zip(model.fit, flags, strict=True))
    ]
    companies = company_codes(model, leads)
    colleagues = iter(enumerate(_colleague_signals(model)))
    engagement = np.zeros(leads.height)
    for m, measure in enumerate(measures):
        worth, counts = folded.values[0, :, m], folded.counts[0, :, m]
        if measure.kind == Kind.BUSY:
            q, (signal, gate) = next(colleagues)
            worth, counts = colleague_worth(signal, folded.busy[0, :, q], companies, gates, gate)
        engagement += worth
        lines.append(rule_lines(len(model.fit) + m, worth, counts, folded.lasts[0, :, m]))
    scores = day_scores(model, day, fit_from(model, flags, leads.height), engagement)
    return Explained(model, leads, scores, in_order(model, lines))


def explain(
    model: Model,
    leads: pl.DataFrame,
    source: ActivitySource,
    day: date,
    numbers: Sequence[int],
    *,
    threads: int = 2,
) -> list[Explanation]:
    """Why the leads `numbers` score what they do on `day`; in the order asked for.

    `leads` holds them and, where the model has a colleagues signal, everyone of their companies;
    others are left out before anything is computed. Raises `KeyError` for a number that is no row.
    """
    all_numbers = lead_numbers(leads)
    asked = np.isin(all_numbers, np.array(numbers, dtype=np.int64))
    if any(isinstance(s, ColleaguesSignal) for s in model.signals):
        companies = company_codes(model, leads)
        theirs = np.unique(companies[asked])
        asked |= np.isin(companies, theirs[theirs >= 0])
    few = leads.with_columns(pl.Series("number", all_numbers)).filter(pl.Series(asked))
    told = explain_day(model, few, source, day, threads=threads)
    row_of = {number: row for row, number in enumerate(few["number"].to_list())}
    rows = [row_of[number] for number in numbers]
    wanted = told.lines.filter(pl.col("row").is_in(rows))
    lines = lines_by_row(model, wanted)
    s = told.scores
    return [
        Explanation(
            number=number,
            lead=str(few["lead"][row]),
            fit=float(s.fit[row]),
            engagement=float(s.engagement[row]),
            total=float(s.total[row]),
            fit_grade=s.fit_labels[s.fit_grade[row]],
            engagement_grade=s.engagement_labels[s.engagement_grade[row]],
            hot=bool(s.hot[row]),
            lines=tuple(lines.get(row, ())),
        )
        for number, row in zip(numbers, rows, strict=True)
    ]


def colleague_worth(
    signal: ColleaguesSignal,
    busy: npt.NDArray[np.uint8],
    companies: npt.NDArray[np.int64],
    gates: npt.NDArray[np.uint64] | None,
    gate: int | None,
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Worth of a colleagues signal and how many leads of the company were active, for each lead."""
    counted = (busy != 0) & (companies >= 0)
    active = np.bincount(companies[counted], minlength=int(companies.max(initial=0)) + 1)
    people = np.where(companies >= 0, active[np.maximum(companies, 0)], 0)
    holds = counted & (people >= signal.at_least)
    if gate is not None and gates is not None:
        holds &= (gates >> np.uint64(gate)) & np.uint64(1) != 0
    return np.where(holds, signal.points, 0.0), people


def lead_numbers(leads: pl.DataFrame) -> npt.NDArray[np.int64]:
    """The leads' numbers: column `number`, or the row numbers."""
    if "number" in leads.columns:
        return leads["number"].cast(pl.Int64).to_numpy()
    return np.arange(leads.height, dtype=np.int64)


def _colleague_signals(model: Model) -> list[tuple[ColleaguesSignal, int | None]]:
    found: list[tuple[ColleaguesSignal, int | None]] = []
    gate = 0
    for signal in model.signals:
        if isinstance(signal, ColleaguesSignal):
            found.append((signal, gate if signal.lead is not None else None))
        if signal.lead is not None:
            gate += 1
    return found


def _attribute_times(
    model: Model, leads: pl.DataFrame, later: Sequence[tuple[date, pl.DataFrame]]
) -> list[_Attributes]:
    colleagues = any(isinstance(s, ColleaguesSignal) for s in model.signals)
    times = []
    for since, frame in ((None, leads), *later):
        codes = company_codes(model, frame) if colleagues else np.zeros(0, dtype=np.int64)
        times.append(_Attributes(since, fit_of(model, frame), gates_of(model, frame), codes))
    return times


def _version_on(times: Sequence[_Attributes], days: Sequence[date]) -> list[int]:
    """For each day, the index of the attributes known then."""
    if not times:
        return []
    return [max(i for i, t in enumerate(times) if t.since is None or t.since <= day) for day in days]


def _stack_gates(times: Sequence[_Attributes], versions: Sequence[int]) -> npt.NDArray[np.uint64] | None:
    if times[0].gates is None:
        return None
    if len(times) == 1:
        return times[0].gates[None, :]
    return np.stack([gates for v in versions if (gates := times[v].gates) is not None])
