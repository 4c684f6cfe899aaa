"""Where leads stand in the journey and who belongs to which segment: part of every run of scoring.

One pass over the activity answers the score, the stages and the segments. What rests on what: stages on facts
alone, scores beside them, hot on scores and exclusions, priorities on that, segments on all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.who import Did, Who
from mikomi.core.events import ActivitySource
from mikomi.core.membership import answers as membership
from mikomi.core.membership.answers import Answers
from mikomi.core.membership.asks import Asks
from mikomi.core.membership.facts import Facts
from mikomi.core.membership.stages import stage_now
from mikomi.core.scoring.model import Model
from mikomi.core.scoring.score import DayScores, Flags
from mikomi.hub.journey import placing
from mikomi.hub.journey.queries import current_map
from mikomi.hub.journey.types import KeptMap
from mikomi.hub.segments import queries as segments
from mikomi.hub.segments import services
from mikomi.hub.segments.types import Priority, SegmentView
from mikomi.hub.site.answering import content_groups, facts_on
from mikomi.hub.site.rows.store import Numbers

type Progress = Callable[[int, int], None]

TALKED: Who = Did(ActivityCondition(kinds=("call",)))
"""Somebody of ours talked with the lead."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the one pass gave, and for what: the map whose stages were asked, and the segments. `TALKED` is
    the last of the conditions."""

    kept: KeptMap | None
    places: tuple[int | None, ...]
    segments: tuple[SegmentView, ...]
    asks: Asks
    heard: membership.Heard

    @property
    def scores(self) -> DayScores | None:
        """The scores of the day, None without a model."""
        return self.heard.scores


@dataclass(frozen=True, slots=True)
class Groups:
    """Where leads stand as computed (by the map `kept`) and which segments they are in, row for row.
    `left_alone`: those whom somebody said not to work on. `talked`: those who meet `TALKED`."""

    kept: KeptMap | None
    stage: np.ndarray
    holds: Mapping[int, Flags]
    left_alone: Flags
    talked: Flags


def hear(
    model: Model | None,
    leads: pl.DataFrame,
    source: ActivitySource,
    on: date,
    progress: Progress | None = None,
) -> Heard:
    """The one pass over the activity of `leads` (`people.queries.attribute_frame`) on the local day `on`."""
    kept, defined = current_map(), tuple(segments.segments())
    conditions: list[Who] = []
    places: list[int | None] = []
    for stage in kept.map.stages if kept else ():
        places.append(len(conditions) if stage.condition is not None else None)
        if stage.condition is not None:
            conditions.append(stage.condition)
    numbers = {one.number: len(conditions) + place for place, one in enumerate(defined)}
    asks = Asks.of([*conditions, *(one.who for one in defined), TALKED], content_groups(), numbers)
    heard = membership.hear(asks, leads, source, on, model=model, progress=progress)
    return Heard(kept, tuple(places), defined, asks, heard)


def groups_of(heard: Heard, leads: pl.DataFrame, hot: Flags, on: date, *, every: bool) -> Groups:
    """Works the answers out. `hot`: who is by the model and not kept out."""
    facts = facts_on(on, leads, [one.who for one in heard.segments], every=every)
    computed = stage_now(Answers(heard.asks, facts, heard.heard), heard.places)
    stage, keys = computed, ()
    if heard.kept is not None:
        keys = heard.kept.map.keys()
        stage = placing.with_hands(heard.kept, leads["number"].cast(pl.Int64).to_numpy(), computed)
    facts = replace(facts, stage=stage, stages=keys, scores=_with_hot(heard.scores, hot))
    alone = _left_alone(heard, facts)
    facts = replace(facts, scores=_with_hot(heard.scores, hot & ~alone))
    told = Answers(heard.asks, facts, heard.heard)
    holds = {one.number: told.holds(heard.asks.segments[one.number]) for one in heard.segments}
    return Groups(heard.kept, computed, holds, alone, told.holds_for(TALKED))


def write(groups: Groups, numbers: Numbers, gone: Numbers, on: date, *, every: bool) -> None:
    """Writes them, in the transaction of the run."""
    if groups.kept is not None:
        placing.write_standing(groups.kept, numbers, groups.stage, gone, on, every=every)
    services.write_members(groups.holds, numbers, gone, on, every=every)


def _left_alone(heard: Heard, facts: Facts) -> Flags:
    told = Answers(heard.asks, facts, heard.heard)
    alone = np.zeros(facts.leads.height, dtype=np.bool_)
    for one in heard.segments:
        if one.priority == Priority.NOT:
            alone |= told.holds(heard.asks.segments[one.number])
    return alone


def _with_hot(scores: DayScores | None, hot: Flags) -> DayScores | None:
    return None if scores is None else replace(scores, hot=hot)
