"""Why a lead belongs to a segment on a day, or does not, from facts alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from mikomi.core.conditions.who import (
    GradeIs,
    HotIs,
    InStage,
    ScoreIs,
    Who,
    order_of,
    parts_of,
    segments_behind,
)
from mikomi.core.conditions.who_names import Names
from mikomi.core.engine.local import score_days
from mikomi.core.membership.why import Reason, why_who
from mikomi.core.scoring.score import DayScores
from mikomi.core.words import Language, MikomiError, Words
from mikomi.hub.activity import queries as activity
from mikomi.hub.journey.queries import map_then
from mikomi.hub.people import queries as people
from mikomi.hub.people.exclusions import excluded_frame
from mikomi.hub.scores import queries as scores
from mikomi.hub.segments.queries import defined_then
from mikomi.hub.site.answering import (
    content_groups,
    defined_segments,
    facts_on,
    shown_scores,
)
from mikomi.hub.site.ways import Walkers


def why(who: Who, lead: int, on: date, today: date, language: Language, names: Names) -> Reason:
    """Why the lead (number) meets a condition at the end of the local day `on`, or does not.

    Segments that the condition refers to count as they were defined on that day; scores by the version and
    stages by the map of that day. Raises `MikomiError` for a lead that is out, and where segments refer to
    each other in a circle.
    """
    return whys([who], lead, on, today, language, names)[0]


def whys(
    asked: Sequence[Who], lead: int, on: date, today: date, language: Language, names: Names
) -> list[Reason]:
    """The same for several conditions, each for itself."""
    leads = people.attribute_frame(None if on >= today else on, [lead])
    if leads.height != 1:
        raise MikomiError(
            Words(
                "このリードはもうありません（ごみ箱に入れたか、ほかの人にまとめました）",
                "this lead is there no more: it is in the trash, or was merged into another",
            )
        )
    defined = {number: one.who for number, one in defined_then(on).items()} if on < today else None
    defined = defined_segments() if defined is None else defined
    known = {number: one for who in asked for number, one in segments_behind(who, defined).items()}
    order_of(known)
    conditions = [*asked, *known.values()]
    source = activity.activity_source([lead])
    facts = facts_on(on, leads, conditions, every=False, past=on < today)
    leaves = [leaf for one in conditions for leaf in parts_of(one)]
    if any(isinstance(leaf, InStage) for leaf in leaves):
        facts = replace(facts, stage=None, stages=())
        kept = map_then(on)
        if kept is not None:
            walker = Walkers.of(kept, [lead], activity.outcomes_of(lead), ())
            facts = replace(facts, stage=walker.stages([on])[0], stages=tuple(kept.map.keys()))
    if any(isinstance(leaf, ScoreIs | GradeIs | HotIs) for leaf in leaves):
        facts = replace(facts, scores=_scores(lead, on, today))
    groups = content_groups()
    return [
        why_who(who, facts, source, on, language, groups=groups, segments=known, names=names) for who in asked
    ]


def _scores(lead: int, on: date, today: date) -> DayScores | None:
    """The lead's own score, reckoned beside its colleagues."""
    model = scores.version_as_of(on)
    if model is None:
        return None
    asked = sorted({lead, *people.colleague_ids([lead])})
    leads = people.attribute_frame(None if on >= today else on, asked)
    (day,) = score_days(model.model, leads, activity.activity_source(asked), [on])
    row = np.flatnonzero(leads["number"].to_numpy() == lead)
    alone = replace(
        day, **{name: getattr(day, name)[row] for name in
                ("fit", "engagement", "total", "fit_grade", "engagement_grade", "hot")}
    )  # fmt: skip
    not_hot = frozenset(excluded_frame([lead]).filter(pl.col("hot"))["number"])
    return shown_scores(alone, leads[row.tolist()], not_hot)
