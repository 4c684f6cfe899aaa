"""優先度: whom to work on first, by one attribute; the simplest segmentation there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mikomi.core.conditions.attributes import Test
from mikomi.core.conditions.who import Some, Who
from mikomi.core.words import MikomiError, Words
from mikomi.hub.segments.types import Priority, SegmentView

BOUNDS = (Priority.HIGH, Priority.MIDDLE, Priority.LOW)


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was said: the field, the priority of each of its values, or from which whole number on each
    holds. `below`: what is said of numbers under the lowest of them."""

    field: str = ""
    values: Mapping[str, Priority] | None = None
    bounds: Mapping[Priority, int] | None = None
    below: Priority | None = None


def conditions_of(ranking: Ranking) -> dict[Priority, Who]:
    """The conditions of the priorities that somebody is given. Raises `MikomiError` for bounds that do not
    fall."""
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
    above: int | None = None
    for priority in BOUNDS:
        least = (ranking.bounds or {}).get(priority)
        if least is None:
            continue
        if above is not None and least >= above:
            raise MikomiError(
                Words(
                    f"{least} は、上の段の {above} より小さくしてください",
                    f"{least} must be less than {above} of the line above",
                )
            )
        whole = Test(ranking.field, "gte", least)
        found[priority] = whole if above is None else Test(ranking.field, "between", (least, above - 1))
        above = least
    if ranking.below is not None and above is not None:
        under = Test(ranking.field, "lte", above - 1)
        held = found.get(ranking.below)
        found[ranking.below] = under if held is None else Some((held, under))
    return found


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
    bounds: dict[Priority, int] = {}
    below = None
    fields: set[str] = set()
    for priority, who in whos.items():
        for test in who.parts if isinstance(who, Some) else (who,):
            if not isinstance(test, Test):
                return None
            fields.add(test.field)
            least = test.value[0] if isinstance(test.value, tuple) else test.value
            # Kept conditions give their numbers back as fractions.
            whole = isinstance(least, int | float) and float(least).is_integer()
            if test.op in ("gte", "between") and whole and priority in BOUNDS:
                bounds[priority] = int(least)
            elif test.op == "lte":
                below = priority
            else:
                return None
    return Ranking(fields.pop(), None, bounds, below) if len(fields) == 1 and bounds else None
