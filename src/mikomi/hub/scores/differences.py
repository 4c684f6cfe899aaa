"""What the draft changes, as sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from mikomi.core.conditions.sentence import Labels
from mikomi.core.scoring.describe import describe_grades, describe_hot, describe_rule
from mikomi.core.scoring.model import Model
from mikomi.core.words import Language


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that differs. `before` is empty for what is new, `after` for what is gone."""

    kind: Literal["added", "removed", "changed"]
    name: str
    before: str
    after: str


def differences(old: Model | None, new: Model, language: Language, labels: Labels) -> list[Difference]:
    """Every place where `new` differs from `old`, in the order of the page."""
    found: list[Difference] = []

    def compare(name: str, before: str, after: str) -> None:
        if before != after:
            kind = "added" if not before else "changed" if after else "removed"
            found.append(Difference(kind, name, before, after))

    if old is not None and old.name != new.name:
        compare(_("モデルの名前"), old.name, new.name)
    olds = {rule.id: rule for rule in old.rules} if old else {}
    news = {rule.id: rule for rule in new.rules}
    for rule_id, rule in news.items():
        if olds.get(rule_id) != rule:
            was = describe_rule(olds[rule_id], language, labels).text if rule_id in olds else ""
            now = describe_rule(rule, language, labels).text
            if was == now:
                # Only the name differs: say so rather than show one sentence twice.
                was, now = olds[rule_id].label, rule.label
            compare(rule.label, was, now)
    for rule_id, rule in olds.items():
        if rule_id not in news:
            compare(rule.label, describe_rule(rule, language, labels).text, "")
    sign = "、" if language == "ja" else ", "
    old_groups = {name: sign.join(globs) for name, globs in old.groups} if old else {}
    new_groups = {name: sign.join(globs) for name, globs in new.groups}
    for name in dict.fromkeys([*old_groups, *new_groups]):
        compare(_("グループ %(name)s") % {"name": name}, old_groups.get(name, ""), new_groups.get(name, ""))
    for section in ("fit", "engagement"):
        before = describe_grades(old, section, language).text if old else ""
        compare(_("等級"), before, describe_grades(new, section, language).text)
    before = describe_hot(old.hot, language).text if old else ""
    compare(_("ホットになる条件"), before, describe_hot(new.hot, language).text)
    if old is not None and old.company_field != new.company_field:
        compare(_("会社の項目"), old.company_field, new.company_field)
    return found
