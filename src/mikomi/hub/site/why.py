"""The why table: every rule's points, in groups that add up to the number shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mikomi.core.conditions.attributes import Test
from mikomi.core.conditions.sentence import DEFAULT_LABELS, Labels, joined
from mikomi.core.engine.local import Explanation
from mikomi.core.scoring.describe import SECTION_NAMES, Section, describe_fact
from mikomi.core.scoring.model import ColleaguesSignal, FitRule, Model, Rule, SilenceSignal
from mikomi.core.scoring.why import Group, Line
from mikomi.core.words import Language, Words
from mikomi.hub.kit.rounding import add_up_groups, shown

GROUPS: tuple[tuple[Group, Section], ...] = (
    ("fit", "fit"),
    ("engagement", "engagement"),
    ("signal", "signals"),
)


@dataclass(frozen=True, slots=True)
class WhyLine:
    """One rule: what earned it, how often, when last, and its points with one decimal.

    `label` is the rule's own name, `fact` what it means, `note` its half life and caps or the
    value that met it. `count` carries its unit; empty where nothing is counted.
    """

    label: str
    fact: str
    note: str
    count: Words
    last: date | None
    points: Decimal


@dataclass(frozen=True, slots=True)
class WhyGroup:
    """属性, 行動 or 兆し: its lines add up to `points`."""

    name: Words
    points: Decimal
    lines: tuple[WhyLine, ...]


@dataclass(frozen=True, slots=True)
class WhyTable:
    """The whole table: the groups add up to `total`. `most` is the longest bar."""

    groups: tuple[WhyGroup, ...]
    total: Decimal
    most: Decimal
    fit_grade: str
    engagement_grade: str


def why_table(
    told: Explanation,
    model: Model,
    values: Mapping[str, str | None],
    language: Language,
    labels: Labels = DEFAULT_LABELS,
) -> WhyTable:
    """The table of one lead. `values`: its attributes on that day, by field."""
    rules = {rule.id: rule for rule in model.rules}
    by_group = [[line for line in told.lines if line.group == group] for group, _section in GROUPS]
    total = shown(told.total)
    rounded = add_up_groups([[line.worth for line in lines] for lines in by_group], total)
    groups = tuple(
        WhyGroup(
            name=SECTION_NAMES[section],
            points=points,
            lines=tuple(
                _line(line, rules[line.id], one, values, language, labels)
                for line, one in zip(lines, each, strict=True)
            ),
        )
        for (_group, section), lines, (points, each) in zip(GROUPS, by_group, rounded, strict=True)
    )
    most = max((abs(line.points) for group in groups for line in group.lines), default=Decimal(0))
    return WhyTable(groups, total, most, told.fit_grade, told.engagement_grade)


def _line(
    line: Line,
    rule: Rule,
    points: Decimal,
    values: Mapping[str, str | None],
    language: Language,
    labels: Labels,
) -> WhyLine:
    fact = describe_fact(rule, language, labels)
    comma = "、" if language == "ja" else ", "
    note = comma.join(option.text for option in fact.options)
    if isinstance(rule, FitRule) and isinstance(rule.when, Test):
        note = values.get(rule.when.field) or ""
    return WhyLine(
        label=rule.label,
        fact=joined(fact.parts),
        note=note,
        count=_count(rule, line.count),
        last=line.last,
        points=points,
    )


def _count(rule: Rule, count: int | None) -> Words:
    if count is None:
        return Words("", "")
    if isinstance(rule, ColleaguesSignal):
        return Words(f"{count:,}人", "1 person" if count == 1 else f"{count:,} people")
    if isinstance(rule, SilenceSignal):
        return Words(f"{count:,}日", "1 day" if count == 1 else f"{count:,} days")
    return Words(f"{count:,}回", f"{count:,}")
