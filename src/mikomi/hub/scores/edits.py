"""Changing a model: pure functions from a model to another one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.attributes import AllOf, AnyOf, AttributeCondition, Negation, Test
from mikomi.core.conditions.sentence import ModelPath
from mikomi.core.scoring.describe import Section, section_of
from mikomi.core.scoring.model import (
    EngagementRule,
    FitRule,
    Model,
    Rule,
    Signal,
)
from mikomi.core.words import MikomiError, Words

SECTIONS: tuple[Section, ...] = ("fit", "engagement", "signals")


def rule_of(model: Model, rule_id: str) -> Rule | None:
    """The rule with this id."""
    return next((rule for rule in model.rules if rule.id == rule_id), None)


def with_rule(model: Model, rule: Rule) -> Model:
    """`rule` in place of the one with its id, or at the end of its section."""
    section = section_of(rule)
    rules: tuple[Rule, ...] = getattr(model, section)
    if any(old.id == rule.id for old in rules):
        changed = tuple(rule if old.id == rule.id else old for old in rules)
    else:
        changed = (*rules, rule)
    return replace(model, **{section: changed})


def without_rule(model: Model, rule_id: str) -> Model:
    """The model without a rule."""
    return replace(
        model,
        **{s: tuple(rule for rule in getattr(model, s) if rule.id != rule_id) for s in SECTIONS},
    )


def restored_rule(model: Model, published: Model, rule_id: str) -> Model:
    """A rule as it is published: back in its old place, or gone where it was never published."""
    old = rule_of(published, rule_id)
    if old is None:
        return without_rule(model, rule_id)
    section = section_of(old)
    order = {rule.id: place for place, rule in enumerate(getattr(published, section))}
    changed = with_rule(model, old)
    if rule_of(model, rule_id) is None:
        # After its published neighbours; rules that are new in the draft stay at the end.
        rules = sorted(getattr(changed, section), key=lambda rule: order.get(rule.id, len(order)))
        changed = replace(changed, **{section: tuple(rules)})
    groups = dict(published.groups)
    missing = {
        name: groups[name] for name in groups_used([old]) if name not in dict(model.groups) and name in groups
    }
    return replace(changed, groups=(*changed.groups, *missing.items()))


def new_id(model: Model, stem: str) -> str:
    """An id that no rule has: `rule`, `rule_2`, ..."""
    taken = {rule.id for rule in model.rules}
    name, n = stem, 1
    while name in taken:
        n += 1
        name = f"{stem}_{n}"
    return name


def condition_at(condition: AttributeCondition, path: ModelPath) -> AttributeCondition:
    """The part of a condition at `path` (`("all", 0, "not")`). Raises `KeyError` where there is none."""
    if not path:
        return condition
    match condition, path:
        case (AllOf(parts), ("all", int(i), *rest)) if i < len(parts):
            return condition_at(parts[i], tuple(rest))
        case (AnyOf(parts), ("any", int(i), *rest)) if i < len(parts):
            return condition_at(parts[i], tuple(rest))
        case (Negation(part), ("not", *rest)):
            return condition_at(part, tuple(rest))
    raise KeyError(path)


def condition_with(
    condition: AttributeCondition, path: ModelPath, part: AttributeCondition
) -> AttributeCondition:
    """The condition with `part` at `path`. Raises `KeyError` where there is no such place."""
    if not path:
        return part
    match condition, path:
        case (AllOf(parts), ("all", int(i), *rest)) if i < len(parts):
            return AllOf(_put(parts, i, condition_with(parts[i], tuple(rest), part)))
        case (AnyOf(parts), ("any", int(i), *rest)) if i < len(parts):
            return AnyOf(_put(parts, i, condition_with(parts[i], tuple(rest), part)))
        case (Negation(inner), ("not", *rest)):
            return Negation(condition_with(inner, tuple(rest), part))
    raise KeyError(path)


def condition_without(condition: AttributeCondition, path: ModelPath) -> AttributeCondition | None:
    """The condition without the part at `path`; None where nothing is left."""
    if not path:
        return None
    match condition, path:
        case (AllOf(parts) | AnyOf(parts), (str(), int(i), *rest)) if i < len(parts):
            left = condition_without(parts[i], tuple(rest))
            kept = tuple(p for j, p in enumerate(parts) if j != i) if left is None else _put(parts, i, left)
            if not kept:
                return None
            return kept[0] if len(kept) == 1 else replace(condition, parts=kept)
        case (Negation(inner), ("not", *rest)):
            left = condition_without(inner, tuple(rest))
            return None if left is None else Negation(left)
    raise KeyError(path)


def _put(
    parts: tuple[AttributeCondition, ...], place: int, part: AttributeCondition
) -> tuple[AttributeCondition, ...]:
    return (*parts[:place], part, *parts[place + 1 :])


def is_test(condition: AttributeCondition | None) -> bool:
    """Whether a condition is one field against one operator."""
    return isinstance(condition, Test)


def changed_rule[R: Rule](rule: R, **values: Any) -> R:
    """The rule with other values. Raises `KeyError` for a key the rule does not have."""
    known = {field.name for field in fields(rule)}
    for key in values:
        if key not in known:
            raise KeyError(key)
    return replace(rule, **values)


def with_group(model: Model, old: str | None, name: str, globs: tuple[str, ...]) -> Model:
    """A group changed, renamed (rules follow) or added (`old` None)."""
    pair = (name, globs)
    if old is None:
        return replace(model, groups=(*model.groups, pair))
    groups = tuple(pair if known == old else (known, theirs) for known, theirs in model.groups)
    if old == name:
        return replace(model, groups=groups)

    def renamed(condition: ActivityCondition) -> ActivityCondition:
        return replace(condition, groups=tuple(name if g == old else g for g in condition.groups))

    def follow[R: EngagementRule | Signal](rule: R) -> R:
        keys = [key for key in ("when", "quiet_when") if hasattr(rule, key)]
        return replace(rule, **{key: renamed(getattr(rule, key)) for key in keys})

    return replace(
        model,
        groups=groups,
        engagement=tuple(follow(rule) for rule in model.engagement),
        signals=tuple(follow(rule) for rule in model.signals),
    )


def without_group(model: Model, name: str) -> Model:
    """The model without a group that no rule uses (see `groups_used`)."""
    return replace(model, groups=tuple(pair for pair in model.groups if pair[0] != name))


def with_contents(model: Model, name: str, globs: Iterable[str]) -> Model:
    """The model with `globs` added to a group, which is made where there is none."""
    held = dict(model.groups).get(name)
    return with_group(
        model, None if held is None else name, name, tuple(dict.fromkeys([*(held or ()), *globs]))
    )


def without_contents(model: Model, contents: Iterable[str]) -> Model:
    """The model with these contents taken out of all groups, as far as they stand there one by one and not
    by a pattern. A group that nothing is left of goes.

    Raises `MikomiError` where a rule uses such a group.
    """
    going = {glob_literal(content) for content in contents}
    for name, globs in model.groups:
        kept = tuple(glob for glob in globs if glob not in going)
        if kept:
            model = with_group(model, name, name, kept)
        elif name in groups_used(model.rules):
            raise MikomiError(
                Words(
                    f"グループ「{name}」はスコアの決まりで使っているため、空にできません。"
                    "1つ以上残すか、先に決まりを変えてください",
                    f"the group {name} is used by a rule and cannot be empty;"
                    " leave one, or change the rule first",
                )
            )
        else:
            model = without_group(model, name)
    return model


def groups_used(rules: Iterable[Rule]) -> set[str]:
    """Names of the groups that rules speak of."""
    used: set[str] = set()
    for rule in rules:
        if not isinstance(rule, FitRule):
            for key in ("when", "quiet_when"):
                condition = getattr(rule, key, None)
                if condition is not None:
                    used.update(condition.groups)
    return used


def glob_literal(content: str) -> str:
    """A content as a glob that matches it; the two signs that globs know match any one character."""
    return re.sub(r"[*?]", "?", content)
