"""Rules and whole models in words, Japanese and English.

Places in the model are paths: a section, a rule's id, a key (`("engagement", "pricing",
"points")`). `parse_model` guarantees that ids are unique, so paths survive moving and deleting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mikomi.core.conditions.activity import ANY_ACTIVITY, ActivityCondition
from mikomi.core.conditions.describe import activity_deed, attribute_phrase, count_text
from mikomi.core.conditions.sentence import (
    DEFAULT_LABELS,
    Labels,
    ModelPath,
    Part,
    Parts,
    Sentence,
    day_span,
    number_text,
    signed_points,
)
from mikomi.core.scoring.model import (
    ENGAGEMENT_LOWEST,
    FIT_LOWEST,
    ColleaguesSignal,
    EngagementRule,
    FitRule,
    Hot,
    Model,
    ReturnSignal,
    Rule,
    Signal,
    SilenceSignal,
    SurgeSignal,
)
from mikomi.core.words import Language, Words

type Section = Literal["fit", "engagement", "signals"]

SECTION_NAMES: dict[Section, Words] = {
    "fit": Words("属性（どんな人か）", "Attributes: who they are"),
    "engagement": Words("行動（何をしたか）", "Behaviour: what they did"),
    "signals": Words("兆し（動きの変わり目）", "Signals: a change in pattern"),
}


def section_of(rule: Rule) -> Section:
    """The section of the model file in which a rule stands."""
    if isinstance(rule, FitRule):
        return "fit"
    return "engagement" if isinstance(rule, EngagementRule) else "signals"


def describe_rule(rule: Rule, language: Language, labels: Labels = DEFAULT_LABELS) -> Sentence:
    """A rule as a sentence: `業種が製造業、卸売業なら +10点`."""
    path: ModelPath = (section_of(rule), rule.id)
    fact = _fact(rule, language, labels, path, conditional=language == "ja")
    points = Part(signed_points(rule.points, language), (*path, "points"))
    parts = (*fact, Part(" " if language == "ja" else ": "), points)
    if language == "en":
        parts = _capital(parts)
    options, missing = _options(rule, language, path)
    return Sentence(language, parts, options, missing)


def describe_fact(rule: Rule, language: Language, labels: Labels = DEFAULT_LABELS) -> Sentence:
    """What earned the points, for the why table: `料金ページを見た`, with 1日1回まで as an option."""
    path: ModelPath = (section_of(rule), rule.id)
    fact = _fact(rule, language, labels, path, conditional=False)
    options, missing = _options(rule, language, path)
    return Sentence(language, _capital(fact) if language == "en" else fact, options, missing)


def describe_hot(hot: Hot, language: Language) -> Sentence:
    """Who is hot: `属性が10点以上で、行動が30点以上の人`."""
    names = (
        ("fit", hot.fit, Words("属性", "fit")),
        ("engagement", hot.engagement, Words("行動", "engagement")),
        ("total", hot.total, Words("合計", "total")),
    )
    given = [(key, value, name.text(language)) for key, value, name in names if value is not None]
    missing: tuple[ModelPath, ...] = tuple(("hot", key) for key, value, _ in names if value is None)
    if not given:
        nobody = Words("だれもホットになりません（条件がありません）", "Nobody is hot: there is no condition")
        return Sentence(language, (Part(nobody.text(language)),), (), missing)
    parts: list[Part] = []
    for i, (key, value, name) in enumerate(given):
        if language == "ja":
            bound = Part(f"{number_text(value)}点以上", ("hot", key))
            parts += [Part(f"{name}が"), bound, Part("の人" if i == len(given) - 1 else "で、")]
        else:
            bound = Part(f"{number_text(value)} or more", ("hot", key))
            parts += [Part("leads with " if i == 0 else " and "), Part(f"{name} "), bound]
    return Sentence(language, _capital(tuple(parts)) if language == "en" else tuple(parts), (), missing)


def describe_grades(model: Model, section: Literal["fit", "engagement"], language: Language) -> Sentence:
    """How points become a grade: `属性の等級は、25点以上でA、15点以上でB、それより下はD`."""
    grades = model.fit_grades if section == "fit" else model.engagement_grades
    lowest = FIT_LOWEST if section == "fit" else ENGAGEMENT_LOWEST
    name = Words("属性", "Fit") if section == "fit" else Words("行動", "Engagement")
    parts: list[Part] = [Part(name.text(language) + ("の等級は、" if language == "ja" else " grade: "))]
    for label, least in grades:
        path = ("grades", section, label)
        if language == "ja":
            parts += [Part(f"{number_text(least)}点以上", path), Part(f"で{label}、")]
        else:
            parts += [Part(f"{label} from "), Part(number_text(least), path), Part(", ")]
    if language == "ja":
        parts.append(Part(f"それより下は{lowest}" if grades else f"すべて{lowest}"))
    else:
        parts.append(Part(f"{lowest} below" if grades else f"always {lowest}"))
    return Sentence(language, tuple(parts))


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """A whole model in words, in the order in which it is read.

    `rules`: a section, its name and its rules' sentences. `groups`: one line a group.
    """

    title: str
    rules: tuple[tuple[Section, str, tuple[tuple[str, str, Sentence], ...]], ...]
    groups: tuple[str, ...]
    grades: tuple[Sentence, ...]
    hot: Sentence

    @property
    def text(self) -> str:
        """The description as plain text, lines ended by a newline."""
        ja = self.hot.language == "ja"
        lines = [self.title]
        for _, name, rules in self.rules:
            lines += ["", name]
            for _, label, sentence in rules:
                lines.append(f"  {label}：{sentence.text}" if ja else f"  {label}: {sentence.text}")
            if not rules:
                lines.append("  ルールはありません" if ja else "  No rules")
        if self.groups:
            lines += ["", "グループ" if ja else "Groups", *(f"  {line}" for line in self.groups)]
        lines += ["", "等級" if ja else "Grades", *(f"  {grade.text}" for grade in self.grades)]
        lines += ["", "ホット" if ja else "Hot", f"  {self.hot.text}"]
        return "\n".join(lines) + "\n"


def describe_model(model: Model, language: Language, labels: Labels = DEFAULT_LABELS) -> ModelDescription:
    """The whole model in words."""
    zone = Words(
        f"{model.name}（日は {model.timezone} で数えます）",
        f"{model.name} (days are counted in {model.timezone})",
    )
    sections: tuple[tuple[Section, tuple[Rule, ...]], ...] = (
        ("fit", model.fit),
        ("engagement", model.engagement),
        ("signals", model.signals),
    )
    return ModelDescription(
        title=zone.text(language),
        rules=tuple(
            (
                section,
                SECTION_NAMES[section].text(language),
                tuple((rule.id, rule.label, describe_rule(rule, language, labels)) for rule in rules),
            )
            for section, rules in sections
        ),
        groups=tuple(
            f"{name}：{'、'.join(globs)}" if language == "ja" else f"{name}: {', '.join(globs)}"
            for name, globs in model.groups
        ),
        grades=(
            describe_grades(model, "fit", language),
            describe_grades(model, "engagement", language),
        ),
        hot=describe_hot(model.hot, language),
    )


def _capital(parts: Parts) -> Parts:
    """English sentences start with a capital letter, wherever their first word comes from."""
    first = parts[0]
    return (Part(first.text[:1].upper() + first.text[1:], first.path), *parts[1:])


def _fact(rule: Rule, language: Language, labels: Labels, path: ModelPath, *, conditional: bool) -> Parts:
    """What has to be the case; `conditional` (Japanese only): ending in …なら, …たら."""
    if isinstance(rule, FitRule):
        phrase = attribute_phrase(rule.when, language, labels, (*path, "when"))
        return phrase.conditional if conditional else phrase.plain
    if isinstance(rule, EngagementRule):
        said = _doing(rule.when, language, labels, (*path, "when"), (), "ら" if conditional else "")
    else:
        said = _signal(rule, language, labels, path, "ら" if conditional else "", conditional)
    return (
        (*_who(rule, language, labels, path), *said)
        if language == "ja"
        else (
            *said,
            *_who(rule, language, labels, path),
        )
    )


def _who(rule: EngagementRule | Signal, language: Language, labels: Labels, path: ModelPath) -> Parts:
    """The attribute condition that a signal may carry."""
    if isinstance(rule, EngagementRule) or rule.lead is None:
        return ()
    phrase = attribute_phrase(rule.lead, language, labels, (*path, "lead"))
    if language == "ja":
        return (*phrase.before_noun, Part("人が、"))
    return (Part(", for leads whose "), *phrase.plain)


def _doing(
    when: ActivityCondition, language: Language, labels: Labels, path: ModelPath, count: Parts, ending: str
) -> Parts:
    """An object, a count and a verb: 料金ページ を 2回 見た."""
    deed = activity_deed(when, language, labels)
    thing = (Part(deed.thing, path),) if deed.thing else ()
    if language == "ja":
        before = (Part(deed.particle),) if deed.particle else ()
        return (*thing, *before, *count, Part(deed.past + ending, None if thing else path))
    verb = Part(deed.past, None if thing else path)
    spaced = (Part(" "), *thing) if thing else ()
    return (verb, *spaced, *((Part(" "), *count) if count else ()))


def _signal(
    rule: Signal, language: Language, labels: Labels, path: ModelPath, ending: str, conditional: bool
) -> Parts:
    ja = language == "ja"
    match rule:
        case ReturnSignal():
            quiet = Part(_quiet_days(rule.quiet_days, language), (*path, "quiet_days"))
            within = Part(_within(rule.within_days, language), (*path, "within_days"))
            count = (Part(count_text(rule.at_least, language), (*path, "at_least")),)
            doing = _doing(rule.when, language, labels, (*path, "when"), count, ending)
            counted = _quiet_when(rule.quiet_when, language, labels, (*path, "quiet_when"))
            if ja:
                return (quiet, Part("あけて戻り"), *counted, Part("、"), within, Part("に"), *doing)
            return (
                Part("back after "), quiet, Part(" without "), *(counted or (Part("activity"),)),
                Part(" and "), *doing, Part(" "), within,
            )  # fmt: skip
        case SurgeSignal():
            count = (Part(_at_least(rule.at_least, language), (*path, "at_least")),)
            doing = _doing(rule.when, language, labels, (*path, "when"), count, ending)
            days = Part(
                f"{number_text(rule.within_days)}日" if ja else _within(rule.within_days, "en"),
                (*path, "within_days"),
            )
            return (days, Part("で"), *doing) if ja else (*doing, Part(" "), days)
        case SilenceSignal():
            days = Part(
                f"{number_text(rule.quiet_days)}日" if ja else _quiet_days(rule.quiet_days, language),
                (*path, "quiet_days"),
            )
            counted = _quiet_when(rule.quiet_when, language, labels, (*path, "quiet_when"))
            if ja:
                return (days, Part("動き"), *counted, Part("がなければ" if conditional else "がない"))
            return (days, Part(" without "), *(counted or (Part("activity"),)))
        case ColleaguesSignal():
            people = Part(
                f"{number_text(rule.at_least)}人以上"
                if ja
                else f"{number_text(rule.at_least)} or more people",
                (*path, "at_least"),
            )
            within = Part(_within(rule.within_days, language), (*path, "within_days"))
            doing = _doing(rule.when, language, labels, (*path, "when"), (), ending)
            if ja:
                return (Part("同じ会社の"), people, Part("が"), within, Part("に"), *doing)
            if not activity_deed(rule.when, "en", labels).thing:
                doing = (Part("were active", (*path, "when")),)
            return (people, Part(" of one company "), *doing, Part(" "), within)


def _quiet_when(when: ActivityCondition, language: Language, labels: Labels, path: ModelPath) -> Parts:
    """What counts as activity in a quiet time; nothing is said where everything does."""
    if when == ANY_ACTIVITY:
        return ()
    deed = activity_deed(when, language, labels)
    if language == "ja":
        several = deed.thing.removeprefix("（").removesuffix("）")
        what = several if len(when.kinds) > 1 else f"{deed.thing}{deed.particle}{deed.plain}"
        return (Part("（数える動き："), Part(what, path), Part("）"))
    what = deed.thing if len(when.kinds) > 1 else f"{deed.plain} {deed.thing}".strip()
    return (Part("activity (what counts: "), Part(what, path), Part(")"))


def _quiet_days(days: int, language: Language) -> str:
    """`60日以上`, `60 days or more`."""
    if language == "ja":
        return f"{number_text(days)}日以上"
    return f"{number_text(days)} day{'' if days == 1 else 's'} or more"


def _within(days: int, language: Language) -> str:
    if language == "ja":
        return f"{number_text(days)}日以内"
    return "within 1 day" if days == 1 else f"within {number_text(days)} days"


def _at_least(count: int, language: Language) -> str:
    if language == "ja":
        return f"{number_text(count)}回以上"
    return "at least once" if count == 1 else f"{number_text(count)} or more times"


def _options(rule: Rule, language: Language, path: ModelPath) -> tuple[Parts, tuple[ModelPath, ...]]:
    """What is said after the points, and what could be."""
    ja = language == "ja"
    options: list[Part] = []
    missing: list[ModelPath] = []
    if isinstance(rule, EngagementRule):
        if rule.per_day is None:
            text = "1日に何回でも" if ja else "any number a day"
        elif ja:
            text = f"1日{number_text(rule.per_day)}回まで"
        else:
            text = "once a day" if rule.per_day == 1 else f"up to {number_text(rule.per_day)} times a day"
        options.append(Part(text, (*path, "per_day")))
    if isinstance(rule, EngagementRule | ReturnSignal):
        if rule.half_life_days is None:
            missing.append((*path, "half_life_days"))
        else:
            span = day_span(rule.half_life_days, language)
            text = f"{span}で半分" if ja else f"halves in {span}"
            options.append(Part(text, (*path, "half_life_days")))
    if isinstance(rule, EngagementRule):
        if rule.cap is None:
            missing.append((*path, "cap"))
        else:
            cap = number_text(rule.cap)
            text = f"合わせて{cap}点まで" if ja else f"at most {cap} points in all"
            options.append(Part(text, (*path, "cap")))
    if isinstance(rule, ReturnSignal | SilenceSignal) and rule.quiet_when == ANY_ACTIVITY:
        missing.append((*path, "quiet_when"))
    if not isinstance(rule, FitRule | EngagementRule) and rule.lead is None:
        missing.append((*path, "lead"))
    return tuple(options), tuple(missing)
