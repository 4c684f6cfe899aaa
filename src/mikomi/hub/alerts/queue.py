"""Sending what is recorded: in order, once, and again for a week while a channel takes nothing.

A delivery is claimed by a conditional update before it is sent. Where the process dies in between, it stays
`sending`: a line for a person to look at, never a second message.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.alerts import gathering
from mikomi.hub.alerts.channels.fates import LaterError, RefusedError, UnknownError
from mikomi.hub.alerts.channels.kind import Message
from mikomi.hub.alerts.channels.known import KINDS
from mikomi.hub.alerts.links import buttons_of
from mikomi.hub.alerts.models import Channel, Delivery
from mikomi.hub.alerts.queries import may_go_again
from mikomi.hub.alerts.types import Told
from mikomi.hub.kit import leases
from mikomi.hub.kit.jobs import enqueue

log = logging.getLogger("mikomi.alerts")

PAUSES = (5, 15, 60, 300, 900, 1800)
"""Seconds until the next try, then the last again and again: a channel that is well again is found soon."""
LONGEST = timedelta(hours=1)
"""No channel rests longer, whatever its server asks for; what lies further ahead comes from a clock that was
wrong."""
KEPT = timedelta(days=7)
"""So long an alert waits for its channel before it is given up, for a person to send again."""
BUDGET = 20.0
"""Seconds that one run may take, so that other work is not kept waiting."""
LEASE_WAIT = 0.5
BUSY = timedelta(seconds=5)
STUBBORN = 3
"""After so many tries the next message is tried too: it may be this one that the channel cannot take."""
SET_ASIDE = timedelta(hours=1)
GIVEN_UP = Words(
    "1週間試しましたが送れませんでした。連携先を直してから「もう一度送る」を押してください",
    "it could not be sent for a week; mend the channel, then send it again",
)


def deliver(number: int) -> int:
    """Sends what waits for a channel (its number), the oldest first; says how many were sent. Where another
    worker is at it, what came meanwhile is looked after a little later."""
    try:
        with leases.hold(f"alerts.channel.{number}", wait=LEASE_WAIT):
            return _empty(number)
    except MikomiError:
        enqueue("alerts.deliver", after=BUSY, channel=number)
        return 0


def deliver_due() -> None:
    """Has every channel worked on that something waits for, and gives up what waited too long."""
    now = timezone.now()
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    waiting.filter(recorded_at__lt=now - KEPT).update(
        state=Delivery.State.FAILED, error={"ja": GIVEN_UP.ja, "en": GIVEN_UP.en}
    )
    for channel in waiting.filter(_due(now)).values_list("channel", flat=True).distinct():
        enqueue("alerts.deliver", once=True, channel=channel)


def send_again(number: int) -> bool:
    """Has a delivery sent again that failed, or of which nobody knows what became; whether it may be."""
    now = timezone.now()
    with transaction.atomic():
        held = Delivery.objects.select_for_update().filter(pk=number).first()
        if held is None or not may_go_again(held, now):
            return False
        held.state, held.recorded_at, held.due_at, held.error = Delivery.State.WAITING, now, now, {}
        held.put_off, held.bundle = False, None
        held.save(update_fields=["state", "recorded_at", "due_at", "error", "put_off", "bundle"])
        enqueue("alerts.deliver", once=True, channel=held.channel.pk)
    return True


def _empty(number: int) -> int:
    end = time.monotonic() + BUDGET
    sent, stubborn = 0, []
    while True:
        now = timezone.now()
        channel = Channel.objects.filter(pk=number, is_active=True).first()
        if channel is None or (channel.next_at is not None and now < channel.next_at <= now + 2 * LONGEST):
            return sent
        waiting = Delivery.objects.filter(_due(now), channel=number, state=Delivery.State.WAITING)
        held = (
            waiting.exclude(pk__in=stubborn).select_related("alert__user", "channel").order_by("pk").first()
        )
        if held is None:
            return sent
        if time.monotonic() > end:
            enqueue("alerts.deliver", once=True, channel=number)
            return sent
        until = None if held.alert.kind == "urgent" else gathering.full_until(channel, now)
        if until is not None:
            gathering.put_off(number, now, until)
            continue
        group = gathering.together(held, waiting.exclude(pk__in=stubborn))
        numbers = [one.pk for one in group]
        if not _claim(numbers, now):
            continue
        try:
            KINDS[channel.kind].send(_message(group), channel.config)
        except RefusedError as error:
            _settle(numbers, Delivery.State.FAILED, error.words)
            _well(channel)
        except UnknownError as error:
            _settle(numbers, Delivery.State.SENDING, error.words)
            _ill(channel, error.words, None)
            return sent
        except LaterError as error:
            _settle(numbers, Delivery.State.WAITING, error.words)
            if held.tries + 1 >= STUBBORN and not stubborn and not error.pause:
                stubborn += numbers
                if waiting.exclude(pk__in=numbers).exists():
                    continue
            _ill(channel, error.words, error.after, pause=error.pause)
            return sent
        else:
            with transaction.atomic():
                Delivery.objects.filter(pk__in=numbers).update(
                    state=Delivery.State.SENT, sent_at=timezone.now(), error={}
                )
                _well(channel)
                # Others get through: it was that one message.
                Delivery.objects.filter(pk__in=stubborn).update(due_at=timezone.now() + SET_ASIDE)
            sent += 1


def _due(now: datetime) -> Q:
    return Q(due_at__lte=now) | Q(due_at__gt=now + 2 * LONGEST)


def _claim(numbers: Sequence[int], now: datetime) -> bool:
    ours = Delivery.objects.filter(pk__in=numbers, state=Delivery.State.WAITING)
    return bool(ours.update(state=Delivery.State.SENDING, started_at=now, tries=F("tries") + 1))


def _message(group: Sequence[Delivery]) -> Message:
    """Said in the language of now: of the person a mail is for, of a team's channel."""
    held = group[0]
    key = f"msg_mikomi_{held.bundle or held.pk}"
    if held.channel.kind != Channel.Kind.MAIL:
        language = held.channel.language
        told = [Told.of(one.alert.told, language) for one in group]
        return Message(key, told[0] if held.bundle is None else gathering.gathered(told, language))
    user = held.alert.user
    told = Told.of(held.alert.told, (user.language if user else "") or settings.LANGUAGE_CODE)
    # By mail alone: whoever reads a team's channel is not the person whose word the links are.
    if told.asks:
        told = replace(told, buttons=buttons_of(held.alert.pk, told.language))
    return Message(key, told, held.address)


def _settle(numbers: Sequence[int], state: Delivery.State, words: Words) -> None:
    Delivery.objects.filter(pk__in=numbers).update(state=state, error={"ja": words.ja, "en": words.en})


def _well(channel: Channel) -> None:
    Channel.objects.filter(pk=channel.pk).update(
        failing_since=None, tries=0, next_at=None, error={}, sent_at=timezone.now()
    )


def _ill(channel: Channel, words: Words, after: float | None, *, pause: bool = False) -> None:
    """Notes that the channel takes nothing, and when it is tried again."""
    seconds = PAUSES[min(channel.tries, len(PAUSES) - 1)] * random.uniform(0.9, 1.1)
    seconds = max(seconds, min(after or 0.0, LONGEST.total_seconds()))
    now = timezone.now()
    with transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(
            failing_since=channel.failing_since or now,
            tries=channel.tries + 1,
            next_at=now + timedelta(seconds=seconds),
            error={"ja": words.ja, "en": words.en},
            is_active=not pause,
        )
        if not pause:
            enqueue("alerts.deliver", after=timedelta(seconds=seconds + 0.5), channel=channel.pk)
    log.warning("the channel %s takes nothing: %s", channel.pk, words.en)


def try_channel(channel: Channel) -> str:
    """Sends a test message at once, without the queue; gives what came back. Raises `MikomiError`."""
    told = Told(
        TEST_TITLE.text(channel.language), TEST.text(channel.language), event="test", data={"test": True}
    )
    key = f"msg_mikomi_test_{channel.pk}_{int(time.time() * 1000)}"
    said = KINDS[channel.kind].send(Message(key, told), channel.config)
    _well(channel)
    enqueue("alerts.deliver", once=True, channel=channel.pk)
    return said


TEST_TITLE = Words("Mikomi からのテスト", "A test from Mikomi")
TEST = Words("このメッセージが見えていれば、連携はできています。", "If you can read this, the channel works.")
