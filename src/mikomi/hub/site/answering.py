"""What conditions on leads are answered from: everything that the parts below know on a day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
from django.utils import timezone

from mikomi.core.conditions.parse_who import who_data
from mikomi.core.conditions.who import (
    ConsentIs,
    HadOutcome,
    InStage,
    LabelKind,
    Who,
    parts_of,
    segments_behind,
    used_lists,
    used_tags,
)
from mikomi.core.membership.answers import Answers, hear
from mikomi.core.membership.asks import Asks
from mikomi.core.membership.facts import CONSENT, Facts, no_outcomes
from mikomi.core.scoring.score import DayScores, Flags
from mikomi.hub.activity import queries as activity
from mikomi.hub.consent import queries as consent
from mikomi.hub.journey import standing
from mikomi.hub.people import labels
from mikomi.hub.scores import queries as scores
from mikomi.hub.scores.ground import ground
from mikomi.hub.scores.memory import remembered
from mikomi.hub.segments import queries as segments
from mikomi.hub.site.rows.store import Numbers


def content_groups() -> dict[str, tuple[str, ...]]:
    """The groups of contents that conditions speak of: those of the draft, as コンテンツ shows them."""
    held = scores.draft() or scores.published()
    return dict(held.model.groups) if held else {}


def defined_segments() -> dict[int, Who]:
    """The conditions of all segments, by number."""
    return {one.number: one.who for one in segments.segments()}


def facts_on(
    day: date, leads: pl.DataFrame, conditions: Iterable[Who], *, every: bool, past: bool = False
) -> Facts:
    """What `conditions` ask of `leads` on the local `day`, besides scores and activity.

    `leads`: `people.queries.attribute_frame`. `every`: they are all leads. `past`: labels and consent as they
    were at the end of that day.
    """
    asked = list(conditions)
    numbers = leads["number"].cast(pl.Int64).to_numpy()
    only = None if every else numbers.tolist()
    leaves = [leaf for who in asked for leaf in parts_of(who)]
    until = day if past else None
    held: dict[tuple[LabelKind, int], Flags] = {}
    named: tuple[tuple[labels.Kind, set[int]], ...] = (
        ("tag", {number for who in asked for number in used_tags(who)}),
        ("list", {number for who in asked for number in used_lists(who)}),
    )
    for kind, wanted in named:
        for number in wanted & _labels_on(kind, until) if wanted else ():
            held[kind, number] = np.isin(numbers, labels.bearers(kind, number, until=until, among=only))
    stage, keys = None, ()
    if any(isinstance(leaf, InStage) for leaf in leaves):
        stage, keys = standing.codes(numbers)
    states = None
    if any(isinstance(leaf, ConsentIs) for leaf in leaves) and "email" in leads.columns:
        said = consent.states(leads["email"], until or day)
        states = said.replace_strict({s: code for code, s in enumerate(CONSENT)}, return_dtype=pl.UInt8)
    outcomes = no_outcomes()
    if any(isinstance(leaf, HadOutcome) for leaf in leaves):
        outcomes = activity.outcome_days(only)
    return Facts(
        leads,
        outcomes=outcomes,
        stage=stage,
        stages=keys,
        labels=held,
        consent=None if states is None else states.to_numpy(),
    )


def _labels_on(kind: labels.Kind, day: date | None) -> set[int]:
    if day is not None:
        return labels.known_then(kind, day)
    return {label.number for label in labels.labels(kind)}


def who_holds(who: Who) -> tuple[Numbers, Flags]:
    """The numbers of all leads, and who of them meets a condition today; remembered as
    `scores.memory.remembered` says."""
    data = json.dumps(who_data(who), ensure_ascii=False, sort_keys=True)
    known = segments_behind(who, defined_segments())
    data += json.dumps([[number, who_data(one)] for number, one in sorted(known.items())])
    name = f"who.{hashlib.sha256(data.encode()).hexdigest()[:32]}"
    held = scores.published()
    return remembered(name, (held.model if held else None,), lambda: _count(who, known))


def _count(who: Who, known: Mapping[int, Who]) -> tuple[Numbers, Flags]:
    on, model = timezone.localdate(), scores.published()
    now = ground()
    asks = asks_of([who], known)
    facts = facts_on(on, now.leads, [who, *known.values()], every=True)
    heard = hear(asks, now.leads, now.source, on, model=model.model if model else None)
    facts = replace(facts, scores=shown_scores(heard.scores, facts.leads, now.not_hot))
    numbers = now.leads["number"].cast(pl.Int64).to_numpy()
    return numbers, Answers(asks, facts, heard).holds(0)


def asks_of(conditions: list[Who], known: Mapping[int, Who]) -> Asks:
    """Conditions with the segments `known` that they may refer to."""
    places = {number: len(conditions) + place for place, number in enumerate(known)}
    return Asks.of([*conditions, *known.values()], content_groups(), places)


def shown_scores(day: DayScores | None, leads: pl.DataFrame, not_hot: frozenset[int]) -> DayScores | None:
    """Scores with `hot` as it is shown: without those who are kept out of the hot ones."""
    if day is None or not not_hot:
        return day
    kept = leads["number"].is_in(list(not_hot)).to_numpy()
    return replace(day, hot=np.asarray(day.hot, np.bool_) & ~kept)
