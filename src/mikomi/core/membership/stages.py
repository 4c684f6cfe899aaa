"""Where leads stand on the way, on many days.

The furthest stage whose condition holds is where a lead stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.conditions.activity import Groups
from mikomi.core.conditions.attributes import Test, condition_columns
from mikomi.core.conditions.who import Did, HadOutcome, Leaf, Since, Who
from mikomi.core.engine.folding import Held, Progress, ask_by_piece, holds_in, one_run
from mikomi.core.engine.local import lead_numbers
from mikomi.core.events import ActivitySource
from mikomi.core.membership.answers import Answers, Facts, evaluate, had_outcome, rows_of
from mikomi.core.membership.asks import Asks
from mikomi.core.scoring.score import Flags, field_resolver

type Stages = npt.NDArray[np.uint8]


def stage_now(answers: Answers, places: Sequence[int | None]) -> Stages:
    """Where each lead stands: 0 nowhere, else 1 + the place of the last stage whose condition holds.

    `places`: the stages' conditions among those of `answers`; None: nobody stands there by itself.
    """
    stage = np.zeros(answers.facts.leads.height, np.uint8)
    for i, place in enumerate(places):
        if place is not None:
            stage[answers.holds(place)] = i + 1
    return stage


def stage_days(
    stages: Sequence[Who | None],
    groups: Groups,
    leads: pl.DataFrame,
    source: ActivitySource,
    days: Sequence[date],
    *,
    outcomes: pl.DataFrame | None = None,
    later: Sequence[tuple[date, pl.DataFrame]] = (),
    threads: int = 2,
    progress: Progress | None = None,
) -> Stages:
    """Where each lead stood on each of `days` (ascending): (days, leads), as `stage_now`.

    `leads` as in `score_days`; `later`: frames that hold from their day on, ascending, each of the leads of
    whom something is new then. `outcomes` as in `Facts`. Stages ask for attributes, activity
    and outcomes alone (`parse_who` for a stage); anything else raises `TypeError`.
    """
    asks = Asks.of([who for who in stages if who is not None], groups)
    numbers = lead_numbers(leads)
    facts = Facts(leads) if outcomes is None else Facts(leads, outcomes)
    tested = _tested([*asks.tests], leads, [frame for _, frame in later], numbers)
    version = [sum(since <= day for since, _ in later) for day in days]
    result = np.zeros((len(days), leads.height), np.uint8)

    def heed(rows: npt.NDArray[np.int64], held: Held) -> None:
        def leaf(leaf: Leaf) -> Flags:
            match leaf:
                case Did() | Since():
                    return holds_in(held, asks.places[leaf])
                case Test():
                    versions = tested[asks.tests[leaf]][:, one_run(rows)]
                    return versions if len(versions) == 1 else versions[version]
                case HadOutcome():
                    return had_outcome(leaf, facts.outcomes, numbers[rows], days)
                case _:
                    raise TypeError(f"a stage cannot ask for {leaf}")

        part = np.zeros((len(days), len(rows)), np.uint8)
        for i, who in enumerate(stages):
            if who is not None:
                # Numbers grow from stage to stage; taking the larger is many times as fast as picking cells.
                np.maximum(part, evaluate(who, leaf).view(np.uint8) * np.uint8(i + 1), out=part)
        result[:, one_run(rows)] = part

    ask_by_piece(asks.questions, asks.groups, source, numbers, days, heed, threads=threads, progress=progress)
    return result


def _tested(
    tests: Sequence[Test], leads: pl.DataFrame, later: Sequence[pl.DataFrame], numbers: npt.NDArray[np.int64]
) -> list[Flags]:
    """The answers to each attribute test: (versions, leads), the first that of `leads`."""
    found = [np.zeros((1 + len(later), leads.height), dtype=bool) for _ in tests]
    for version, frame in enumerate([leads, *later] if tests else ()):
        rows, kept = (slice(None), slice(None)) if version == 0 else rows_of(lead_numbers(frame), numbers)
        columns = condition_columns(frame, tests, field_resolver(frame.columns))
        for held, column in zip(found, columns, strict=True):
            held[version] = held[max(version - 1, 0)]
            held[version, rows] = column.to_numpy()[kept]
    return found
