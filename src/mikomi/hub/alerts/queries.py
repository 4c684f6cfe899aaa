"""Reading alerts."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from mikomi.hub.alerts.models import Alert, Channel, Delivery

STILL_SENDING = timedelta(minutes=10)
"""So long a server may take to say what became of a message."""


def unread(user: int) -> int:
    """How many alerts in a person's list nobody opened yet."""
    return Alert.objects.filter(user=user, in_app=True, read_at=None).count()


def alerts_of(user: int) -> QuerySet[Alert]:
    """A person's list, the newest first."""
    return Alert.objects.filter(user=user, in_app=True).order_by("-made_at", "-pk")


def failing() -> list[Channel]:
    """The channels that take nothing now, those that are paused with something waiting included."""
    paused = Delivery.objects.filter(state=Delivery.State.WAITING, channel__is_active=False).values("channel")
    return [
        *Channel.objects.filter(is_active=True).exclude(failing_since=None).order_by("pk"),
        *Channel.objects.filter(is_active=False, pk__in=paused).order_by("pk"),
    ]


def to_look_at(now: datetime | None = None) -> QuerySet[Delivery]:
    """What a person must look at: what failed for good, and what nobody knows the end of."""
    stuck = Q(state=Delivery.State.SENDING) & (
        Q(started_at__lt=(now or timezone.now()) - STILL_SENDING) | ~Q(error={})
    )
    found = Delivery.objects.select_related("alert", "channel", "alert__user")
    return found.filter(Q(state=Delivery.State.FAILED) | stuck).order_by("-pk")


def may_go_again(held: Delivery, now: datetime) -> bool:
    """Whether a person may have a delivery sent again."""
    if held.state == Delivery.State.SENDING:
        stuck = held.started_at is not None and held.started_at < now - STILL_SENDING
        return stuck or bool(held.error)
    return held.state == Delivery.State.FAILED
