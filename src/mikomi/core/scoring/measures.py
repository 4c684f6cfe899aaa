"""What the fold can compute, and the plan that tells it how.

A *measure* is one number a lead and a day, computed from activity alone. Rules and signals of a
model, segment and stage conditions, and the learner's features all become measures, so that one
pass over the activity serves them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from mikomi.core.conditions.activity import ANY_ACTIVITY, ActivityCondition, Groups, match_table
from mikomi.core.events import Touches
from mikomi.core.scoring.model import (
    ColleaguesSignal,
    EngagementRule,
    Model,
    ReturnSignal,
    SilenceSignal,
    SurgeSignal,
)

FAR = 1_000_000_000
"""A number of days or events beyond any data; larger ones are cut to it."""

LONGEST_SPAN = 3_652_059
"""Days from year 1 to year 9999: no two days of activity lie further apart."""


class Kind(IntEnum):
    """How a measure's number comes about. D is the day asked for."""

    DECAY = 0  # sum over days of min(events, per_day) x 2^(-age / half life)
    RETURN = 1  # 2^(-age / half life) of the latest comeback, else 0
    WINDOW = 2  # 1 where the last `within` days hold at least `at_least` events, else 0
    SILENCE = 3  # 1 where the last active day is at least `quiet` days ago, else 0
    BUSY = 4  # like WINDOW with `at_least` 1, but only marks the lead: colleagues are counted after
    COUNT = 5  # events in the last `within` days
    DAYS = 6  # days with events in the last `within` days
    LAST = 7  # the last matching day, in days since 1970-01-01; 0 where there is none
    FIRST = 8  # the first matching day, the same


@dataclass(frozen=True, slots=True)
class Measure:
    """One number a lead and a day.

    The number is multiplied by `points`; with `cap` its amount is cut to it, the sign kept.
    `gate` is the index of the attribute condition without which it is 0, or None.
    """

    kind: Kind
    when: ActivityCondition = ANY_ACTIVITY
    quiet_when: ActivityCondition = ANY_ACTIVITY
    points: float = 1.0
    half_life_days: float | None = None
    per_day: int | None = None
    cap: float | None = None
    within_days: int = 1
    at_least: int = 1
    quiet_days: int = 1
    gate: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a measure's number lies between two bounds, both included.

    COUNT and DAYS ask for the number, LAST and FIRST for how many days ago that day was; where
    there is no such day, the answer is no. Points, caps and gates play no part. Other kinds cannot
    be asked.
    """

    measure: Measure
    at_least: int = 0
    at_most: int = FAR

    def holds_for_nothing(self) -> bool:
        """The answer for a lead that did nothing that matches."""
        return self.measure.kind in (Kind.COUNT, Kind.DAYS) and self.at_least <= 0 <= self.at_most


def engagement_measures(model: Model) -> list[Measure]:
    """The measures of a model's engagement rules and signals, in their order.

    Gates are numbered in the order of the signals that carry `lead`.
    """
    measures = [_rule_measure(rule) for rule in model.engagement]
    gates = 0
    for signal in model.signals:
        gate = None
        if signal.lead is not None:
            gate, gates = gates, gates + 1
        match signal:
            case ReturnSignal():
                measure = Measure(
                    Kind.RETURN,
                    signal.when,
                    signal.quiet_when,
                    signal.points,
                    signal.half_life_days,
                    within_days=signal.within_days,
                    at_least=signal.at_least,
                    quiet_days=signal.quiet_days,
                    gate=gate,
                )
            case SurgeSignal():
                measure = Measure(
                    Kind.WINDOW,
                    signal.when,
                    points=signal.points,
                    within_days=signal.within_days,
                    at_least=signal.at_least,
                    gate=gate,
                )
            case SilenceSignal():
                measure = Measure(
                    Kind.SILENCE,
                    quiet_when=signal.quiet_when,
                    points=signal.points,
                    quiet_days=signal.quiet_days,
                    gate=gate,
                )
            case ColleaguesSignal():
                measure = Measure(
                    Kind.BUSY, signal.when, points=signal.points, within_days=signal.within_days, gate=gate
                )
        measures.append(measure)
    return measures


def _rule_measure(rule: EngagementRule) -> Measure:
    return Measure(
        Kind.DECAY,
        rule.when,
        points=rule.points,
        half_life_days=rule.half_life_days,
        per_day=rule.per_day,
        cap=rule.cap,
    )


class Use(IntEnum):
    """What a measure does with an event; the kernel has a loop for each of the first two."""

    DECAY = 0
    WINDOW = 1
    OTHER = 2


class Other(IntEnum):
    """What a measure does with an event in the loop of the rest: code = 4 x measure + this."""

    SILENCE = 0
    COMEBACK = 1  # the quiet condition of RETURN
    TALLY = 2  # count on: the events after a comeback, the last day
    FIRST = 3


ASKED_KINDS = (Kind.COUNT, Kind.DAYS, Kind.LAST, Kind.FIRST)
WINDOW_KINDS = (Kind.WINDOW, Kind.BUSY, Kind.COUNT, Kind.DAYS)


@dataclass(frozen=True, slots=True)
class Plan:
    """Measures laid out for the kernel: one entry an array index, in the order in which it takes them.

    Touches that serve the same measures form a class: `touch_class[t]`. `use[use_ptr[u, c]]` to
    `use[use_ptr[u, c + 1]]`: what class c does in loop `Use` u (a measure, or an `Other` code).
    `decay[a, h]`: the power after a days for half life number h. `ask_ptr[i]` to `ask_ptr[i + 1]`: the
    questions on measure i, with their bounds and their place among `questions` asked; `unmoved`: the
    answers for a lead that did nothing, 64 of them a word. The first `own` measures give numbers;
    after them come those of the questions, the widest windows first.
    """

    measures: tuple[Measure, ...]
    touch_class: npt.NDArray[np.int32]
    use_ptr: npt.NDArray[np.int32]
    use: npt.NDArray[np.int32]
    kind: npt.NDArray[np.int32]
    points: npt.NDArray[np.float64]
    cap: npt.NDArray[np.float64]
    per_day: npt.NDArray[np.int64]
    within: npt.NDArray[np.int64]
    at_least: npt.NDArray[np.int64]
    quiet: npt.NDArray[np.int64]
    gate: npt.NDArray[np.int32]
    life: npt.NDArray[np.int32]
    half_life: npt.NDArray[np.float64]
    decay: npt.NDArray[np.float64]
    ring: npt.NDArray[np.int32]
    ask_ptr: npt.NDArray[np.int32]
    ask_least: npt.NDArray[np.int64]
    ask_most: npt.NDArray[np.int64]
    ask_place: npt.NDArray[np.int64]
    unmoved: npt.NDArray[np.uint64]
    own: int

    def __len__(self) -> int:
        return len(self.measures)


DECAY_TABLE_DAYS = 1024
"""Ages up to which powers of two are looked up; older ones are computed."""


def make_plan(
    measures: Sequence[Measure], touches: Touches, groups: Groups, questions: Sequence[Question] = ()
) -> Plan:
    """Resolves the conditions of measures and questions against a touch dictionary.

    The questions' measures come after `measures`, equal ones once.
    """
    own = len(measures)
    asked_for = dict.fromkeys(question.measure for question in questions)
    # The kernel leaves a class at the first window that an event is too old for.
    measures = [*measures, *sorted(asked_for, key=lambda m: -m.within_days)]
    conditions: dict[ActivityCondition, int] = {}
    uses: list[tuple[Use, int, int]] = []  # loop, condition, code

    def add(use: Use, condition: ActivityCondition, code: int) -> None:
        uses.append((use, conditions.setdefault(condition, len(conditions)), code))

    for i, measure in enumerate(measures):
        match measure.kind:
            case Kind.DECAY:
                add(Use.DECAY, measure.when, i)
            case Kind.SILENCE:
                add(Use.OTHER, measure.quiet_when, len(Other) * i + Other.SILENCE)
            case Kind.RETURN:
                add(Use.OTHER, measure.quiet_when, len(Other) * i + Other.COMEBACK)
                add(Use.OTHER, measure.when, len(Other) * i + Other.TALLY)
            case Kind.FIRST:
                add(Use.OTHER, measure.when, len(Other) * i + Other.FIRST)
            case Kind.LAST:
                add(Use.OTHER, measure.when, len(Other) * i + Other.TALLY)
            case _:
                add(Use.WINDOW, measure.when, i)
    table = match_table([*conditions], touches, groups)
    classes, touch_class = np.unique(table, axis=0, return_inverse=True)
    lists = [
        [code for use, column, code in uses if use == loop and row[column]] for loop in Use for row in classes
    ]
    ends = np.concatenate(([0], np.cumsum([len(entries) for entries in lists], dtype=np.int64)))
    width = len(classes)
    use_ptr = np.array([ends[u * width : (u + 1) * width + 1] for u in Use], dtype=np.int32)
    asks = _asks(measures, own, questions)
    half_lives = sorted({m.half_life_days or np.inf for m in measures})
    ages = np.arange(DECAY_TABLE_DAYS, dtype=np.float64)
    with np.errstate(over="ignore", under="ignore"):
        decay = np.exp2(-(ages[:, None] / np.array(half_lives, dtype=np.float64)[None, :]))
    return Plan(
        measures=tuple(measures),
        touch_class=touch_class.reshape(-1).astype(np.int32),
        use_ptr=use_ptr.reshape(len(Use), width + 1),
        use=np.array([i for entries in lists for i in entries], dtype=np.int32),
        kind=np.array([m.kind for m in measures], dtype=np.int32),
        points=np.array([m.points for m in measures], dtype=np.float64),
        cap=np.array([np.inf if m.cap is None else m.cap for m in measures], dtype=np.float64),
        per_day=_whole([FAR if m.per_day is None else m.per_day for m in measures]),
        within=_whole([m.within_days for m in measures]),
        at_least=_whole([m.at_least for m in measures]),
        quiet=_whole([m.quiet_days for m in measures]),
        gate=np.array([-1 if m.gate is None else m.gate for m in measures], dtype=np.int32),
        life=np.array([half_lives.index(m.half_life_days or np.inf) for m in measures], dtype=np.int32),
        half_life=np.array([m.half_life_days or np.inf for m in measures], dtype=np.float64),
        decay=np.ascontiguousarray(decay),
        ring=np.array([_ring_size(m) if m.kind == Kind.RETURN else 0 for m in measures], dtype=np.int32),
        ask_ptr=np.searchsorted([i for i, _ in asks], np.arange(len(measures) + 1)).astype(np.int32),
        ask_least=_whole([questions[q].at_least for _, q in asks]),
        ask_most=_whole([questions[q].at_most for _, q in asks]),
        ask_place=np.array([q for _, q in asks], dtype=np.int64),
        own=own,
        unmoved=packed([q.holds_for_nothing() for q in questions]),
    )


def _asks(measures: Sequence[Measure], own: int, questions: Sequence[Question]) -> list[tuple[int, int]]:
    """Which measure, among those from `own` on, each question asks for; by measure."""
    place = {measure: own + i for i, measure in enumerate(measures[own:])}
    for question in questions:
        if question.measure.kind not in ASKED_KINDS:
            raise ValueError(f"{question.measure.kind.name} cannot be asked")
    return sorted((place[question.measure], q) for q, question in enumerate(questions))


def packed(flags: Sequence[bool]) -> npt.NDArray[np.uint64]:
    """Truth values as words of 64 bits, the first in the lowest bit."""
    words = np.zeros((len(flags) + 63) // 64, dtype=np.uint64)
    for i, flag in enumerate(flags):
        words[i // 64] |= np.uint64(flag) << np.uint64(i % 64)
    return words


def _ring_size(measure: Measure) -> int:
    """How many comebacks can wait for their events at once: they start `quiet_days` apart."""
    return min(measure.within_days, LONGEST_SPAN) // min(measure.quiet_days, FAR) + 2


def _whole(values: list[int]) -> npt.NDArray[np.int64]:
    return np.array([min(v, FAR) for v in values], dtype=np.int64)
