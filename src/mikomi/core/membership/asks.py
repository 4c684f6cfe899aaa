"""The conditions of one run, and what they ask of the fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mikomi.core.conditions.activity import ActivityCondition, Groups
from mikomi.core.conditions.attributes import Test
from mikomi.core.conditions.who import Did, Since, Who, parts_of
from mikomi.core.scoring.measures import FAR, Kind, Measure, Question

APART = "asked:"
"""Stands before the names of groups: a published model has its own of the same names, frozen."""


@dataclass(frozen=True, slots=True)
class Asks:
    """Conditions that are answered together.

    `groups`: the contents of the groups that they name. `segments`: by a segment's number, which of
    the conditions it is, so that others can refer to it. `questions`: what they ask of the fold, equal
    questions once; `places`: which question answers a leaf. `tests`: the attribute tests in them.
    """

    conditions: tuple[Who, ...]
    groups: Groups
    segments: Mapping[int, int]
    questions: tuple[Question, ...] = field(repr=False)
    places: Mapping[Did | Since, int] = field(repr=False)
    tests: Mapping[Test, int] = field(repr=False)

    @staticmethod
    def of(
        conditions: Sequence[Who], groups: Groups | None = None, segments: Mapping[int, int] | None = None
    ) -> Asks:
        """Gathers what `conditions` ask. A group that `groups` lacks matches nothing."""
        questions: dict[Question, int] = {}
        places: dict[Did | Since, int] = {}
        tests: dict[Test, int] = {}
        named: dict[str, tuple[str, ...]] = {}
        for leaf in (leaf for who in conditions for leaf in parts_of(who)):
            if isinstance(leaf, Test):
                tests.setdefault(leaf, len(tests))
            elif isinstance(leaf, Did | Since):
                named |= {APART + name: (groups or {}).get(name, ()) for name in leaf.what.groups}
                places[leaf] = questions.setdefault(question_of(leaf), len(questions))
        return Asks(tuple(conditions), named, dict(segments or {}), tuple(questions), places, tests)


def question_of(leaf: Did | Since) -> Question:
    """What a condition on activity asks of the fold."""
    return Question(
        measure_of(leaf),
        0 if leaf.at_least is None else leaf.at_least,
        FAR if leaf.at_most is None else leaf.at_most,
    )


def measure_of(leaf: Did | Since) -> Measure:
    """The number that a condition on activity compares, its groups named apart."""
    what: ActivityCondition = replace(leaf.what, groups=tuple(APART + name for name in leaf.what.groups))
    if isinstance(leaf, Since):
        return Measure(Kind.FIRST if leaf.which == "first" else Kind.LAST, what)
    kind = Kind.DAYS if leaf.count == "days" else Kind.COUNT
    return Measure(kind, what, within_days=leaf.within_days or FAR)
