"""What is said of a hand-off, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from mikomi.core.words import Words
from mikomi.hub.accounts.queries import able_people
from mikomi.hub.accounts.types import Capability
from mikomi.hub.alerts.recording import tell_person, tell_team
from mikomi.hub.alerts.types import Kind, Told
from mikomi.hub.handoff import calendar
from mikomi.hub.handoff import queries as handoffs
from mikomi.hub.handoff.types import CAUSE_WORDS, Cause, Member, Standing, State
from mikomi.hub.handoff.urging import urged_by
from mikomi.hub.kit import formats
from mikomi.hub.people import queries as people
from mikomi.hub.people.types import Person

HEADS: Mapping[str, Words] = {
    "hot": Words("ホット", "Hot"),
    "urgent": Words("即時対応", "Urgent"),
    "given": Words("引き渡し", "Hand-off"),
    "reminder": Words("もうすぐ期限", "Due soon"),
    "escalated": Words("期限を過ぎています", "Overdue"),
    "urged": Words("催促", "A colleague reminds you"),
    "returned": Words("育成に戻りました", "Back to nurturing"),
    "passed_on": Words("引き継ぎ", "Passed on to you"),
}
_OPEN = Words("リードのページを開く", "Open the lead's page")
_TODAY = Words("今日連絡する人を開く", "Open Today")
_BY_HAND = Words("引き渡されました。", "It was handed over.")
_PHONES = ("direct_phone", "mobile", "phone", "direct_phone_number", "mobile_number", "phone_number")
LINKED = ("handoff_given", "handoff_passed_on", "handoff_reminder", "handoff_escalated", "handoff_urged")
"""What asks for a contact, so a result may be given straight from it."""


def tell(what: str, handoff: int, user: int | None, *, occasion: str) -> int:
    """Tells `user`, or where it is nobody's yet those who could take it, and the team's channels. `occasion`
    tells this time from others; the same one is told once. Says how many alerts were made."""
    standing = handoffs.handoff(handoff)
    member = None if standing is None else foremost(standing)
    if standing is None or member is None:
        return 0
    if what in LINKED and (standing.state != State.OPEN or standing.owner not in (None, user)):
        # It ended, or went on to somebody else, who is told, too.
        return 0
    person = people.person(member.lead)
    if person is None:
        return 0
    kind = kind_of(what, standing)
    key = f"{what}:{handoff}:{occasion[:8]}"
    made = 0
    in_both = {code: say(what, kind, standing, member, person, code) for code, _name in settings.LANGUAGES}
    asking = {code: replace(told, asks=True) for code, told in in_both.items()}
    for one in _audience(what, user):
        asks = what in LINKED and standing.state == State.OPEN and standing.owner in (None, one)
        alert = tell_person(one, kind, key, asking if asks else in_both, handoff=handoff, lead=member.lead)
        made += alert is not None
    return made + (tell_team(kind, key, in_both, handoff=handoff, lead=member.lead) is not None)


def tell_many(user: int | None, opened_at: datetime) -> int:
    """Tells `user` (of what is nobody's those who could take it) and the team how many hand-offs were opened
    at this instant; how many alerts were made."""
    count, hot = handoffs.opened_at_once(opened_at, user)
    if not count:
        return 0
    kind: Kind = "hot" if hot else "given"
    # Where more came after the first time, it is told anew.
    key = f"handoff_given_many:{user or 0}:{opened_at.timestamp():.0f}:{count}"
    in_both = {code: say_many(count, code) for code, _name in settings.LANGUAGES}
    told = [tell_person(one, kind, key, in_both) for one in _audience("handoff_given", user)]
    told.append(tell_team(kind, key, in_both))
    return sum(one is not None for one in told)


def say_many(count: int, language: str) -> Told:
    """What an alert of very many hand-offs at once says in `language`."""
    url = settings.OWN_URL + reverse("site:today")
    ja = language == "ja"
    n = formats.count(count, language, "件")
    return Told(
        title=f"{n}をまとめて引き渡しました" if ja else f"{n} hand-offs at once",
        sentence="「今日連絡する人」に、連絡する順に並んでいます。1日に追える件数ずつ表示します。"
        if ja
        else "They stand on Today in the order to call, as many as you can follow a day.",
        url=url,
        url_label=_TODAY.text(language),
        event="handoff.given_many",
        data={"kind": "given_many", "count": count, "url": url},
        language=language,
    )


def kind_of(what: str, standing: Standing) -> Kind:
    """Which of the kinds that people choose among it is."""
    if what in ("handoff_reminder", "handoff_escalated", "handoff_urged"):
        return "deadline"
    if standing.urgent:
        return "urgent"
    return "hot" if what == "handoff_given" and Cause.HOT in standing.causes else "given"


def say(what: str, kind: Kind, standing: Standing, member: Member, person: Person, language: str) -> Told:
    """What an alert of a hand-off says in `language`."""
    ja = language == "ja"
    head = kind if what == "handoff_given" and kind != "deadline" else what.removeprefix("handoff_")
    who = " ".join(part for part in (person.company, named(person, language)) if part)
    reason = member.frozen.reason.text(language) or _BY_HAND.text(language)
    causes = ("、" if ja else ", ").join(CAUSE_WORDS[cause].text(language) for cause in standing.causes)
    phone = next((person.attributes[key] for key in _PHONES if person.attributes.get(key)), "")
    told: list[tuple[str, str]] = [
        ("きっかけ" if ja else "Cause", causes),
        ("スコア" if ja else "Score", formats.number(round(member.frozen.total, 1), 1)),
        ("期限" if ja else "Due", _moment(standing.due_at, language)),
        ("電話" if ja else "Phone", phone),
        ("メール" if ja else "Mail", person.email),
        ("担当" if ja else "Owner", standing.owner_name or ("まだいません" if ja else "nobody yet")),
    ]
    if what == "handoff_urged":
        told.insert(0, ("催促した人" if ja else "Reminded by", urged_by(standing.number)))
    data = data_of(what, kind, standing, member, person, phone)
    return Told(
        title=f"{HEADS[head].text(language)}: {who}",
        sentence=reason,
        facts=tuple((name, value) for name, value in told if value),
        url=data["url"],
        url_label=_OPEN.text(language),
        event=what.replace("_", ".", 1),
        data=data,
        language=language,
    )


def data_of(
    what: str, kind: Kind, standing: Standing, member: Member, person: Person, phone: str
) -> dict[str, Any]:
    """What a program gets of it (docs/reference/alert-webhook.md)."""
    frozen = member.frozen
    return {
        "kind": kind,
        "handoff": standing.number,
        "state": str(standing.state),
        "urgent": standing.urgent,
        "causes": [str(cause) for cause in standing.causes],
        "owner": standing.owner_name or None,
        "due_at": standing.due_at.isoformat() if standing.due_at else None,
        "company": person.company or None,
        "lead": {"id": person.key, "name": person.name, "email": person.email, "phone": phone},
        "score": round(frozen.total, 1),
        "grade": f"{frozen.fit_grade}{frozen.engagement_grade}",
        "hot": frozen.hot,
        "reason": {"ja": frozen.reason.ja, "en": frozen.reason.en},
        "url": settings.OWN_URL + reverse("site:lead", args=[person.number]),
    }


def named(person: Person, language: str) -> str:
    """The person's name with 様, or the address where there is no name."""
    if not person.name:
        return person.email
    return f"{person.name} {formats.honorific(language)}".strip()


def foremost(standing: Standing) -> Member | None:
    """Of those who are to be called, whose score was highest; of all where nobody is left."""
    members = [one for one in standing.members if not one.left] or list(standing.members)
    return max(members, key=lambda one: one.frozen.total, default=None)


def _audience(what: str, owner: int | None) -> list[int]:
    """The owner; of what is nobody's all who have a seat and are there today, or while there are no seats all
    who may call. Where the deadline is over, whoever leads the team, too."""
    told = [] if owner is None else [owner]
    if owner is None and what != "handoff_returned":
        seats = calendar.seats(timezone.localdate())
        told = [seat.user for seat in seats if not seat.away] if seats else able_people(Capability.CONTACT)
    if what == "handoff_escalated":
        told += able_people(Capability.LEAD_TEAM)
    return list(dict.fromkeys(told))


def _moment(at: datetime | None, language: str) -> str:
    if at is None:
        return ""
    return formats.moment(timezone.localtime(at), language, timezone.localdate())
