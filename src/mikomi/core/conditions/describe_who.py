"""Conditions on leads as sentences: `料金ページを30日以内に2回以上見た、かつ 業種が製造業`.

Each changeable part carries its path in the plain data (`("all", 0, "within_days")`), so that an editor
can make tokens of them.
"""

from __future__ import annotations

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.attributes import Test
from mikomi.core.conditions.describe import Deed, activity_deed, attribute_phrase, count_text
from mikomi.core.conditions.sentence import (
    ModelPath,
    Part,
    Parts,
    Sentence,
    number_text,
)
from mikomi.core.conditions.who import (
    NOWHERE,
    ConsentIs,
    Did,
    Every,
    GradeIs,
    HadOutcome,
    HotIs,
    InStage,
    Labelled,
    Leaf,
    Not,
    ScoreIs,
    Since,
    Some,
    Who,
)
from mikomi.core.conditions.who_names import (
    CONSENT_WORDS,
    DEFAULT_NAMES,
    GRADE_WORDS,
    LABEL_WORDS,
    OUTCOME_WORDS,
    SCORE_WORDS,
    Names,
)
from mikomi.core.words import Language, Words


def describe_who(who: Who, language: Language, names: Names = DEFAULT_NAMES) -> str:
    """A condition on leads as one sentence, without an end mark."""
    return who_sentence(who, language, names).text


def who_sentence(
    who: Who, language: Language, names: Names = DEFAULT_NAMES, path: ModelPath = ()
) -> Sentence:
    """A condition on leads as one sentence of parts.

    `path`: where it stands in the plain data. `missing`: the places of additions that could be made
    (how lately, how often). The path `which` is no key but the choice between `first` and `last`.
    """
    parts = _said(who, language, names, path, yes=True)
    if language == "en":
        parts = (Part(parts[0].text[:1].upper() + parts[0].text[1:], parts[0].path), *parts[1:])
    return Sentence(language, parts, (), tuple(_missing(who, path)))


def _missing(who: Who, path: ModelPath) -> list[ModelPath]:
    match who:
        case Every(parts):
            return [m for i, p in enumerate(parts) for m in _missing(p, (*path, "all", i))]
        case Some(parts):
            return [m for i, p in enumerate(parts) for m in _missing(p, (*path, "any", i))]
        case Not(part):
            return _missing(part, (*path, "not"))
        case Did(_, within, _, low, high):
            often = [(*path, "at_least")] if (low, high) == (1, None) else []
            return [(*path, "within_days"), *often] if within is None else often
        case HadOutcome(_, None):
            return [(*path, "within_days")]
        case _:
            return []


def _said(who: Who, language: Language, names: Names, path: ModelPath, *, yes: bool) -> Parts:
    """The condition, or (`yes` false) its contrary, in words."""
    match who:
        case Every(parts) | Some(parts):
            key = "all" if isinstance(who, Every) else "any"
            phrases = [
                _bracketed(p, _said(p, language, names, (*path, key, i), yes=True), language)
                for i, p in enumerate(parts)
            ]
            return (
                _joined(phrases, key, language) if yes else _denied(_joined(phrases, key, language), language)
            )
        case Not(part):
            if isinstance(part, Every | Some | Not):
                inner = _said(part, language, names, (*path, "not"), yes=True)
                return _denied(inner, language) if yes else inner
            return _said(part, language, names, (*path, "not"), yes=not yes)
        case _:
            return (_ja if language == "ja" else _en)(who, names, path, yes)


def _joined(phrases: list[Parts], key: str, language: Language) -> Parts:
    words = {"all": Words("、かつ ", " and "), "any": Words("、または ", " or ")}[key].text(language)
    parts: list[Part] = []
    for phrase in phrases[:-1]:
        parts += [*phrase, Part(words)]
    return (*parts, *phrases[-1])


def _bracketed(who: Who, said: Parts, language: Language) -> Parts:
    """A list inside a list stands in brackets."""
    if not (isinstance(who, Every | Some) and len(who.parts) > 1):
        return said
    return (Part("（"), *said, Part("）")) if language == "ja" else (Part("("), *said, Part(")"))


def _denied(said: Parts, language: Language) -> Parts:
    if language == "ja":
        return (Part("「"), *said, Part("」ではない"))
    return (Part("not ("), *said, Part(")"))


# Japanese


def _ja(leaf: Leaf, names: Names, path: ModelPath, yes: bool) -> Parts:
    match leaf:
        case Test():
            said = attribute_phrase(leaf, "ja", names.labels, path).plain
            return said if yes else _denied(said, "ja")
        case Did():
            return _did_ja(leaf, names, path, yes)
        case Since(which, what, low, high):
            deed = _past_ja(what, names, (*path, which))
            first = Part("最初に" if which == "first" else "最後に", (*path, "which"))
            ago = Part(_ago_ja(low, high), (*path, "days_ago"))
            return (first, *deed, Part("のが"), ago, Part("" if yes else "ではない"))
        case HadOutcome(results, within):
            said = Part("か".join(OUTCOME_WORDS[r].ja for r in results), (*path, "outcome"))
            return (*_window_ja(within, path), said, Part("になった" if yes else "になっていない"))
        case ScoreIs(of, low, high):
            name = Part(SCORE_WORDS[of].ja, (*path, "score"))
            bound = Part(_between_ja(low, high, "点"), (*path, _score_key(leaf)))
            return (name, Part("が"), bound, Part("" if yes else "ではない"))
        case GradeIs(of, grades):
            name = Part(GRADE_WORDS[of].ja, (*path, "grade"))
            return (name, Part("が"), Part("か".join(grades), (*path, "in")), Part("" if yes else "ではない"))
        case HotIs(hot):
            return (Part("ホット" if hot == yes else "ホットではない", (*path, "hot")),)
        case InStage(stages):
            if stages == (NOWHERE,):
                text = "どの段階にもいない" if yes else "どれかの段階にいる"
                return (Part(text, (*path, "stage")),)
            said = "か".join(
                "なし（どこにもいない）" if s == NOWHERE else f"「{names.stages.get(s, s)}」" for s in stages
            )
            return (Part("段階が"), Part(said, (*path, "stage")), Part("" if yes else "ではない"))
        case Labelled(kind, ids):
            said = "".join(f"「{names.label(kind, i)}」" for i in ids)
            verb = "ついている" if kind == "tag" else "入っている"
            if not yes:
                verb = "ついていない" if kind == "tag" else "入っていない"
            case_mark = "が" if kind == "tag" else "に"
            if len(ids) > 1:
                case_mark = ("のどれか" if yes else "のどれ") + (case_mark if yes else _even(case_mark))
            return (Part(LABEL_WORDS[kind].ja), Part(said, (*path, kind)), Part(case_mark + verb))
        case ConsentIs(state):
            return (Part(CONSENT_WORDS[state][0 if yes else 1].ja, (*path, "consent")),)


def _even(case_mark: str) -> str:
    return "も" if case_mark == "が" else "にも"


def _did_ja(did: Did, names: Names, path: ModelPath, yes: bool) -> Parts:
    deed = activity_deed(did.what, "ja", names.labels)
    window = _window_ja(did.within_days, path)
    if (did.at_least, did.at_most) in ((1, None), (None, 0)):
        often = (*path, "at_least" if did.at_most is None else "at_most")
        done = yes == (did.at_most is None)
        thing = _thing_ja(deed, (*path, "did"))
        if done:
            return (*thing, Part(deed.particle), *window, Part(deed.past, None if thing else (*path, "did")))
        return (*thing, Part(_never(deed.particle)), *window, Part(_undone(deed.past), often))
    count = Part(
        _between_ja(did.at_least, did.at_most, "日" if did.count == "days" else "回"),
        (*path, "at_least" if did.at_least is not None else "at_most"),
    )
    done = _past_ja(did.what, names, (*path, "did"))
    if did.count == "events" and did.at_least is not None and yes:
        thing = _thing_ja(deed, (*path, "did"))
        verb = Part(deed.past, None if thing else (*path, "did"))
        return (*thing, Part(deed.particle), *window, count, verb)
    what = "日数" if did.count == "days" else "回数"
    counted = Part(what, (*path, "count"))
    return (*window, *done, counted, Part("が"), count, Part("" if yes else "ではない"))


def _thing_ja(deed: Deed, path: ModelPath) -> Parts:
    return (Part(deed.thing, path),) if deed.thing else ()


def _past_ja(what: ActivityCondition, names: Names, path: ModelPath) -> Parts:
    deed = activity_deed(what, "ja", names.labels)
    thing = _thing_ja(deed, path)
    return (*thing, Part(f"{deed.particle}{deed.past}", None if thing else path))


def _undone(past: str) -> str:
    """見た: 見ていない; 申し込んだ: 申し込んでいない."""
    return past[:-1] + ("でいない" if past.endswith("だ") else "ていない")


def _never(particle: str) -> str:
    return "のどれも" if particle == "のどれかを" else particle


def _window_ja(within: int | None, path: ModelPath) -> Parts:
    if within is None:
        return ()
    if within == 1:
        return (Part("今日", (*path, "within_days")),)
    return (Part(f"{number_text(within)}日以内", (*path, "within_days")), Part("に"))


def _between_ja(low: float | None, high: float | None, unit: str) -> str:
    if low is not None and high is not None:
        if low == high:
            return f"ちょうど{number_text(low)}{unit}"
        return f"{number_text(low)}{unit}から{number_text(high)}{unit}"
    return f"{number_text(low)}{unit}以上" if low is not None else f"{number_text(high or 0)}{unit}以下"


def _ago_ja(low: int | None, high: int | None) -> str:
    if high == 0:
        return "今日"
    if high is None:
        return f"{number_text(low or 0)}日以上前"
    if not low:
        return f"{number_text(high)}日前から今日まで"
    if low < high:
        return f"{number_text(high)}日前から{number_text(low)}日前まで"
    return f"ちょうど{number_text(high)}日前"


# English


def _en(leaf: Leaf, names: Names, path: ModelPath, yes: bool) -> Parts:
    match leaf:
        case Test():
            said = attribute_phrase(leaf, "en", names.labels, path).plain
            return said if yes else _denied(said, "en")
        case Did():
            return _did_en(leaf, names, path, yes)
        case Since(which, what, low, high):
            first = Part(which, (*path, "which"))
            done = _past_en(what, names, (*path, which))
            ago = Part(_ago_en(low, high), (*path, "days_ago"))
            said = (first, Part(" "), *done, Part(" "), ago)
            return said if yes else _denied(said, "en")
        case HadOutcome(results, within):
            words = Part(" or ".join(f"“{OUTCOME_WORDS[r].en}”" for r in results), (*path, "outcome"))
            return (
                Part("has the outcome " if yes else "does not have the outcome "),
                words,
                *_window_en(within, path),
            )
        case ScoreIs(of, low, high):
            name = Part(SCORE_WORDS[of].en, (*path, "score"))
            bound = Part(_between_en(low, high), (*path, _score_key(leaf)))
            return (name, Part(" is " if yes else " is not "), bound)
        case GradeIs(of, grades):
            name = Part(GRADE_WORDS[of].en, (*path, "grade"))
            return (name, Part(" is " if yes else " is not "), Part(" or ".join(grades), (*path, "in")))
        case HotIs(hot):
            return (Part("is hot" if hot == yes else "is not hot", (*path, "hot")),)
        case InStage((s,)) if s == NOWHERE and not yes:
            return (Part("is in a stage", (*path, "stage")),)
        case InStage(stages):
            said = " or ".join(
                "in no stage" if s == NOWHERE else f"in stage “{names.stages.get(s, s)}”" for s in stages
            )
            return (Part("is " if yes else "is not "), Part(said, (*path, "stage")))
        case Labelled(kind, ids):
            said = Part(" or ".join(f"“{names.label(kind, i)}”" for i in ids), (*path, kind))
            verb = ("has the tag " if yes else "does not have the tag ") if kind == "tag" else ""
            return (Part(verb or f"is {'' if yes else 'not '}in the {LABEL_WORDS[kind].en} "), said)
        case ConsentIs(state):
            return (Part(CONSENT_WORDS[state][0 if yes else 1].en, (*path, "consent")),)


def _did_en(did: Did, names: Names, path: ModelPath, yes: bool) -> Parts:
    deed = activity_deed(did.what, "en", names.labels)
    thing = (Part(" "), Part(deed.thing, (*path, "did"))) if deed.thing else ()
    window = _window_en(did.within_days, path)
    if (did.at_least, did.at_most) in ((1, None), (None, 0)):
        if yes == (did.at_most is None):
            return (Part(deed.past, None if thing else (*path, "did")), *thing, *window)
        often = (*path, "at_least" if did.at_most is None else "at_most")
        return (Part(_undone_en(deed), often), *thing, *window)
    count = Part(
        _often_en(did),
        (*path, "at_least" if did.at_least is not None else "at_most"),
    )
    said = (Part(deed.past, None if thing else (*path, "did")), *thing, Part(" "), count, *window)
    return said if yes else _denied(said, "en")


def _past_en(what: ActivityCondition, names: Names, path: ModelPath) -> Parts:
    deed = activity_deed(what, "en", names.labels)
    if not deed.thing:
        return (Part(deed.past, path),)
    return (Part(f"{deed.past} "), Part(deed.thing, path))


def _undone_en(deed: Deed) -> str:
    """did not view; was not active; did none of:."""
    if deed.plain == "do one of:":
        return "did none of:"
    return "was not active" if deed.plain == "be active" else f"did not {deed.plain}"


def _window_en(within: int | None, path: ModelPath) -> Parts:
    if within is None:
        return ()
    text = "today" if within == 1 else f"within {number_text(within)} days"
    return (Part(" "), Part(text, (*path, "within_days")))


def _often_en(did: Did) -> str:
    """at least twice; 2 to 5 times; on 3 or more days; on at most 1 day."""
    low, high, days = did.at_least, did.at_most, did.count == "days"
    if low is not None and high is not None:
        if days:
            return f"on {_between_en(low, high)} day{'' if high == 1 else 's'}"
        if low == high:
            return f"exactly {count_text(low, 'en')}"
        return f"{_between_en(low, high)} times"
    if low is not None:
        return f"on {number_text(low)} or more days" if days else f"at least {count_text(low, 'en')}"
    most = high or 0
    if days:
        return f"on at most {number_text(most)} day{'' if most == 1 else 's'}"
    return f"at most {count_text(most, 'en')}"


def _between_en(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{number_text(low)} to {number_text(high)}" if low != high else f"exactly {number_text(low)}"
    return f"{number_text(low)} or more" if low is not None else f"{number_text(high or 0)} or less"


def _ago_en(low: int | None, high: int | None) -> str:
    if high == 0:
        return "today"
    if high is None:
        return f"{number_text(low or 0)} or more days ago"
    if not low:
        return f"at most {number_text(high)} day{'' if high == 1 else 's'} ago"
    if low < high:
        return f"{number_text(low)} to {number_text(high)} days ago"
    return f"exactly {number_text(high)} day{'' if high == 1 else 's'} ago"


def _score_key(leaf: ScoreIs) -> str:
    if leaf.at_least is not None and leaf.at_most is not None:
        return "between"
    return "gte" if leaf.at_least is not None else "lte"
