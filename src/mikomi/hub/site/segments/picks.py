"""What the form of a condition offers: fields with their values, contents, stages, labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.describe import activity_deed
from mikomi.core.conditions.describe_who import CONSENT_WORDS, OUTCOME_WORDS, SCORE_WORDS, Names
from mikomi.core.conditions.parse_who import Purpose
from mikomi.core.conditions.who import NOWHERE, OUTCOMES
from mikomi.core.scoring.model import Model
from mikomi.core.words import Language
from mikomi.hub.people import labels
from mikomi.hub.scores.drafting import standing_model
from mikomi.hub.scores.ground import current_picks
from mikomi.hub.scores.picks import Picks
from mikomi.hub.segments import queries as segments
from mikomi.hub.site.lists.chips import engagement_labels, fit_labels
from mikomi.hub.site.segments.form import Part, decoded

CONTENTS_SHOWN = 200
VALUES_SHOWN = 40

type Pairs = tuple[tuple[str, str], ...]
"""Values and how they are called."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to pick from on this installation, in one language, for a segment or a stage."""

    picks: Picks
    model: Model
    names: Names
    language: Language
    purpose: Purpose = "segment"

    @property
    def fields(self) -> Pairs:
        """The attributes."""
        return tuple((pick.key, pick.label.name.text(self.language)) for pick in self.picks.fields)

    @property
    def kinds(self) -> Pairs:
        """What can be done: any activity first."""
        return (("", self.deed(ActivityCondition())), *((k, self.kind(k)) for k in self.picks.kinds))

    def kind(self, kind: str) -> str:
        """A kind as something that was done."""
        return self.deed(ActivityCondition(kinds=(kind,)))

    def deed(self, what: ActivityCondition) -> str:
        """An activity in words."""
        deed = activity_deed(what, self.language, self.names.labels)
        if self.language == "ja":
            return f"{deed.thing}{deed.particle}{deed.past}"
        return f"{deed.past} {deed.thing}".strip().capitalize()

    @property
    def groups(self) -> Pairs:
        """Groups of contents."""
        return tuple((f"g:{name}", name) for name, _globs in self.model.groups)

    def contents(self, kind: str) -> Pairs:
        """Contents that were touched in this way, by their titles."""
        titles = self.picks.titles
        held = dict.fromkeys(
            pick.content for pick in self.picks.contents if kind in ("", pick.kind) and pick.content
        )
        return tuple((f"c:{one}", _called(one, titles)) for one in list(held)[:CONTENTS_SHOWN])

    def content_words(self, coded: str) -> str:
        """What stands for one content, or several that the form carries as one choice, by their titles."""
        several = decoded(coded)
        comma = "、" if self.language == "ja" else ", "
        named = [several] if isinstance(several, str) else several
        return comma.join(self.picks.titles.get(one, one) for one in named)

    def operators(self, part: Part) -> Pairs:
        """How a field can be compared."""
        pick = self.picks.field(part.get("field"))
        numbers: Pairs = (
            ("gte", _("以上")),
            ("lte", _("以下")),
            ("between", _("から、まで")),
        )
        texts: Pairs = (("contains", _("を含む")), ("starts_with", _("で始まる")))
        of_mail: Pairs = (("free_mail", _("フリーメール")), ("no_free_mail", _("フリーメール以外")))
        ops: Pairs = (("in", _("のどれか")), ("not_in", _("のどれでもない")))
        ops = (
            (*numbers, *ops) if pick.number or part.get("op") in ("gte", "lte", "between") else (*ops, *texts)
        )
        if pick.key == "email" or "free_mail" in part.get("op"):
            ops = (*ops, *of_mail)
        return (*ops, ("known", _("入力済み")), ("unknown", _("不明")))

    def values(self, part: Part) -> Pairs:
        """The values of a part's field, or what else it can be one of."""
        match part.kind:
            case "outcome":
                return tuple((key, OUTCOME_WORDS[key].text(self.language)) for key in OUTCOMES)
            case "grade":
                of = engagement_labels if part.get("of") == "engagement" else fit_labels
                return tuple((name, name) for name in of(self.model))
            case "stage":
                return (*self.names.stages.items(), (NOWHERE, _("どこにもいない")))
            case "tag" | "list" | "segment":
                named = {"tag": self.names.tags, "list": self.names.lists, "segment": self.names.segments}
                return tuple((str(number), name) for number, name in named[part.kind].items())
            case _:
                pick = self.picks.field(part.get("field"))
                return tuple((value, value) for value, _leads in pick.values[:VALUES_SHOWN])

    def called(self, part: Part, value: str) -> str:
        """What a chosen value is called; one that is there no more says so."""
        known = dict(self.values(part)).get(value)
        if known is not None or part.kind not in ("tag", "list", "segment", "stage"):
            return known or value
        return _("もうないもの（%(key)s）") % {"key": value}

    @property
    def scores(self) -> Pairs:
        """The scores."""
        return tuple((key, words.text(self.language)) for key, words in SCORE_WORDS.items())

    @property
    def consents(self) -> Pairs:
        """What may be known of consent."""
        return tuple((key, words[0].text(self.language)) for key, words in CONSENT_WORDS.items())


def current_offer(language: Language, stages: Mapping[str, str]) -> Offer:
    """What can be picked now. `stages`: those of the journey, by key."""
    picks = current_picks()
    return Offer(picks, standing_model(language), names_for(picks, stages), language)


def names_for(picks: Picks, stages: Mapping[str, str]) -> Names:
    """The names that sentences need."""
    return Names(
        labels=picks.labels,
        stages=stages,
        tags=_numbered(labels.labels("tag")),
        lists=_numbered(labels.labels("list")),
        segments=segments.names(),
    )


def _numbered(held: Iterable[labels.Label]) -> dict[int, str]:
    return {one.number: one.name for one in held}


def _called(content: str, titles: Mapping[str, str]) -> str:
    title = titles.get(content)
    return f"{title}（{content}）" if title else content
