"""What narrows a list besides its kept counts: words, tags, lists, campaigns, segments, stages and
fields.

Each either names few leads, by number, or is met so often on any way through the rows that each row
is asked. Both ways in SQL by the number of the lead, so no planner can choose to read everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from mikomi.hub.capture.campaigns import queries as campaigns
from mikomi.hub.journey import standing
from mikomi.hub.people import field_tests, labels
from mikomi.hub.segments import queries as segments
from mikomi.hub.site import sight
from mikomi.hub.site.lists import search
from mikomi.hub.site.types import ListQuery

FEW = 10_000
"""Up to so many leads of a tag, a list or a field's values are found by number; more are met often on any
way through all of them."""


@dataclass(frozen=True, slots=True)
class Test:
    """What a row must pass: `sql` of the name of a table with `lead_id`, and its parameters."""

    sql: Callable[[str], str]
    params: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """`lead_ids`: the leads it can only be, None for any. `tests`: what they must pass besides.
    `words`: whether words are among the tests."""

    lead_ids: tuple[int, ...] | None
    tests: tuple[Test, ...]
    words: bool = False


def narrow(query: ListQuery) -> Narrowed:
    """How a query narrows the list."""
    found = search.find(query.text)
    sets: list[Iterable[int]] = []
    tests: list[Test] = []
    theirs = sight.by_number()
    if theirs is not None:
        tests.append(Test(theirs[0], tuple(theirs[1])))
        mine = sight.few_leads()
        sets += [] if mine is None else [mine]
    words = bool(found.words) and found.lead_ids is None
    if words:
        tests += [Test(search.carries, (word,)) for word in found.words]
    elif found.lead_ids is not None:
        sets.append(found.lead_ids)
    asked: tuple[tuple[labels.Kind, tuple[int, ...]], ...] = (("tag", query.tags), ("list", query.lists))
    for kind, wanted in asked:
        if not wanted:
            continue
        # Nobody is shown by a label that was deleted, though it can come back.
        there = {label.number for label in labels.labels(kind)}
        numbers = tuple(number for number in wanted if number in there)
        leads = labels.leads_with(kind, numbers, FEW) if numbers else []
        if leads is not None:
            sets.append(leads)
        else:
            tests.append(Test(partial(labels.has_label, kind, count=len(numbers)), numbers))
    if query.campaigns:
        leads = campaigns.leads_with(query.campaigns, FEW)
        if leads is not None:
            sets.append(leads)
        else:
            has = partial(campaigns.has_joined, count=len(query.campaigns))
            tests.append(Test(has, query.campaigns))
    if not query.tests and not query.segments and not query.stages:
        return Narrowed(
            tuple(sorted(set.intersection(*map(set, sets)))) if sets else None, tuple(tests), words
        )
    asked_of = [field_tests.passing(test) for test in query.tests]
    if query.segments:
        asked_of.append(segments.in_any(query.segments))
    if query.stages:
        asked_of.append(standing.in_any(query.stages))
    passing = _all_of(asked_of)
    if sets:
        some = np.array(sorted(set.intersection(*map(set, sets))), dtype=np.int64)
        some = some[some < len(passing)]
        return Narrowed(tuple(some[passing[some]].tolist()), tuple(tests), words)
    if np.count_nonzero(passing) <= FEW:
        return Narrowed(tuple(np.flatnonzero(passing).tolist()), tuple(tests), words)
    tests += [
        Test(partial(_passes, test), tuple(field_tests.condition(test, "q")[1])) for test in query.tests
    ]
    if query.segments:
        tests.append(Test(partial(segments.belongs, count=len(query.segments)), query.segments))
    if query.stages:
        tests.append(Test(*standing.stands_in(query.stages)))
    return Narrowed(None, tuple(tests), words)


def _all_of(passing: Sequence[field_tests.Passing]) -> field_tests.Passing:
    """Who is marked in each of them."""
    end = min(map(len, passing))
    return np.logical_and.reduce([marks[:end] for marks in passing])


def _passes(test: field_tests.FieldTest, table: str) -> str:
    return field_tests.condition(test, table)[0]
