"""Changing alerts and channels."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from itertools import batched
from typing import Any

from django.db import transaction
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import audit
from mikomi.hub.alerts.channels import calling
from mikomi.hub.alerts.channels.known import KINDS
from mikomi.hub.alerts.channels.webhook import make_secret, replaced
from mikomi.hub.alerts.models import Alert, Channel, Mention
from mikomi.hub.alerts.types import KINDS as ALERTS
from mikomi.hub.kit import mailbox
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people import queries as people

LONGEST_NAME = 100
LONGEST_VALUE = 2000
AT_ONCE = 1_000


def save_channel(
    channel: Channel | None,
    kind: str,
    typed: Mapping[str, str],
    hears: Collection[str],
    language: str,
    *,
    by: Any = None,
) -> Channel:
    """Makes or changes a channel; a secret that is left empty stays as it was. Raises `MikomiError`."""
    known = KINDS[kind]
    before = channel.config if channel else {}
    typed = {key: text.replace("\0", "") for key, text in typed.items()}
    config = {one.name: typed.get(one.name, "").strip()[:LONGEST_VALUE] for one in known.fields}
    config |= {
        one.name: before[one.name]
        for one in known.fields
        if one.secret and not config[one.name] and before.get(one.name)
    }
    if kind == "webhook" and not config["secret"]:
        config["secret"] = make_secret()
    for one in known.fields:
        if one.required and not config[one.name]:
            raise MikomiError(Words(f"「{one.label.ja}」を入れてください", f"give “{one.label.en}”"))
    known.check(config)
    old = replaced(before, config, time.time()) if kind == "webhook" else {}
    name = typed.get("name", "").strip()[:LONGEST_NAME] or known.label.text(language)
    with transaction.atomic():
        held = channel or Channel(kind=kind)
        held.name, held.config, held.language = name, config | old, language
        held.hears = [one for one in ALERTS if one in hears and one != "digest"]
        # What waits is tried at once: somebody just mended it.
        held.is_active, held.failing_since, held.tries, held.next_at, held.error = True, None, 0, None, {}
        held.save()
        _log(by, "saved", held, "設定しました" if channel else "加えました", "set" if channel else "added")
        enqueue("alerts.deliver", once=True, channel=held.pk)
    return held


def pause(channel: Channel, *, paused: bool, by: Any = None) -> None:
    """Stops a channel or lets it go on; what waits stays."""
    with transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(
            is_active=not paused, failing_since=None, tries=0, next_at=None, error={}
        )
        if paused:
            _log(by, "paused", channel, "一時停止しました", "paused")
        else:
            _log(by, "resumed", channel, "再開しました", "resumed")
            enqueue("alerts.deliver", once=True, channel=channel.pk)


def delete(channel: Channel, *, by: Any = None) -> None:
    """Deletes a channel with what waits for it."""
    with transaction.atomic():
        _log(by, "deleted", channel, "削除しました", "deleted")
        channel.delete()


def allow_inside(text: str, *, by: Any = None) -> None:
    """Sets the addresses inside that channels may call, one a line. Raises `MikomiError` for what is none."""
    with transaction.atomic():
        before = calling.inside()
        calling.allow_inside(text)
        words = Words(
            "連携先が送ってよい社内のアドレスを変えました", "Changed which addresses inside may be called"
        )
        audit.record(by, "channel.inside", "channels", words, {"before": before, "after": text.strip()})


def _log(by: Any, deed: str, channel: Channel, ja: str, en: str) -> None:
    words = Words(f"連携先「{channel.name}」を{ja}", f"Channel “{channel.name}” {en}")
    audit.record(by, f"channel.{deed}", f"channel:{channel.pk}", words, {"kind": channel.kind})


def try_now(channel: Channel) -> None:
    """Has what waits tried at once."""
    with transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(next_at=None)
        enqueue("alerts.deliver", once=True, channel=channel.pk)


def mark_read(user: int, numbers: Sequence[int] | None = None) -> None:
    """Marks alerts of a person's list as read; all of them without `numbers`."""
    held = Alert.objects.filter(user=user, in_app=True, read_at=None)
    if numbers is not None:
        held = held.filter(pk__in=numbers)
    held.update(read_at=timezone.now())


def forget(leads: Sequence[int]) -> None:
    """Deletes what was said of leads that are erased, sent or not, and what the mail box of this machine kept
    of it. While the leads are still there."""
    for some in batched(leads, AT_ONCE):
        Alert.objects.filter(lead__in=some).delete()
        Alert.objects.filter(pk__in=Mention.objects.filter(lead__in=some).values("alert")).delete()
        if mailbox.mails().exists():
            known = people.persons(some)
            mailbox.forget([word for one in known for word in (one.email, one.name) if len(word) > 1])
