"""What the pages of hand-offs show: lines of a list, and everything about one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from mikomi.core.engine.folding import day_number
from mikomi.core.words import Words
from mikomi.hub.activity.late import found_late
from mikomi.hub.handoff import queries
from mikomi.hub.handoff.types import (
    CAUSE_WORDS,
    KIND_WORDS,
    STATE_WORDS,
    ChangeView,
    Member,
    ResultView,
    Standing,
    State,
)
from mikomi.hub.kit import formats
from mikomi.hub.people import queries as people
from mikomi.hub.people.types import Person
from mikomi.hub.site.handed import frozen_of
from mikomi.hub.site.standing import standing

ENDS: dict[str, Words] = {
    "tries": Words("5回かけて不在", "No answer in five tries"),
    "meeting": Words("商談化", "Meeting"),
    "rejected": Words("対象外", "Not for us"),
    "too_early": Words("時期尚早", "Too early"),
    "wrong_person": Words("番号違い・退職", "Wrong number or left"),
    "kept_out": Words("除外された", "Kept out"),
    "gone": Words("リードが消された", "The lead was removed"),
    "merged": Words("統合した先で続いている", "Goes on where it was merged into"),
    "won": Words("会社の商談が受注で終わった", "The company's deal was won"),
    "lost": Words("会社の商談が失注で終わった", "The company's deal was lost"),
}
"""Why hand-offs end by themselves; everything else is what somebody wrote."""
LEFT: dict[str, Words] = {
    "wrong_person": ENDS["wrong_person"],
    "kept_out": ENDS["kept_out"],
    "gone": ENDS["gone"],
    "won": ENDS["won"],
    "lost": ENDS["lost"],
    "merged": Words("統合した", "Merged"),
    "moved": Words("会社が変わった", "Changed company"),
    "parted": Words("統合を元に戻した", "Merge taken back"),
}
DEEDS: dict[str, Words] = {
    "opened": Words("引き渡しを始めた", "Handed over"),
    "joined": Words("きっかけが加わった", "Another reason joined"),
    "assigned": Words("担当を決めた", "Assigned"),
    "reassigned": Words("担当を変えた", "Reassigned"),
    "passed_on": Words("担当を引き継いだ", "Passed on"),
    "taken_over": Words("自分で引き継いだ", "Taken over"),
    "result": Words("結果", "Result"),
    "undone": Words("結果を取り消した", "Result taken back"),
    "returned": Words("育成に戻した", "Returned to nurturing"),
    "followed": Words("約束の日に、あらためて引き渡した", "Handed over anew on its date"),
    "reminder": Words("期限が近いと知らせた", "Reminded"),
    "escalated": Words("期限切れを知らせた", "Told that it is overdue"),
    "urged": Words("催促した", "Reminded by a colleague"),
    "left": Words("連絡する人から外れた", "Left the people to call"),
    "united": Words("統合で1つになった", "United by a merge"),
    "parted": Words("統合を元に戻して再開した", "Opened again as a merge was taken back"),
    "ended": Words("終わった", "Ended"),
    "company": Words("会社が変わった", "The company changed"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One hand-off of a list. `overdue`: its time is over."""

    held: Standing
    company: str
    names: str
    reason: Words
    causes: tuple[Words, ...]
    overdue: bool
    last: Words | None
    end: Words | None


@dataclass(frozen=True, slots=True)
class ShownMember:
    """A lead of a hand-off. `now`: its total of today. `mended`: so many events that counted when it was
    handed over turned out to be a machine's since (訂正)."""

    member: Member
    name: str
    title: str
    cause: Words
    left: Words | None
    closed: bool
    now: float | None
    mended: int
    why: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log in words."""

    at: datetime
    by: str
    what: Words
    detail: Words


@dataclass(frozen=True, slots=True)
class ShownResult:
    """A result and whether it can be taken back."""

    held: ResultView
    kind: Words
    name: str
    undo: bool


@dataclass(frozen=True, slots=True)
class HandoffPage:
    """Everything about one hand-off."""

    line: Line
    state: Words
    members: tuple[ShownMember, ...]
    results: tuple[ShownResult, ...]
    log: tuple[LogLine, ...]


def lines_of(held: Sequence[Standing], now: datetime) -> list[Line]:
    """The lines of a page, in order."""
    persons = _persons(held)
    names = _company_names(held, persons)
    return [_line(one, persons, names, now) for one in held]


def page_of(held: Standing, now: datetime) -> HandoffPage:
    """One hand-off's page."""
    persons = _persons([held], everybody=True)
    line = _line(held, persons, _company_names([held], persons), now)
    today = timezone.localdate(now)
    known = standing()
    fresh = frozen_of(list(persons), known.on if known else today)
    whys = queries.whys_of(held.number)
    closed = queries.closed_leads(persons.keys())
    members = tuple(
        ShownMember(
            member=one,
            name=_name(persons.get(one.lead)),
            title=persons[one.lead].attributes.get("title", "") if one.lead in persons else "",
            cause=CAUSE_WORDS[one.cause],
            left=LEFT.get(one.left, Words(one.left, one.left)) if one.left else None,
            closed=one.lead in closed,
            now=fresh[one.lead].total if one.lead in fresh else None,
            mended=_mended(one),
            why=whys.get(one.number, ()),
        )
        for one in held.members
    )
    results = queries.results_of(held.number)
    latest = next((one.number for one in results if not one.undone), None)
    shown = tuple(
        ShownResult(one, KIND_WORDS[one.kind], _name(persons.get(one.lead)), one.number == latest)
        for one in results
    )
    log = tuple(_log_line(one, persons) for one in queries.log_of(held.number))
    return HandoffPage(line, STATE_WORDS[held.state], members, shown, log)


def end_words(reason: str) -> Words:
    """Why a hand-off ended, in words."""
    return ENDS.get(reason, Words(reason, reason))


def _mended(one: Member) -> int:
    day = day_number(timezone.localtime(one.at).date())
    late = found_late(one.lead, day, day)
    return max(int(late["n"].sum()), 0) if late.height else 0


def _line(one: Standing, persons: Mapping[int, Person], names: Mapping[int, str], now: datetime) -> Line:
    leads = one.leads or tuple(dict.fromkeys(member.lead for member in one.members))
    first = next((m for m in one.members if not m.left and m.frozen.reason.ja), None)
    first = first or next(iter(one.members), None)
    called = [_name(persons.get(lead)) for lead in leads[:3]]
    return Line(
        held=one,
        company=names.get(one.company, "") if one.company is not None else "",
        names="、".join(called),
        reason=first.frozen.reason if first else Words("", ""),
        causes=tuple(CAUSE_WORDS[cause] for cause in one.causes),
        overdue=one.state == State.OPEN and one.due_at is not None and one.due_at < now,
        last=KIND_WORDS.get(one.last_result),
        end=end_words(one.close_reason) if one.close_reason else None,
    )


def _persons(held: Sequence[Standing], *, everybody: bool = False) -> dict[int, Person]:
    leads = {member.lead for one in held for member in (one.members if everybody else one.members[:5])}
    return {one.number: one for one in people.persons(sorted(leads))}


def _company_names(held: Sequence[Standing], persons: Mapping[int, Person]) -> dict[int, str]:
    numbers = [one.company for one in held if one.company is not None]
    found = people.companies_there(numbers) if numbers else None
    names = dict(found.iter_rows()) if found is not None else {}
    return {number: names.get(number, "") for number in numbers}


def _name(person: Person | None) -> str:
    return (person.name or person.email or person.key) if person else "—"


def _log_line(one: ChangeView, persons: Mapping[int, Person]) -> LogLine:
    return LogLine(one.at, one.by, DEEDS.get(one.what, Words(one.what, one.what)), _detail(one, persons))


def _detail(one: ChangeView, persons: Mapping[int, Person]) -> Words:
    told = one.detail
    ja: list[str] = []
    en: list[str] = []

    def say(words_ja: str, words_en: str) -> None:
        ja.append(words_ja)
        en.append(words_en)

    if told.get("kind"):
        kind = KIND_WORDS.get(told["kind"], Words(told["kind"], told["kind"]))
        say(kind.ja, kind.en)
    if told.get("cause"):
        cause = CAUSE_WORDS.get(told["cause"], Words(told["cause"], told["cause"]))
        say(cause.ja, cause.en)
    if told.get("lead"):
        name = _name(persons.get(told["lead"]))
        say(name, name)
    if told.get("before"):
        say(f"前の担当 {told['before']}", f"before: {told['before']}")
    if told.get("to"):
        say(f"担当 {told['to']}", f"owner: {told['to']}")
    if told.get("ja"):
        say(str(told["ja"]), str(told["en"]))
    if told.get("why"):
        why = LEFT.get(told["why"], ENDS.get(told["why"], Words(told["why"], told["why"])))
        say(why.ja, why.en)
    if told.get("reason"):
        say(str(told["reason"]), str(told["reason"]))
    for key, (word_ja, word_en) in _DATES.items():
        if told.get(key):
            day = date.fromisoformat(told[key])
            say(f"{word_ja} {formats.day(day, 'ja', day)}", f"{word_en} {formats.day(day, 'en', day)}")
    return Words("、".join(ja), ", ".join(en))


_DATES = {"next_on": ("次は", "next on"), "look_again_on": ("もう一度見る日", "look again on")}
