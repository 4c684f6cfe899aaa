"""The why table: every rule's points, in groups that add up to the number shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mikomi.core.conditions.attributes import tests_of
from mikomi.core.conditions.sentence import DEFAULT_LABELS, Labels, joined
from mikomi.core.engine.local import Explanation
from mikomi.core.scoring.describe import SECTION_NAMES, Section, describe_fact
from mikomi.core.scoring.model import (
    ColleaguesSignal,
    EngagementRule,
    FitRule,
    Model,
    Rule,
    SilenceSignal,
)
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

    `what` is said first (料金ページを見た), `note` after it: half life and caps, the value that met
    it, or what a signal means. `count` carries its unit; empty where nothing is counted.
    """

    what: str
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
    said = describe_fact(rule, language, labels)
    fact = joined(said.parts)
    note = ("、" if language == "ja" else ", ").join(option.text for option in said.options)
    what = fact
    if isinstance(rule, FitRule):
        # A rule's own name is short; what it stands for is shown by the value that met it.
        what = rule.label
        note = _met(rule, values, language, labels)
    elif not isinstance(rule, EngagementRule):
        what, note = rule.label, fact
    return WhyLine(what=what, note=note, count=_count(rule, line.count), last=line.last, points=points)


def _met(rule: FitRule, values: Mapping[str, str | None], language: Language, labels: Labels) -> str:
    """The attributes that a rule looks at, with their values: `従業員数 120`."""
    fields = dict.fromkeys(test.field for test in tests_of(rule.when))
    known = [(labels.field_name(field, language), values.get(field)) for field in fields]
    return "、".join(f"{name} {value}" for name, value in known if value)


def _count(rule: Rule, count: int | None) -> Words:
    if count is None:
        return Words("", "")
    if isinstance(rule, ColleaguesSignal):
        return Words(f"{count:,}人", "1 person" if count == 1 else f"{count:,} people")
    if isinstance(rule, SilenceSignal):
        return Words(f"{count:,}日", "1 day" if count == 1 else f"{count:,} days")
    return Words(f"{count:,}回", f"{count:,}")
