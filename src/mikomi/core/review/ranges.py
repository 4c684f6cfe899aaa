"""What it means that a rule asks 'at most' or 'between' of values that are ranges (300〜999).

Conditions know plain numbers alone; where ranges are read as their least (docs/decisions/0005), such a rule
also holds for those whose most is beyond. That is no error, but must be said where the rule is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mikomi.core.conditions.attributes import AttributeCondition, tests_of
from mikomi.core.conditions.sentence import Labels
from mikomi.core.review.check import Finding
from mikomi.core.scoring.model import EngagementRule, FitRule, Model
from mikomi.core.words import Words

ASKING = ("lte", "between")


@dataclass(frozen=True, slots=True)
class Ranges:
    """How many leads have a range in a field, and the most common one as it is written."""

    leads: int
    example: str


def check_ranges(
    model: Model, labels: Labels, ranges_of: Callable[[list[str]], Mapping[str, Ranges]]
) -> list[Finding]:
    """A finding for each rule that asks 'at most' or 'between' of a field with ranges. `ranges_of` is asked
    once, for the fields that matter, and only where there are any."""
    asking = [
        (rule, list(dict.fromkeys(test.field for test in tests_of(when) if test.op in ASKING)))
        for rule, when in _conditions(model)
    ]
    wanted = sorted({field for _, fields in asking for field in fields})
    found = ranges_of(wanted) if wanted else {}
    return [
        Finding("range", rule, _words(field, found[field], labels))
        for rule, fields in asking
        for field in fields
        if field in found
    ]


def _conditions(model: Model) -> Iterable[tuple[str, AttributeCondition]]:
    for rule in model.rules:
        if isinstance(rule, FitRule):
            yield rule.id, rule.when
        elif not isinstance(rule, EngagementRule) and rule.lead is not None:
            yield rule.id, rule.lead


def _words(field: str, ranges: Ranges, labels: Labels) -> Words:
    ja, en = labels.field_name(field, "ja"), labels.field_name(field, "en")
    return Words(
        f"{ja}が範囲の人が{ranges.leads:,}人います（例：{ranges.example}）。下の数で比べるので、"
        "上の数が「以下」を超える人にも当てはまります",
        f"{ranges.leads:,} leads have a range in {en} (such as {ranges.example}); it is compared by its"
        " least, so 'at most' also holds where its most is beyond",
    )
