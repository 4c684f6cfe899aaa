"""The one sentence that says why somebody is worth a call: what happened, oldest first.

Pure: evidence in, words out. At most 40 characters in Japanese, no full stop (DESIGN.md, Words).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Literal

from mikomi.core.words import Words

LONGEST_JA = 40
LONGEST_EN = 110
STALE_DAYS = 30
_SHORT_THING = 14


@dataclass(frozen=True, slots=True)
class Deed:
    """Something the lead did: `thing` (料金ページ, a “料金” page) of an event `kind` (None: several).

    `count` events; `streak` days in a row up to `last`; `within`: the count was reached in so many
    days. `worth` in points decides what is said where not everything fits.
    """

    kind: str | None
    thing: Words
    count: int
    last: date
    worth: float
    streak: int = 1
    within: int | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """What lay before the latest activity: a deal's end (`lost`, `won`), or a quiet time.

    `days`: from then until the activity that the sentence tells.
    """

    what: Literal["lost", "won", "quiet"]
    days: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a reason is made of, as of the day `on`.

    `colleagues`: active people of the company, the lead counted; 0 where that earned nothing.
    `fit`: labels of the attribute rules that hold, best first.
    """

    on: date
    before: Before | None = None
    deeds: tuple[Deed, ...] = ()
    colleagues: int = 0
    fit: tuple[str, ...] = ()


_VERBS = {
    "page_view": ("を", "閲覧", "viewed"),
    "download": ("を", "ダウンロード", "downloaded"),
    "form_submit": ("を", "送信", "submitted"),
    "seminar_apply": ("に", "申し込み", "signed up for"),
    "seminar_attend": ("に", "参加", "attended"),
    "mail_open": ("を", "開封", "opened"),
    "mail_click": ("を", "クリック", "clicked"),
    "call": ("で", "会話", "talked in"),
    "card_exchange": ("を", "交換", "exchanged"),
}
"""Particle, noun of the deed, and the English verb of each kind."""


def reason(evidence: Evidence) -> Words:
    """The sentence, in both languages."""
    return Words(
        _fitting(evidence, _ja, LONGEST_JA, lambda text: text),
        _fitting(evidence, _en, LONGEST_EN, lambda text: text[:1].upper() + text[1:]),
    )


def _fitting(evidence: Evidence, say, longest: int, finish) -> str:
    """The fullest way to say it that fits: first two deeds, then one, then shorter names."""
    text = ""
    for reduced in _reductions(evidence):
        text = finish(say(reduced))
        if len(text) <= longest:
            return text
    return text[: longest - 1] + "…"


def _reductions(evidence: Evidence) -> Iterator[Evidence]:
    best = sorted(evidence.deeds, key=lambda deed: -deed.worth)
    for short, colleagues, deeds in product((False, True), (evidence.colleagues, 0), (2, 1)):
        told = sorted(best[:deeds], key=lambda deed: (deed.last, -deed.worth))
        if short:
            told = [replace(deed, thing=_shorter(deed.thing)) for deed in told]
        yield replace(evidence, deeds=tuple(told), colleagues=colleagues)


def _shorter(thing: Words) -> Words:
    ja = thing.ja if len(thing.ja) <= _SHORT_THING else thing.ja[: _SHORT_THING - 1] + "…"
    en = thing.en if len(thing.en) <= 3 * _SHORT_THING else thing.en[: 3 * _SHORT_THING - 1] + "…"
    return Words(ja, en)


def _quiet_since(evidence: Evidence) -> int:
    """Days without anything since the last deed, where that is long enough to be said."""
    if not evidence.deeds:
        return 0
    days = (evidence.on - max(deed.last for deed in evidence.deeds)).days
    return days if days >= STALE_DAYS else 0


def _ja(evidence: Evidence) -> str:
    parts = [_deed_ja(deed) for deed in evidence.deeds]
    before = evidence.before
    if before and parts:
        if before.what == "quiet":
            parts[0] = f"{before.days}日ぶりに{parts[0]}"
        else:
            ended = {"lost": "失注", "won": "受注"}[before.what]
            parts.insert(0, f"{ended}から{before.days}日後" if before.days else f"{ended}と同じ日")
    if quiet := _quiet_since(evidence):
        parts.append(f"その後{quiet}日動きなし")
    if evidence.colleagues >= 2:
        parts.append("同じ会社で2人目" if evidence.colleagues == 2 else f"同じ会社で{evidence.colleagues}人")
    if not parts:
        if evidence.fit:
            return f"{'、'.join(evidence.fit[:2])}に合う、まだ動きなし"
        return "まだ動きなし"
    return "、".join(parts)


def _deed_ja(deed: Deed) -> str:
    particle, noun, _ = _VERBS.get(deed.kind or "", ("に", "反応", ""))
    count = f"{deed.count:,}回" if deed.count >= 2 else ""
    if deed.streak >= 2:
        count = f"{deed.streak}日連続で"
    elif deed.within and deed.count >= 2:
        return f"{deed.within}日で{deed.thing.ja}{particle}{count}{noun}"
    return f"{deed.thing.ja}{particle}{count}{noun}"


def _en(evidence: Evidence) -> str:
    parts = [_deed_en(deed) for deed in evidence.deeds]
    before = evidence.before
    if before and parts:
        if before.what == "quiet":
            parts[0] = f"{parts[0]} after {_days(before.days)} of silence"
        else:
            parts.insert(0, f"{_days(before.days)} after the deal was {before.what}")
    if quiet := _quiet_since(evidence):
        parts.append(f"then quiet for {_days(quiet)}")
    if evidence.colleagues >= 2:
        parts.append(
            "second person of the company"
            if evidence.colleagues == 2
            else f"{evidence.colleagues} people of the company"
        )
    if not parts:
        if evidence.fit:
            return f"fits {' and '.join(evidence.fit[:2])}, no activity yet"
        return "no activity yet"
    return ", ".join(parts)


def _deed_en(deed: Deed) -> str:
    _, _, verb = _VERBS.get(deed.kind or "", ("", "", "touched"))
    count = {1: "", 2: " twice"}.get(deed.count, f" {deed.count:,} times")
    if deed.streak >= 2:
        count = f" {deed.streak} days in a row"
    elif deed.within and deed.count >= 2:
        count += f" within {_days(deed.within)}"
    return f"{verb} {deed.thing.en}{count}"


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days:,} days"
