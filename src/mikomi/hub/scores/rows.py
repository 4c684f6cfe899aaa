"""Sentences of the page: what `kit/sentence.html` shows for rules, groups, grades and the hot condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.attributes import Test
from mikomi.core.conditions.describe import activity_deed, describe_attributes
from mikomi.core.conditions.sentence import Labels, ModelPath, Part, Sentence
from mikomi.core.scoring.describe import describe_rule
from mikomi.core.scoring.model import (
    ColleaguesSignal,
    EngagementRule,
    FitRule,
    Model,
    ReturnSignal,
    Rule,
    SilenceSignal,
    SurgeSignal,
)
from mikomi.core.words import Language, Words
from mikomi.hub.kit import sentence as kit
from mikomi.hub.scores import editors
from mikomi.hub.scores.answers import NUMBERS
from mikomi.hub.scores.edits import condition_at, rule_of
from mikomi.hub.scores.keys import rule_key
from mikomi.hub.scores.picks import Picks


@dataclass(frozen=True, slots=True)
class Opened:
    """An editor to show open: its token, and what was wrong with what was typed."""

    name: str
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """What sentences are written with: the draft, what is published, what can be picked."""

    model: Model
    published: Model | None
    picks: Picks
    language: Language

    @property
    def labels(self) -> Labels:
        """Names for descriptions."""
        return self.picks.labels


def token_name(path: ModelPath) -> str:
    """The name of a token from its place within the rule: `points`, `when-all-0-field`."""
    return "-".join(str(step) for step in path)


_PATTERN_NAMES: dict[type, Words] = {
    ReturnSignal: Words("再検討", "Reconsidering"),
    SurgeSignal: Words("集中して閲覧", "Reading intensely"),
    SilenceSignal: Words("動きなし", "Quiet"),
    ColleaguesSignal: Words("同じ会社の複数名", "Several people of one company"),
}


def auto_label(rule: Rule, language: Language, labels: Labels) -> str:
    """What a rule is called when nobody names it."""
    if isinstance(rule, FitRule):
        return describe_attributes(rule.when, language, labels)
    if isinstance(rule, EngagementRule):
        deed = activity_deed(rule.when, language, labels)
        return deed.thing or deed.past
    return _PATTERN_NAMES[type(rule)].text(language)


def names_itself(rule: Rule, labels: Labels) -> bool:
    """Whether a rule's name was made from what it says, in either language."""
    # Titles may have come or changed after the name was made.
    ways = (labels, replace(labels, contents={}))
    return rule.label in {auto_label(rule, language, way) for way in ways for language in ("ja", "en")}


def rule_row(desk: Desk, rule: Rule, *, opened: Opened | None = None, error: str = "") -> kit.Rule:
    """A rule of the draft as a sentence with editors."""
    key = rule_key(rule.id)
    old = rule_of(desk.published, rule.id) if desk.published else None
    changed = desk.published is not None and old != rule
    sentence = describe_rule(rule, desk.language, desk.labels)
    before = describe_rule(old, desk.language, desk.labels) if old and changed else None
    parts = _tokens(desk, rule, sentence, before, opened)
    if opened is not None and opened.name == "label":
        parts.append(_label_token(rule, opened))
    return kit.Rule(
        key=key,
        parts=parts,
        post_url=reverse("scores:change", args=[key]),
        effect_url=reverse("scores:effect", args=[key]),
        changed=changed,
        note="" if names_itself(rule, desk.labels) else rule.label,
        actions=_actions(desk, rule, sentence, changed=changed and old is not None),
        error=error,
    )


def _tokens(
    desk: Desk, rule: Rule, sentence: Sentence, before: Sentence | None, opened: Opened | None
) -> list[kit.Text | kit.Token]:
    old = {part.path: part.text for part in _all(before)} if before else {}
    made: list[kit.Text | kit.Token] = []
    for part in sentence.parts:
        if part.path is None:
            # The colon before the points (English) is for plain text; here the token stands out.
            words = part.text.strip().removeprefix(":")
            if words:
                made.append(kit.Text(words))
        else:
            made.append(_token(desk, rule, part, old, opened, changed=before is not None))
    made += [
        _token(desk, rule, part, old, opened, optional=True, changed=before is not None)
        for part in sentence.options
    ]
    return made


def _all(sentence: Sentence | None) -> tuple[Part, ...]:
    return (*sentence.parts, *sentence.options) if sentence else ()


def _token(
    desk: Desk,
    rule: Rule,
    part: Part,
    old: Mapping[ModelPath | None, str],
    opened: Opened | None,
    *,
    optional: bool = False,
    changed: bool = False,
) -> kit.Token:
    assert part.path is not None
    path = part.path[2:]
    name = token_name(path)
    mine = opened if opened is not None and opened.name == name else None
    was = old.get(part.path, "")
    # Lists of what can be picked are long; they come when their word is pressed.
    lazy = "" if mine is not None or path[0] in NUMBERS else editor_url(rule_key(rule.id), name)
    fields, remove = ([], "") if lazy else _fields(desk, rule, path, mine)
    return kit.Token(
        name=name,
        text=_short(desk, rule, path) or part.text,
        title=editors.title_of(str(path[0]) if len(path) == 1 else ("field" if path[-1] == "field" else "")),
        fields=fields,
        optional=optional,
        note=_addresses(desk, rule, path),
        tone="minus" if name == "points" and rule.points < 0 else "",
        old=was if changed and was != part.text else "",
        remove=remove,
        open=mine is not None,
        lazy_url=lazy,
    )


def editor_url(key: str, name: str) -> str:
    """Where the editor of a word comes from when it is pressed."""
    return reverse("scores:editor", args=[key, name])


def _addresses(desk: Desk, rule: Rule, path: ModelPath) -> str:
    """The addresses behind the titles in a token on activity."""
    when = getattr(rule, str(path[0]), None) if len(path) == 1 else None
    return desk.picks.addresses(when.contents) if isinstance(when, ActivityCondition) else ""


def _short(desk: Desk, rule: Rule, path: ModelPath) -> str:
    """A long list of kinds as its first one and how many more; "" where nothing is that long."""
    when = getattr(rule, str(path[0]), None) if len(path) == 1 else None
    if not isinstance(when, ActivityCondition) or len(when.kinds) < 3:
        return ""
    first = activity_deed(replace(when, kinds=when.kinds[:1]), desk.language, desk.labels)
    said = f"{first.thing}{first.particle}{first.plain}"
    if desk.language == "en":
        said = f"{first.plain} {first.thing}"
    return _("%(first)s、ほか%(n)d種類") % {"first": said, "n": len(when.kinds) - 1}


def _fields(desk: Desk, rule: Rule, path: ModelPath, opened: Opened | None) -> tuple[list[kit.Field], str]:
    """The editor's fields at a place of the rule, and the words of its remove button."""
    errors = dict(opened.errors) if opened else {}
    typed = dict(opened.typed) if opened else {}
    key = str(path[0])
    if len(path) == 1 and key in ("when", "quiet_when"):
        groups = [name for name, _globs in desk.model.groups]
        when = getattr(rule, key)
        fields = editors.activity_fields(
            when, groups, desk.picks, desk.language, errors=errors, typed=typed.get("patterns")
        )
        return fields, (_("すべての動きを数える") if key == "quiet_when" else "")
    if len(path) > 1 and key in ("when", "lead"):
        test = condition_at(getattr(rule, key), path[1:-1])
        assert isinstance(test, Test)
        several = key == "lead" or len(path) > 2
        remove = _("この条件を外す") if several else ""
        if path[-1] == "field":
            return editors.field_fields(
                test, desk.picks, desk.language, error=errors.get("field", "")
            ), remove
        return editors.fields_of_test(test, desk.picks, errors=errors, typed=typed), remove
    removable = {
        "half_life_days": _("弱まらないようにする"),
        "cap": _("上限をなくす"),
        "per_day": _("何回でも数える"),
    }
    value = getattr(rule, key)
    remove = removable.get(key, "") if value is not None else ""
    return editors.number_fields(key, value, error=errors.get("value", ""), typed=typed.get("value")), remove


def _label_token(rule: Rule, opened: Opened) -> kit.Token:
    value = opened.typed.get("value", rule.label)
    return kit.Token(
        name="label",
        text=_("名前：%(name)s") % {"name": rule.label},
        title=editors.title_of("label"),
        fields=editors.text_fields(value, error=opened.errors.get("value", "")),
        optional=True,
        open=True,
    )


def _actions(desk: Desk, rule: Rule, sentence: Sentence, *, changed: bool) -> list[kit.Action]:
    key = rule_key(rule.id)

    def action(what: str, label: str, icon: str = "", *, danger: bool = False) -> kit.Action:
        return kit.Action(label, reverse("scores:act", args=[key, what]), icon=icon, danger=danger)

    words = {
        "half_life_days": _("時間がたつと弱める"),
        "cap": _("上限をつける"),
        "quiet_when": _("動きとして数えるものを選ぶ"),
        "lead": _("人の条件をつける"),
    }
    offered = [action(f"add-{path[-1]}", words[str(path[-1])], "plus") for path in sentence.missing]
    if isinstance(rule, FitRule):
        offered += [
            action("all", _("「かつ」の条件を足す"), "plus"),
            action("any", _("「または」の条件を足す"), "plus"),
        ]
    offered.append(action("label", _("名前を変える"), "pencil"))
    if changed:
        offered.append(action("restore", _("公開中の内容に戻す"), "arrow-back-up"))
    offered.append(action("delete", _("このルールを消す"), "trash", danger=True))
    return offered


def deleted_row(desk: Desk, rule: Rule) -> kit.Rule:
    """A published rule that the draft no longer has: read only, with a way back."""
    key = rule_key(rule.id)
    sentence = describe_rule(rule, desk.language, desk.labels)
    return kit.Rule(
        key=key,
        parts=[kit.Text(sentence.text)],
        changed=True,
        note=_("消しました。公開すると、このルールは使われなくなります。"),
        actions=[
            kit.Action(_("元に戻す"), reverse("scores:act", args=[key, "restore"]), icon="arrow-back-up")
        ],
    )
