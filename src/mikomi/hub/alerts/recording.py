"""Alerts are written down before anything is sent, in one transaction with where they are to go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from mikomi.hub.accounts.queries import addresses_of
from mikomi.hub.alerts.models import Alert, Channel, Delivery
from mikomi.hub.alerts.types import APP, MAIL, Kind, Told, Wishes, kept
from mikomi.hub.alerts.wishes import wishes_of
from mikomi.hub.kit.jobs import enqueue

DELIVER = "alerts.deliver"
MOST_AT_ONCE = 8
AT_ONCE = timedelta(seconds=20)
"""More than so many within so long are a list, not news."""


def tell_person(
    user: int,
    kind: Kind,
    key: str,
    told_in: Mapping[str, Told],
    *,
    handoff: int | None = None,
    lead: int | None = None,
    now: datetime | None = None,
) -> Alert | None:
    """Tells a person by what they want; None where `key` was told to them already or they left. `told_in`:
    what it says, by language.

    In their quiet time, beyond what they want a day, and where many come at once (a model was published, a
    list imported), only their list says it; the rest waits for the morning's digest. What is urgent is held
    by the quiet time alone.
    """
    addresses = addresses_of([user])
    if not addresses:
        return None
    now = now or timezone.now()
    wishes = wishes_of(user)
    wanted = wishes.channels[kind]
    outside = wanted - {APP}
    local = timezone.localtime(now)
    with transaction.atomic():
        held = bool(outside) and kind != "digest" and _is_held(user, kind, wishes, local)
        alert, made = Alert.objects.get_or_create(
            key=f"{key}:{user}",
            defaults={
                "user_id": user,
                "kind": kind,
                "handoff": handoff,
                "lead": lead,
                "told": kept(told_in),
                "in_app": APP in wanted,
                "held": held,
                "made_at": now,
            },
        )
        if not made:
            return None
        if not held:
            numbers = [int(one) for one in outside if one.isdigit()]
            channels = list(Channel.objects.filter(pk__in=numbers).exclude(kind=Channel.Kind.MAIL))
            if MAIL in outside:
                channels.append(mail_channel())
            _send(alert, channels, addresses[0][0], now)
    return alert


def tell_team(
    kind: Kind, key: str, told_in: Mapping[str, Told], *, handoff: int | None = None, lead: int | None = None
) -> Alert | None:
    """Tells the channels that hear such alerts whoever they are for, each in its language; None where none
    does, or `key` was told already."""
    now = timezone.now()
    with transaction.atomic():
        hearing = [one for one in Channel.objects.exclude(kind=Channel.Kind.MAIL) if kind in one.hears]
        if not hearing:
            return None
        alert, made = Alert.objects.get_or_create(
            key=f"{key}:team",
            defaults={
                "kind": kind,
                "handoff": handoff,
                "lead": lead,
                "told": kept(told_in),
                "made_at": now,
            },
        )
        if not made:
            return None
        _send(alert, hearing, "", now)
    return alert


def mail_channel() -> Channel:
    """The channel of mails."""
    return Channel.objects.get_or_create(kind=Channel.Kind.MAIL, defaults={"name": "mail"})[0]


def _send(alert: Alert, channels: Sequence[Channel], address: str, now: datetime) -> None:
    Delivery.objects.bulk_create(
        Delivery(
            alert=alert,
            channel=channel,
            address=address if channel.kind == Channel.Kind.MAIL else "",
            recorded_at=now,
            due_at=now,
        )
        for channel in channels
    )
    for channel in channels:
        enqueue(DELIVER, once=True, channel=channel.pk)


def _is_held(user: int, kind: Kind, wishes: Wishes, local: datetime) -> bool:
    if wishes.is_quiet(local.time()):
        return True
    begin = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return kind != "urgent" and (
        _left_since(user, local - AT_ONCE) >= MOST_AT_ONCE or _left_since(user, begin) >= wishes.most_a_day
    )


def _left_since(user: int, begin: datetime) -> int:
    """How many alerts have left for a person, the digest and what is urgent aside."""
    told = Alert.objects.filter(user=user, made_at__gte=begin).exclude(kind__in=("digest", "urgent"))
    return told.filter(Exists(Delivery.objects.filter(alert=OuterRef("pk")))).count()
