"""What really happens in each stage: who is there, who came and went, how long, and who goes on.

Everything is read off the stays; leads are told by their rows. Definitions in docs/explanation/journey.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from mikomi.core.engine.folding import EPOCH, day_number
from mikomi.core.journey.estimates import Durations, Share
from mikomi.core.journey.stays import NO_RECORD, Flags, Stays

HORIZON = 90
"""Days within which somebody who came to a stage must have gone on to count."""
STALLED_TIMES = 3
"""Who has stood in a stage this many times as long as half need to leave it is stalled."""

type Rows = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class StageReality:
    """One stage. `stage`: its place, 1 and up.

    `people`, `companies`: there today. `entered`, `left`: people since the first of the month. `entries`:
    stays whose beginning was seen. `onward`: of the people who came to it at least `HORIZON` days ago,
    those who stood in a later stage within `HORIZON` days; `to`: the same by the later stage they came to
    first. `durations`: how long stays last. `leaves`: of the stays that began at least `HORIZON` days ago,
    those that ended within it. `skipped`: of the people who came to a later stage, those who never were
    seen in this one before.
    """

    stage: int
    people: int
    companies: int
    entered: int
    left: int
    entries: int
    onward: Share
    to: tuple[tuple[int, Share], ...]
    durations: Durations
    leaves: Share
    skipped: Share

    @property
    def ever(self) -> bool:
        """Whether anybody was seen here at all."""
        return self.people > 0 or self.durations.stays > 0


@dataclass(frozen=True, slots=True)
class Reality:
    """All stages, in their order; `nowhere`: people in no stage today; `leads`: all people looked at."""

    today: date
    leads: int
    nowhere: int
    stages: tuple[StageReality, ...]

    def of(self, stage: int) -> StageReality:
        """The stage at place `stage`, 1 and up."""
        return self.stages[stage - 1]


def reality_of(stays: Stays, companies: npt.NDArray[np.int32] | None = None) -> Reality:
    """The figures of every stage.

    `companies`: a number for each lead's company, -1 for none; one entry a row of the matrix.
    """
    today = stays.today
    on = date.fromordinal(EPOCH.toordinal() + today)
    month = day_number(on.replace(day=1))
    began, ended = stays.began(), stays.days[np.minimum(stays.end, len(stays.days) - 1)]
    width = stays.stages + 1
    known, is_open = stays.known, stays.open
    seen_long = stays.first & (began + HORIZON <= today)
    in_time = seen_long & _onward_within(stays, HORIZON)
    going = np.bincount(
        stays.stage[in_time].astype(np.int64) * width + stays.onward_stage[in_time], minlength=width * width
    ).reshape(width, width)
    asked = np.bincount(stays.stage[seen_long], minlength=width)
    aged = known & (began + HORIZON <= today)
    gone = aged & ~is_open & (ended - began <= HORIZON)
    leaving = np.bincount(stays.stage[gone], minlength=width)
    old = np.bincount(stays.stage[aged], minlength=width)
    leaps = _leaps(stays)
    people = np.bincount(stays.stage[is_open], minlength=width)
    entries = np.bincount(stays.stage[known], minlength=width)
    lengths = stays.length()
    stages = []
    for stage in range(1, width):
        here = stays.stage == stage
        stages.append(
            StageReality(
                stage=stage,
                people=int(people[stage]),
                companies=_companies(stays.row[here & is_open], companies),
                entered=len(np.unique(stays.row[here & known & (began >= month)])),
                left=len(np.unique(stays.row[here & ~is_open & (ended >= month)])),
                entries=int(entries[stage]),
                onward=Share(int(going[stage].sum()), int(asked[stage])),
                to=tuple(
                    (later, Share(int(going[stage, later]), int(asked[stage])))
                    for later in range(stage + 1, width)
                    if going[stage, later]
                ),
                durations=Durations.of(lengths[here & known], ~is_open[here & known]),
                leaves=Share(int(leaving[stage]), int(old[stage])),
                skipped=Share(
                    int(leaps[:stage, stage + 1 :].sum()), int(leaps[: stage + 1, stage + 1 :].sum())
                ),
            )
        )
    return Reality(on, stays.leads, stays.leads - int(people.sum()), tuple(stages))


def stayed_behind(stays: Stays, stage: int) -> Rows:
    """The people who came to `stage` long enough ago and did not go on in time, latest first."""
    chosen = stays.first & (stays.stage == stage) & (stays.began() + HORIZON <= stays.today)
    return _latest(stays, chosen & ~_onward_within(stays, HORIZON))


def gone_on(stays: Stays, stage: int) -> Rows:
    """The people who came to `stage` long enough ago and went on in time, latest first."""
    chosen = stays.first & (stays.stage == stage) & (stays.began() + HORIZON <= stays.today)
    return _latest(stays, chosen & _onward_within(stays, HORIZON))


def leavers(stays: Stays, stage: int) -> Rows:
    """The people whose coming to `stage` was seen and who left it again, latest first."""
    return _latest(stays, stays.known & (stays.stage == stage) & ~stays.open)


def skippers(stays: Stays, stage: int) -> Rows:
    """The people who came to a later stage without being seen in `stage` before, latest first."""
    record = stays.known & (stays.before != NO_RECORD)
    return _latest(stays, record & (stays.before < stage) & (stays.stage > stage))


def standing_longer(stays: Stays, stage: int, days: int) -> Rows:
    """The people who are in `stage` and have been for more than `days` days, longest first."""
    chosen = stays.open & (stays.stage == stage) & (stays.length() > days)
    rows = np.flatnonzero(chosen)
    return stays.row[rows[np.argsort(-stays.length()[rows], kind="stable")]]


def standing(stays: Stays, stage: int) -> Rows:
    """The people in `stage` today, longest first."""
    return standing_longer(stays, stage, -1)


def _onward_within(stays: Stays, horizon: int) -> Flags:
    last = len(stays.days) - 1
    reached = stays.days[np.minimum(stays.onward, last)]
    return (stays.onward <= last) & (reached - stays.began() <= horizon)


def _leaps(stays: Stays) -> npt.NDArray[np.int64]:
    """How often somebody went beyond all they had been in: from (row) the furthest before, to (column)."""
    width = stays.stages + 1
    record = stays.known & (stays.before != NO_RECORD)
    pairs = stays.before[record].astype(np.int64) * width + stays.stage[record]
    return np.bincount(pairs, minlength=width * width).reshape(width, width)


def _companies(rows: Rows, companies: npt.NDArray[np.int32] | None) -> int:
    if companies is None:
        return 0
    found = companies[rows]
    return len(np.unique(found[found >= 0]))


def _latest(stays: Stays, chosen: Flags) -> Rows:
    places = np.flatnonzero(chosen)
    ordered = stays.row[places[np.argsort(-stays.start[places].astype(np.int64), kind="stable")]]
    _, first = np.unique(ordered, return_index=True)
    return ordered[np.sort(first)]
