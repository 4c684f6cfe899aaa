"""Where fields are used: the model, stages, segments, saved views, the product's own lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs

from django.urls import reverse
from django.utils.translation import gettext as _

from mikomi.core.conditions.attributes import tests_of
from mikomi.core.conditions.who import used_fields
from mikomi.core.scoring.model import Model
from mikomi.hub.journey import queries as journeys
from mikomi.hub.scores import queries as scores
from mikomi.hub.segments import queries as segments
from mikomi.hub.site.models import SavedView

SHOWN_IN_LISTS = (
    *("name", "family_name", "given_name", "name_kana", "family_name_kana", "given_name_kana"),
    *("email", "company", "title", "department", "industry", "owner"),
)
"""Fields that every list shows, sorts or filters by."""


@dataclass(frozen=True, slots=True)
class Use:
    """One place where a field is used: what it is, and the address to go to ("" for none)."""

    what: str
    url: str = ""


def field_uses() -> dict[str, list[Use]]:
    """Where each field is used, by key."""
    found: defaultdict[str, list[Use]] = defaultdict(list)
    published, draft = scores.published(), scores.draft()
    if published is not None:
        for field, label in _asked_by(published.model):
            found[field].append(
                Use(_("スコアの決まり「%(rule)s」") % {"rule": label}, reverse("scores:edit"))
            )
    if draft is not None and (published is None or draft.model != published.model):
        for field, label in _asked_by(draft.model):
            found[field].append(
                Use(_("スコアの下書き「%(rule)s」") % {"rule": label}, reverse("scores:edit"))
            )
    for journey in filter(None, (journeys.current_map(), journeys.draft())):
        for stage in journey.map.stages:
            for field in used_fields(stage.condition) if stage.condition is not None else ():
                use = Use(
                    _("ジャーニーの段階「%(stage)s」") % {"stage": stage.name},
                    reverse("site:stage_condition", args=[stage.key]),
                )
                if use not in found[field]:
                    found[field].append(use)
    for one in segments.segments():
        for field in used_fields(one.who):
            url = reverse("site:segment", args=[one.number])
            found[field].append(Use(_("セグメント「%(name)s」") % {"name": one.name}, url))
    for view in SavedView.objects.order_by("place", "pk"):
        asked = parse_qs(view.query)
        sorts = {value.removeprefix("-") for value in asked.get("sort", ())}
        filtered = {name.removeprefix("f.").removesuffix(".from").removesuffix(".to") for name in asked}
        columns = {str(column).removeprefix("f.") for column in view.columns}
        for field in columns | filtered | sorts:
            found[field].append(
                Use(
                    _("保存した表示「%(name)s」") % {"name": view.name},
                    f"{reverse('site:leads')}?{view.query}",
                )
            )
    for field in SHOWN_IN_LISTS:
        found[field].append(Use(_("リードの一覧")))
    return dict(found)


def _asked_by(model: Model) -> Iterator[tuple[str, str]]:
    """Each field that a rule of the model asks for, and the rule's name; each pair once."""
    conditions = [(rule.when, rule.label) for rule in model.fit]
    conditions += [(rule.lead, rule.label) for rule in model.signals if rule.lead is not None]
    pairs = [(test.field, label) for condition, label in conditions for test in tests_of(condition)]
    if model.company_field != "company":
        pairs.append((model.company_field, _("同じ会社の見分け方")))
    return iter(dict.fromkeys(pairs))
