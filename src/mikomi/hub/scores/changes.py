"""One change of the draft: what an editor or a menu sent, applied to the model.

Each function takes a model and gives another; saving is `services.save_draft`. Raises
`AnswerError` for a value that cannot be, `KeyError` for a place that is not (any more).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from mikomi.core.conditions.activity import ANY_ACTIVITY, ActivityCondition
from mikomi.core.conditions.attributes import AllOf, AnyOf, AttributeCondition, Test
from mikomi.core.scoring.describe import Section
from mikomi.core.scoring.model import (
    PATTERNS,
    ColleaguesSignal,
    EngagementRule,
    FitRule,
    Model,
    ReturnSignal,
    Rule,
    SilenceSignal,
    SurgeSignal,
)
from mikomi.core.words import Language
from mikomi.hub.scores import editors
from mikomi.hub.scores.answers import (
    NUMBERS,
    AnswerError,
    NumberPart,
    read_activity,
    read_globs,
    read_name,
    read_number,
    read_test,
)
from mikomi.hub.scores.edits import (
    changed_rule,
    condition_at,
    condition_with,
    condition_without,
    groups_used,
    new_id,
    with_group,
    with_rule,
    without_group,
    without_rule,
)
from mikomi.hub.scores.keys import group_by_key, group_key, rule_by_key, slug
from mikomi.hub.scores.picks import Picks
from mikomi.hub.scores.rows import auto_label, names_itself

THRESHOLD = NumberPart(optional=True)


def change(model: Model, key: str, post: QueryDict, picks: Picks, language: Language) -> Model:
    """Applies what an editor sent for the sentence `key`; `part` names its token."""
    part = post.get("part", "")
    if key == "hot":
        return _change_hot(model, part, post)
    if key.startswith("grades-"):
        return _change_grades(model, key.removeprefix("grades-"), part, post)
    if key == "name":
        return replace(model, name=read_name(post))
    if key.startswith("group-"):
        return _change_group(model, key, part, post)
    rule = rule_by_key(model, key)
    if rule is None:
        raise KeyError(key)
    return with_rule(model, _change_rule(model, rule, part, post, picks, language))


def _change_hot(model: Model, part: str, post: QueryDict) -> Model:
    if part not in ("fit", "engagement", "total"):
        raise KeyError(part)
    value = None if "remove" in post else read_number(post.get("value", ""), THRESHOLD)
    return replace(model, hot=replace(model.hot, **{part: value}))


def _change_grades(model: Model, section: str, part: str, post: QueryDict) -> Model:
    attribute = {"fit": "fit_grades", "engagement": "engagement_grades"}[section]
    grades: dict[str, float] = dict(getattr(model, attribute))
    if part not in grades:
        raise KeyError(part)
    value = read_number(post.get("value", ""), NumberPart())
    assert value is not None
    if any(value == other for name, other in grades.items() if name != part):
        raise AnswerError("value", _("ほかの等級と違う点数にしてください"))
    grades[part] = value
    return replace(model, **{attribute: tuple(grades.items())})


def _change_group(model: Model, key: str, part: str, post: QueryDict) -> Model:
    old = group_by_key(model, key)
    if old is None:
        raise KeyError(key)
    globs = dict(model.groups)[old]
    if part == "contents":
        return with_group(model, old, old, read_globs(post))
    name = read_name(post)
    if name != old and name in dict(model.groups):
        raise AnswerError("value", _("同じ名前のグループがあります"))
    return with_group(model, old, name, globs)


def _change_rule(
    model: Model, rule: Rule, part: str, post: QueryDict, picks: Picks, language: Language
) -> Rule:
    path = tuple(int(step) if step.isdecimal() else step for step in part.split("-"))
    key = str(path[0])
    if key == "label":
        return changed_rule(rule, label=read_name(post))
    if len(path) == 1 and key in NUMBERS and hasattr(rule, key):
        value = None if "remove" in post else read_number(post.get("value", ""), NUMBERS[key])
        return changed_rule(rule, **{key: value})
    if len(path) == 1 and key in ("when", "quiet_when") and hasattr(rule, key):
        when = ANY_ACTIVITY if "remove" in post else read_activity(post, [name for name, _g in model.groups])
        changed = changed_rule(rule, **{key: when})
    elif len(path) > 1 and key in ("when", "lead"):
        changed = _change_condition(rule, key, path[1:-1], str(path[-1]), post, picks)
    else:
        raise KeyError(part)
    return _renamed(rule, changed, picks, language)


def _renamed(old: Rule, new: Rule, picks: Picks, language: Language) -> Rule:
    """A name made from the condition follows it; one that a person gave stays."""
    if not names_itself(old, picks.labels):
        return new
    return changed_rule(new, label=auto_label(new, language, picks.labels))


def _change_condition(
    rule: Rule, key: str, place: tuple[str | int, ...], leaf: str, post: QueryDict, picks: Picks
) -> Rule:
    condition: AttributeCondition | None = getattr(rule, key)
    if condition is None:
        raise KeyError(key)
    if "remove" in post:
        left = condition_without(condition, place)
        if left is None and key == "when":
            raise AnswerError("op", _("条件は1つ以上要ります。ルールごと消すときはメニューから消せます"))
        return changed_rule(rule, **{key: left})
    test = condition_at(condition, place)
    if not isinstance(test, Test):
        raise KeyError(place)
    if leaf == "field":
        wanted = post.get("field", test.field)
        new = test if wanted == test.field else first_test(wanted, picks)
    else:
        new = read_test(post, test, numbers=editors.holds_numbers(test, picks.field(test.field)))
    return changed_rule(rule, **{key: condition_with(condition, place, new)})


def first_test(field: str, picks: Picks) -> Test:
    """A test to begin with: the commonest value of the field, or that it is known."""
    pick = picks.field(field)
    if field == "email":
        return Test(field, "free_mail", True)
    if pick.number:
        return Test(field, "gte", 100)
    if pick.values:
        return Test(field, "is", pick.values[0][0])
    return Test(field, "known", True)


def act(model: Model, key: str, what: str, picks: Picks, language: Language) -> tuple[Model, str]:
    """Applies a line of a sentence's menu; also gives the name of the token to open, or "".

    `restore` is not here: it needs the published model.
    """
    if key.startswith("group-"):
        name = group_by_key(model, key)
        if name is None or what != "delete" or name in groups_used(model.rules):
            raise KeyError(key)
        return without_group(model, name), ""
    rule = rule_by_key(model, key)
    if rule is None:
        raise KeyError(key)
    if what == "delete":
        return without_rule(model, rule.id), ""
    if what == "label":
        return model, "label"
    if what in ("all", "any") and isinstance(rule, FitRule):
        first = next((p.key for p in picks.fields if p.values), "industry")
        changed, place = _joined(rule.when, what, first_test(first, picks))
        joined = _renamed(rule, changed_rule(rule, when=changed), picks, language)
        return with_rule(model, joined), f"when-{place}-field"
    starts: dict[str, Callable[[], object]] = {
        "add-half_life_days": lambda: 14,
        "add-cap": lambda: max(1, abs(rule.points) * 4),
        "add-quiet_when": lambda: ActivityCondition(("page_view", "download", "form_submit", "mail_click")),
        "add-lead": lambda: first_test(next((p.key for p in picks.fields if p.values), "industry"), picks),
    }
    if what not in starts:
        raise KeyError(what)
    attribute = what.removeprefix("add-")
    value = starts[what]()
    changed = changed_rule(rule, **{attribute: value})
    return with_rule(model, changed), f"{attribute}-field" if attribute == "lead" else attribute


def _joined(condition: AttributeCondition, how: str, test: Test) -> tuple[AttributeCondition, str]:
    """The condition and the test joined by and or or; also the place of the test."""
    kind = AllOf if how == "all" else AnyOf
    parts = condition.parts if isinstance(condition, kind) else (condition,)
    return kind((*parts, test)), f"{how}-{len(parts)}"


def add_rule(
    model: Model, section: Section, choice: str, picks: Picks, language: Language
) -> tuple[Model, Rule]:
    """A new rule with good defaults. `choice`: a field, a kind of activity or a pattern."""
    name = new_id(model, slug(choice))
    rule: Rule
    if section == "fit":
        rule = FitRule(name, name, first_test(choice, picks), 5)
    elif section == "engagement":
        if choice not in picks.kinds:
            raise KeyError(choice)
        rule = EngagementRule(name, name, ActivityCondition((choice,)), 5, half_life_days=14)
    else:
        pages = ActivityCondition(("page_view",))
        if choice not in PATTERNS:
            raise KeyError(choice)
        starts: dict[str, Rule] = {
            "return": ReturnSignal(name, name, 30, 60, 7, 2, pages, half_life_days=14),
            "surge": SurgeSignal(name, name, 15, 3, 10, pages),
            "silence": SilenceSignal(name, name, -20, 90),
            "colleagues": ColleaguesSignal(name, name, 10, 14, 2),
        }
        rule = starts[choice]
    rule = changed_rule(rule, label=auto_label(rule, language, picks.labels))
    return with_rule(model, rule), rule


def add_group(model: Model, post: QueryDict) -> tuple[Model, str]:
    """A new group; also gives its sentence's key."""
    name = read_name(post, "name")
    if name in dict(model.groups):
        raise AnswerError("name", _("同じ名前のグループがあります"))
    return with_group(model, None, name, read_globs(post)), group_key(name)
