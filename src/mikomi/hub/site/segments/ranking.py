"""優先度: whom to work on first, by one attribute; the simplest segmentation there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mikomi.core.conditions.attributes import Test
from mikomi.core.conditions.who import Every, Who
from mikomi.hub.segments.types import Priority, SegmentView

BOUNDS = (Priority.HIGH, Priority.MIDDLE, Priority.LOW)


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was said: the field, the priority of each of its values, or from which number on each holds.
    `below`: what is said of numbers under the lowest of them."""

    field: str = ""
    values: Mapping[str, Priority] | None = None
    bounds: Mapping[Priority, float] | None = None
    below: Priority | None = None


def conditions_of(ranking: Ranking) -> dict[Priority, Who]:
    """The conditions of the priorities that somebody is given."""
    if ranking.bounds is not None:
        return _by_number(ranking)
    found: dict[Priority, Who] = {}
    for priority in Priority:
        values = tuple(value for value, said in (ranking.values or {}).items() if said == priority)
        if values:
            found[priority] = Test(ranking.field, "in", values)
    return found


def _by_number(ranking: Ranking) -> dict[Priority, Who]:
    found: dict[Priority, Who] = {}
    bounds = ranking.bounds or {}
    above: float | None = None
    for priority in BOUNDS:
        least = bounds.get(priority)
        if least is None:
            continue
        test = Test(ranking.field, "gte", least)
        found[priority] = test if above is None else Every((test, _under(ranking.field, above)))
        above = least
    if ranking.below is not None and above is not None:
        found[ranking.below] = _under(ranking.field, above)
    return found


def _under(field: str, bound: float) -> Who:
    """Known, and less than a number."""
    return Every((Test(field, "lte", bound), Test(field, "not_in", (bound,))))


def ranking_of(held: Sequence[SegmentView]) -> Ranking | None:
    """What was said by the priorities there are; None where they were changed into something else by hand."""
    whos = {one.priority: one.who for one in held if one.priority is not None}
    if not whos:
        return Ranking()
    tests = [who for who in whos.values() if isinstance(who, Test) and who.op in ("is", "in")]
    if len(tests) == len(whos) and len({test.field for test in tests}) == 1:
        values: dict[str, Priority] = {}
        for priority, who in whos.items():
            assert isinstance(who, Test)
            listed = who.value if isinstance(who.value, tuple) else (who.value,)
            values |= {str(value): priority for value in listed}
        return Ranking(tests[0].field, values)
    return _numbers_of(whos)


def _numbers_of(whos: Mapping[Priority, Who]) -> Ranking | None:
    bounds: dict[Priority, float] = {}
    below = None
    fields: set[str] = set()
    for priority, who in whos.items():
        parts = who.parts if isinstance(who, Every) else (who,)
        tests = [part for part in parts for part in (part.parts if isinstance(part, Every) else (part,))]
        if not all(isinstance(test, Test) for test in tests):
            return None
        asked = [test for test in tests if isinstance(test, Test)]
        fields |= {test.field for test in asked}
        least = next((test.value for test in asked if test.op == "gte"), None)
        if isinstance(least, int | float) and priority in BOUNDS:
            bounds[priority] = least
        elif least is None and any(test.op == "lte" for test in asked):
            below = priority
        else:
            return None
    return Ranking(fields.pop(), None, bounds, below) if len(fields) == 1 and bounds else None
