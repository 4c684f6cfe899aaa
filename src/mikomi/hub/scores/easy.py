"""かんたん設定: one sentence, kept as `surge` signals of an ordinary model.

Each signal alone brings the points that make a lead hot, so that any one of them is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.describe import activity_deed, count_text
from mikomi.core.scoring.model import Hot, Model, SurgeSignal
from mikomi.core.words import Language
from mikomi.hub.kit import sentence as kit
from mikomi.hub.scores import editors
from mikomi.hub.scores.edits import glob_literal, new_id
from mikomi.hub.scores.keys import rule_key
from mikomi.hub.scores.picks import ContentPick, Picks
from mikomi.hub.scores.rows import Desk, Opened, editor_url

ENOUGH = 60
"""The hot threshold of a model made here, and each signal's points."""
PRICING = ("/pricing", "/price", "/plan", "/ryoukin", "/fee")


def is_easy(model: Model) -> bool:
    """Whether a model is one sentence: any one of its surges is enough to be hot, nothing else counts."""
    least = model.hot.engagement
    return (
        least is not None
        and model.hot == Hot(engagement=least)
        and not model.fit
        and not model.engagement
        and bool(model.signals)
        and all(isinstance(s, SurgeSignal) and s.lead is None and s.points >= least for s in model.signals)
    )


def suggested(picks: Picks, timezone: str, language: Language) -> Model:
    """The sentence to begin with, its pages taken from what was really seen."""
    pages = [pick for pick in picks.contents if pick.kind == "page_view"]
    pricing = sorted({_beginning(pick) for pick in pages if _beginning(pick)})
    group = _("料金")
    groups = ((group, tuple(pricing) or ("/pricing*",)),)
    first = SurgeSignal("pricing", "", ENOUGH, 30, 2, ActivityCondition(("page_view",), (), (group,)))
    second = SurgeSignal("download", "", ENOUGH, 30, 2, ActivityCondition(("download",)))
    return Model(
        name=_("標準スコア"),
        timezone=timezone,
        groups=groups,
        signals=tuple(_named(signal, language) for signal in (first, second)),
        hot=Hot(engagement=ENOUGH),
    )


def _beginning(pick: ContentPick) -> str:
    """The pattern of a pricing page: everything below its first step."""
    for start in PRICING:
        if pick.content.lower().startswith(start):
            return glob_literal(pick.content[: len(start)]) + "*"
    return "*料金*" if "料金" in pick.content else ""


def _named(signal: SurgeSignal, language: Language) -> SurgeSignal:
    deed = activity_deed(signal.when, language)
    return replace(signal, label=deed.thing or deed.past)


def with_clause(model: Model, language: Language) -> Model:
    """One more "or": pages seen, to be picked."""
    when = ActivityCondition(("form_submit",))
    signal = SurgeSignal(new_id(model, "clause"), "", model.hot.engagement or ENOUGH, 30, 1, when)
    return replace(model, signals=(*model.signals, _named(signal, language)))


def easy_row(desk: Desk, *, opened: Opened | None = None, opened_rule: str = "") -> Sequence[kit.Rule]:
    """The sentence as one kit rule a clause; the template joins them by または."""
    return [
        _clause(
            desk,
            signal,
            opened if signal.id == opened_rule else None,
            last=place == len(desk.model.signals) - 1,
        )
        for place, signal in enumerate(desk.model.signals)
        if isinstance(signal, SurgeSignal)
    ]


def _clause(desk: Desk, signal: SurgeSignal, opened: Opened | None, *, last: bool) -> kit.Rule:
    ja = desk.language == "ja"
    deed = activity_deed(signal.when, desk.language, desk.labels)
    groups = [name for name, _globs in desk.model.groups]

    def token(name: str, text: str) -> kit.Token:
        mine = opened if opened is not None and opened.name == name else None
        errors = dict(mine.errors) if mine else {}
        typed = dict(mine.typed) if mine else {}
        if name == "when" and mine is None:
            lazy = editor_url(rule_key(signal.id), name)
            note = desk.picks.addresses(signal.when.contents)
            return kit.Token(name, text, editors.title_of(name), (), note=note, lazy_url=lazy)
        if name == "when":
            fields = editors.activity_fields(
                signal.when, groups, desk.picks, desk.language, errors=errors, typed=typed.get("patterns")
            )
        else:
            fields = editors.number_fields(
                name, getattr(signal, name), error=errors.get("value", ""), typed=typed.get("value")
            )
        return kit.Token(name, text, editors.title_of(name), fields, open=mine is not None)

    days, times = f"{signal.within_days}日", f"{count_text(signal.at_least, 'ja')}以上"
    thing = token("when", deed.thing or deed.past)
    end = "人" if last else "、または"
    if ja:
        parts: list[kit.Text | kit.Token] = [
            thing,
            kit.Text(deed.particle) if deed.thing else kit.Text("で"),
            token("within_days", days),
            kit.Text("で"),
            token("at_least", times),
            kit.Text(f"{deed.past if deed.thing else 'した'}{end}"),
        ]
    else:
        least = count_text(signal.at_least, "en")
        parts = [
            kit.Text(deed.past if deed.thing else ""),
            thing,
            token("at_least", least if signal.at_least < 2 else f"{least} or more"),
            kit.Text("within"),
            token("within_days", f"{signal.within_days} days"),
            kit.Text("" if last else ", or"),
        ]
    key = rule_key(signal.id)
    actions = []
    if len(desk.model.signals) > 1:
        actions = [
            kit.Action(
                _("この条件を消す"), reverse("scores:act", args=[key, "delete"]), icon="trash", danger=True
            )
        ]
    return kit.Rule(
        key=key,
        parts=[part for part in parts if not (isinstance(part, kit.Text) and not part.text)],
        post_url=reverse("scores:change", args=[key]),
        effect_url=reverse("scores:effect", args=[key]),
        actions=actions,
    )


def plain_sentence(desk: Desk) -> str:
    """The whole sentence as plain text."""
    words = [
        "".join(str(part.text) for part in rule.parts)
        if desk.language == "ja"
        else " ".join(str(part.text) for part in rule.parts)
        for rule in easy_row(desk)
    ]
    return "".join(words) if desk.language == "ja" else " ".join(words)
