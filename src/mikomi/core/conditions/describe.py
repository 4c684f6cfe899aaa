"""Conditions in words, Japanese and English.

A condition on attributes becomes a phrase that can end in several ways (…なら, …で、, …の人). A
condition on activity becomes an object and a verb, so that a rule can put a count between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.attributes import AllOf, AnyOf, AttributeCondition, Negation, Scalar, Test, word
from mikomi.core.conditions.sentence import DEFAULT_LABELS, Labels, ModelPath, Part, Parts, number_text
from mikomi.core.words import Language


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a Japanese predicate ends: if, and, or, before a noun, at the end."""

    nara: str
    te: str
    ka: str
    noun: str
    plain: str


_NOUN = _Ending("なら", "で", "か", "の", "")
_CONTAIN = _Ending("を含むなら", "を含み", "を含むか", "を含む", "を含む")
_START = _Ending("で始まるなら", "で始まり", "で始まるか", "で始まる", "で始まる")
_NOT = _Ending("ではないなら", "ではなく", "ではないか", "ではない", "ではない")
_OR_UNKNOWN = _Ending("か不明なら", "か不明で", "か不明か", "か不明の", "か不明")


@dataclass(frozen=True, slots=True)
class AttributePhrase:
    """A condition on attributes as words, not yet ended.

    `parts` are the words up to the ending; `if_` … give the endings (all empty in English).
    """

    parts: Parts
    ending: _Ending = _Ending("", "", "", "", "")

    @property
    def conditional(self) -> Parts:
        """…なら; in English the bare condition."""
        return _with(self.parts, self.ending.nara)

    @property
    def plain(self) -> Parts:
        """The condition standing alone."""
        return _with(self.parts, self.ending.plain)

    @property
    def before_noun(self) -> Parts:
        """…の, …を含む: to stand before a noun; in English the bare condition."""
        return _with(self.parts, self.ending.noun)


def _with(parts: Parts, ending: str) -> Parts:
    return (*parts, Part(ending)) if ending else parts


def attribute_phrase(
    condition: AttributeCondition, language: Language, labels: Labels = DEFAULT_LABELS, path: ModelPath = ()
) -> AttributePhrase:
    """`condition` in words; `path` is its place in the model, carried by the changeable parts."""
    if language == "ja":
        return _ja(condition, labels, path)
    return AttributePhrase(_en(condition, labels, path))


def describe_attributes(
    condition: AttributeCondition, language: Language, labels: Labels = DEFAULT_LABELS
) -> str:
    """A condition on attributes as plain text: `業種が製造業、卸売業`."""
    return "".join(part.text for part in attribute_phrase(condition, language, labels).plain)


def _ja(condition: AttributeCondition, labels: Labels, path: ModelPath) -> AttributePhrase:
    match condition:
        case Test():
            return _ja_test(condition, labels, path)
        case AllOf(parts):
            return _ja_list([_ja_inner(p, labels, (*path, "all", i)) for i, p in enumerate(parts)], "te")
        case AnyOf(parts):
            return _ja_list([_ja_inner(p, labels, (*path, "any", i)) for i, p in enumerate(parts)], "ka")
        case Negation(part):
            inner = _ja(part, labels, (*path, "not")).plain
            return AttributePhrase((Part("（"), *inner, Part("）")), _NOT)


def _ja_inner(condition: AttributeCondition, labels: Labels, path: ModelPath) -> AttributePhrase:
    """A part of a list; a list inside a list stands in brackets."""
    phrase = _ja(condition, labels, path)
    if isinstance(condition, AllOf | AnyOf) and len(condition.parts) > 1:
        return AttributePhrase((Part("（"), *phrase.plain, Part("）")), _NOUN)
    return phrase


def _ja_list(phrases: list[AttributePhrase], join: str) -> AttributePhrase:
    parts: list[Part] = []
    for phrase in phrases[:-1]:
        parts += [*phrase.parts, Part(getattr(phrase.ending, join) + "、")]
    return AttributePhrase((*parts, *phrases[-1].parts), phrases[-1].ending)


def _ja_test(test: Test, labels: Labels, path: ModelPath) -> AttributePhrase:
    subject = (Part(labels.field_name(test.field, "ja"), (*path, "field")), Part("が"))

    def said(value: str, ending: _Ending) -> AttributePhrase:
        return AttributePhrase((*subject, Part(value, (*path, test.op))), ending)

    values = _values(test, labels, "ja")
    match test.op:
        case "is" | "in":
            return said("、".join(values), _NOUN)
        case "is_not" | "not_in":
            return said("・".join(values) + "以外", _OR_UNKNOWN)
        case "contains":
            return said(f"「{values[0]}」", _CONTAIN)
        case "starts_with":
            return said(f"「{values[0]}」", _START)
        case "gte":
            return said(f"{values[0]}以上", _NOUN)
        case "lte":
            return said(f"{values[0]}以下", _NOUN)
        case "between":
            return said(f"{values[0]}から{values[1]}", _NOUN)
        case "known":
            return said("入力済み" if test.value else "不明", _NOUN)
        case "free_mail":
            return said("フリーメール", _NOUN) if test.value else said("フリーメール以外", _OR_UNKNOWN)


def _en(condition: AttributeCondition, labels: Labels, path: ModelPath) -> Parts:
    match condition:
        case Test():
            return _en_test(condition, labels, path)
        case AllOf(parts):
            return _en_list([_en_inner(p, labels, (*path, "all", i)) for i, p in enumerate(parts)], " and ")
        case AnyOf(parts):
            return _en_list([_en_inner(p, labels, (*path, "any", i)) for i, p in enumerate(parts)], " or ")
        case Negation(part):
            return (Part("not ("), *_en(part, labels, (*path, "not")), Part(")"))


def _en_inner(condition: AttributeCondition, labels: Labels, path: ModelPath) -> Parts:
    parts = _en(condition, labels, path)
    if isinstance(condition, AllOf | AnyOf) and len(condition.parts) > 1:
        return (Part("("), *parts, Part(")"))
    return parts


def _en_list(phrases: list[Parts], join: str) -> Parts:
    parts: list[Part] = []
    for phrase in phrases[:-1]:
        parts += [*phrase, Part(join)]
    return (*parts, *phrases[-1])


def _en_test(test: Test, labels: Labels, path: ModelPath) -> Parts:
    def said(verb: str, value: str, after: str = "") -> Parts:
        words = (
            Part(labels.field_name(test.field, "en"), (*path, "field")),
            Part(f" {verb} " if verb else " "),
            Part(value, (*path, test.op)),
        )
        return _with(words, after)

    values = _values(test, labels, "en")
    match test.op:
        case "is" | "in":
            return said("is", " or ".join(values))
        case "is_not":
            return said("is not", values[0], " (or unknown)")
        case "not_in":
            return said("is none of", ", ".join(values), " (or unknown)")
        case "contains":
            return said("contains", f"“{values[0]}”")
        case "starts_with":
            return said("starts with", f"“{values[0]}”")
        case "gte":
            return said("", f"{values[0]} or more")
        case "lte":
            return said("", f"{values[0]} or less")
        case "between":
            return said("", f"{values[0]} to {values[1]}")
        case "known":
            return said("is", "known" if test.value else "unknown")
        case "free_mail":
            if test.value:
                return said("is", "a free mail address")
            return said("is", "no free mail address", " (or unknown)")


def _values(test: Test, labels: Labels, language: Language) -> list[str]:
    values: tuple[Scalar, ...] = test.value if isinstance(test.value, tuple) else (test.value,)
    return [
        labels.amount(test.field, value, language)
        if isinstance(value, int | float) and not isinstance(value, bool)
        else word(value)
        for value in values
    ]


@dataclass(frozen=True, slots=True)
class Deed:
    """An activity condition as an object and a verb.

    `thing` is what can be changed (料金ページ), `particle` joins it to the verb (を), `past` is the
    verb in the past tense (見た, viewed), `plain` in the present (見る, view). Without a thing
    (any activity) `thing` and `particle` are empty.
    """

    thing: str
    particle: str
    past: str
    plain: str


_KINDS_JA: dict[str, tuple[str, str, str, str]] = {
    "page_view": ("ページ", "を", "見た", "見る"),
    "download": ("資料", "を", "ダウンロードした", "ダウンロードする"),
    "form_submit": ("フォーム", "を", "送信した", "送信する"),
    "seminar_apply": ("セミナー", "に", "申し込んだ", "申し込む"),
    "seminar_attend": ("セミナー", "に", "参加した", "参加する"),
    "mail_open": ("メール", "を", "開いた", "開く"),
    "mail_click": ("メールのリンク", "を", "押した", "押す"),
    "mail_unsubscribe": ("配信", "を", "停止した", "停止する"),
    "call": ("電話", "で", "話した", "話す"),
    "card_exchange": ("名刺", "を", "交換した", "交換する"),
}

_KINDS_EN: dict[str, tuple[str, str, str]] = {
    "page_view": ("viewed", "view", "a page"),
    "download": ("downloaded", "download", "a document"),
    "form_submit": ("submitted", "submit", "a form"),
    "seminar_apply": ("applied for", "apply for", "a seminar"),
    "seminar_attend": ("attended", "attend", "a seminar"),
    "mail_open": ("opened", "open", "a mail"),
    "mail_click": ("clicked", "click", "a mail link"),
    "mail_unsubscribe": ("unsubscribed from", "unsubscribe from", "a mailing"),
    "call": ("had", "have", "a phone call"),
    "card_exchange": ("exchanged", "exchange", "business cards"),
}


def activity_deed(condition: ActivityCondition, language: Language, labels: Labels = DEFAULT_LABELS) -> Deed:
    """An activity condition as words: (料金ページ, を, 見た) or (a “料金” page, viewed)."""
    deeds = [_deed(kind, condition, language, labels) for kind in condition.kinds or (None,)]
    if len(deeds) == 1:
        return deeds[0]
    if language == "ja":
        things = "、".join(f"{d.thing}{d.particle}{d.plain}" for d in deeds)
        return Deed(f"（{things}）", "のどれかを", "した", "する")
    *most, last = [f"{d.plain} {d.thing}".strip() for d in deeds]
    return Deed(f"{', '.join(most)} or {last}", "", "did one of:", "do one of:")


def _deed(kind: str | None, condition: ActivityCondition, language: Language, labels: Labels) -> Deed:
    if language == "ja":
        noun, particle, past, plain = _KINDS_JA.get(kind or "", (f"「{kind}」", "を", "した", "する"))
        if kind is None:
            if not _narrowed(condition):
                return Deed("", "", "動いた", "動く")
            return Deed(_thing_ja("内容", condition, labels), "に", "触れた", "触れる")
        return Deed(_thing_ja(noun, condition, labels), particle, past, plain)
    past, plain, noun = _KINDS_EN.get(kind or "", ("did", "do", f"“{kind}”"))
    if kind is None:
        if not _narrowed(condition):
            return Deed("", "", "was active", "be active")
        past, plain, noun = "touched", "touch", "a content"
    return Deed(_thing_en(noun, condition, labels), "", past, plain)


def _narrowed(condition: ActivityCondition) -> bool:
    return bool(condition.contents or condition.groups)


def _globs(condition: ActivityCondition) -> tuple[list[str], list[str], list[str]]:
    """Contents sorted into whole ones, beginnings (`/pricing*`) and other patterns."""
    whole = [c for c in condition.contents if not {"*", "?"} & set(c)]
    starts = [c[:-1] for c in condition.contents if c.endswith("*") and not {"*", "?"} & set(c[:-1])]
    other = [c for c in condition.contents if c not in whole and c[:-1] not in starts]
    return whole, starts, other


def _names(whole: Sequence[str], labels: Labels) -> list[str]:
    """What contents are called, each name once: one that moved is asked for under both of its addresses."""
    return list(dict.fromkeys(labels.content(content) for content in whole))


def _thing_ja(noun: str, condition: ActivityCondition, labels: Labels) -> str:
    if not _narrowed(condition):
        return noun
    whole, starts, other = _globs(condition)
    ways: list[str] = []
    if condition.groups:
        names = "・".join(condition.groups)
        ways.append(_joined_noun(names, noun))
    if whole:
        ways.append(noun + "".join(f"「{name}」" for name in _names(whole, labels)))
    if starts:
        ways.append("".join(f"「{c}」" for c in starts) + f"で始まる{noun}")
    if other:
        ways.append("".join(f"「{c}」" for c in other) + f"の形の{noun}")
    # A group and a content given together must both hold; contents alone are alternatives.
    if condition.groups and len(ways) > 1:
        return f"{ways[0]}のうち{'か'.join(ways[1:])}"
    return "か".join(ways)


def _joined_noun(name: str, noun: str) -> str:
    if name.endswith(noun):
        return name
    return name + noun if noun in ("ページ", "資料", "フォーム", "セミナー", "メール") else f"{name}の{noun}"


def _thing_en(noun: str, condition: ActivityCondition, labels: Labels) -> str:
    if not _narrowed(condition):
        return noun
    whole, starts, other = _globs(condition)
    ways: list[str] = []
    if whole:
        ways.append(" or ".join(f"“{name}”" for name in _names(whole, labels)))
    if starts:
        ways.append("starting with " + " or ".join(f"“{c}”" for c in starts))
    if other:
        ways.append("like " + " or ".join(f"“{c}”" for c in other))
    said = f"{noun} of " + " or ".join(f"“{g}”" for g in condition.groups) if condition.groups else noun
    return f"{said} {' or '.join(ways)}" if ways else said


def describe_activity(
    condition: ActivityCondition, language: Language, labels: Labels = DEFAULT_LABELS
) -> str:
    """A condition on activity as plain text: `料金ページを見た`, `viewed a page of “料金”`."""
    deed = activity_deed(condition, language, labels)
    if language == "ja":
        return f"{deed.thing}{deed.particle}{deed.past}"
    return f"{deed.past} {deed.thing}".strip()


def count_text(count: int, language: Language) -> str:
    """`2回`; `once`, `twice`, `3 times`."""
    if language == "ja":
        return f"{number_text(count)}回"
    return {1: "once", 2: "twice"}.get(count, f"{number_text(count)} times")
