"""Whom a gap concerns, as rows of the stage matrix."""

from __future__ import annotations

import numpy as np

from mikomi.core.journey.gap_types import Concern, GapKind
from mikomi.core.journey.lift import Observations
from mikomi.core.journey.reality import (
    HORIZON,
    Rows,
    gone_on,
    leavers,
    skippers,
    standing,
    standing_longer,
    stayed_behind,
)
from mikomi.core.journey.stays import Stays
from mikomi.core.journey.touching import Candidates, Touched


def concerned(
    concern: Concern, stays: Stays, observations: Observations, touched: Touched, candidates: Candidates
) -> Rows:
    """The rows of the leads, each once: those who still stand there longest first, others latest first."""
    stage = concern.stage
    match concern.kind:
        case GapKind.NEVER_ENTERED | GapKind.SKIPPED:
            return skippers(stays, stage)
        case GapKind.FEWER:
            return stayed_behind(stays, stage)
        case GapKind.MORE:
            return gone_on(stays, stage)
        case GapKind.NEVER_LEFT:
            return standing_longer(stays, stage, HORIZON)
        case GapKind.SLOWER | GapKind.STALLED:
            return standing_longer(stays, stage, concern.days)
        case GapKind.SOONER:
            return leavers(stays, stage)
        case GapKind.UNUSED:
            return standing(stays, stage)
        case GapKind.NO_EFFECT | GapKind.NOT_PLACED | GapKind.PLACED_ELSEWHERE:
            return _readers(concern, stays, observations, touched, candidates)


def _readers(
    concern: Concern, stays: Stays, observations: Observations, touched: Touched, candidates: Candidates
) -> Rows:
    number = candidates.number(concern.content)
    if number is None:
        return np.empty(0, dtype=np.int32)
    windows = touched.window[touched.candidate == number]
    windows = windows[observations.stage[windows] == concern.stage]
    places = observations.stay[windows]
    rows = stays.row[places[np.argsort(-stays.start[places].astype(np.int64), kind="stable")]]
    _, first = np.unique(rows, return_index=True)
    return rows[np.sort(first)]
