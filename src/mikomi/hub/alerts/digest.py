"""The morning's digest: what waits today, and what was held back since the last one."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mikomi.core.words import Words
from mikomi.hub.accounts.queries import able_people
from mikomi.hub.accounts.types import Capability
from mikomi.hub.alerts.models import Alert, Mention
from mikomi.hub.alerts.recording import tell_person
from mikomi.hub.alerts.telling import foremost, named
from mikomi.hub.alerts.types import Told, Wishes
from mikomi.hub.alerts.wishes import wishes_of_all
from mikomi.hub.handoff import calendar
from mikomi.hub.handoff import queries as handoffs
from mikomi.hub.handoff.types import CAUSE_WORDS, Standing
from mikomi.hub.people import queries as people

LATEST = timedelta(hours=3)
"""So late a digest is still sent in the morning; after that the day has begun."""
MOST_LISTED = 20
MOST_FIRST = 10
KEPT = timedelta(days=400)
_TITLE = Words("今日の連絡 {n}件", "{n} contacts today")
_HELD_TITLE = Words("届けずにいたお知らせ {n}件", "{n} alerts that were held")
_SENTENCE = Words("期限を過ぎたものが{late}件あります。", "{late} of them are overdue.")
_ALL_IN_TIME = Words("期限を過ぎたものはありません。", "None is overdue.")
_HELD = Words("お知らせ", "Alert")
_MORE = Words("ほか{n}件", "{n} more")
_OPEN = Words("今日連絡する人を開く", "Open the people to contact today")


def send_due(now: datetime | None = None) -> int:
    """Makes the digests whose time has come; says how many."""
    now = now or timezone.now()
    local = timezone.localtime(now)
    wishes = wishes_of_all(able_people(Capability.CONTACT))
    made = sum(_send(user, one, local) for user, one in wishes.items() if _is_time(one, local))
    Alert.objects.filter(made_at__lt=now - KEPT).delete()
    return made


def _is_time(wishes: Wishes, local: datetime) -> bool:
    at = datetime.combine(local.date(), wishes.digest_at, local.tzinfo)
    return at <= local < at + LATEST


def _send(user: int, wishes: Wishes, local: datetime) -> bool:
    day = local.date()
    if not calendar.working_time(user=user).is_working(day):
        return False
    with transaction.atomic():
        held = list(Alert.objects.filter(user=user, held=True).order_by("pk"))
        waiting = handoffs.today(day, user) if wishes.digest else []
        if not held and not waiting:
            return False
        in_both = {code: _say(held, waiting, local, code) for code, _name in settings.LANGUAGES}
        alert = tell_person(user, "digest", f"digest:{day.isoformat()}", in_both)
        if alert is None:
            return False
        leads = {one.lead for one in held[:MOST_LISTED]}
        leads |= {member.lead for one in waiting[:MOST_FIRST] if (member := foremost(one)) is not None}
        Mention.objects.bulk_create(Mention(alert=alert, lead=lead) for lead in leads if lead is not None)
        Alert.objects.filter(pk__in=[one.pk for one in held]).update(held=False)
    return True


def _say(held: list[Alert], waiting: list[Standing], local: datetime, language: str) -> Told:
    late = sum(one.due_at is not None and one.due_at < local for one in waiting)
    facts = _first(waiting, language)
    told = [Told.of(one.told, language) for one in held[:MOST_LISTED]]
    facts += [(_HELD.text(language), f"{one.title} {one.sentence}".strip()) for one in told]
    if len(held) > MOST_LISTED:
        facts.append((_HELD.text(language), _MORE.text(language).format(n=len(held) - MOST_LISTED)))
    sentence = _SENTENCE.text(language).format(late=late) if late else _ALL_IN_TIME.text(language)
    return Told(
        title=(
            _TITLE.text(language).format(n=len(waiting))
            if waiting
            else _HELD_TITLE.text(language).format(n=len(held))
        ),
        sentence=sentence if waiting else "",
        facts=tuple(facts),
        url=settings.OWN_URL + "/",
        url_label=_OPEN.text(language),
        event="digest",
        data={"waiting": len(waiting), "overdue": late, "held": len(held)},
        language=language,
    )


def _first(waiting: list[Standing], language: str) -> list[tuple[str, str]]:
    """Whom to contact first, in the order of Today, each with the reason."""
    members = [(one, member) for one in waiting[:MOST_FIRST] if (member := foremost(one)) is not None]
    known = {one.number: one for one in people.persons([member.lead for _one, member in members])}
    return [
        (
            " ".join(part for part in (person.company, named(person, language)) if part),
            member.frozen.reason.text(language) or CAUSE_WORDS[member.cause].text(language),
        )
        for _one, member in members
        if (person := known.get(member.lead)) is not None
    ]
