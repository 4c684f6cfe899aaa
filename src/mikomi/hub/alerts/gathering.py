"""A team's channel is not flooded: what comes beyond so many messages in a quarter of an hour waits, and then
comes as one message that names all of it. What is urgent never waits.

Eight at once also keep within what the services take (Slack a message a second with short bursts, Chatwork
ten in ten seconds and room, Teams four a second).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.urls import reverse

from mikomi.core.words import Words
from mikomi.hub.alerts.models import Channel, Delivery
from mikomi.hub.alerts.types import Told
from mikomi.hub.kit.jobs import enqueue

MOST = 8
WINDOW = timedelta(minutes=15)
MOST_IN_ONE = 30
"""More are the next message; all of them are named, and no service takes messages of any length."""
LONGEST = 200
EVENT = "alerts.gathered"
_TITLE = Words("お知らせ{n}件をまとめて届けます", "{n} alerts in one message")
_WHY = Words(
    "15分のあいだに多くのお知らせがあったので、まとめました。",
    "There were many within a quarter of an hour.",
)
_OPEN = Words("引き渡しの一覧を開く", "Open the list of hand-offs")


def full_until(channel: Channel, now: datetime) -> datetime | None:
    """When a team's channel may have one more message; None where it may now."""
    if channel.kind == Channel.Kind.MAIL:
        return None
    messages = Delivery.objects.filter(Q(bundle=None) | Q(bundle=F("pk")), channel=channel, state=_SENT)
    times = [at for at in messages.order_by("-pk").values_list("sent_at", flat=True)[:MOST] if at]
    if len(times) < MOST or min(times) <= now - WINDOW or max(times) > now + WINDOW:
        return None
    return min(times) + WINDOW


def put_off(channel: int, now: datetime, until: datetime) -> None:
    """Has what waits for a channel wait until then, but for what is urgent."""
    waiting = Delivery.objects.filter(channel=channel, state=Delivery.State.WAITING)
    fresh = not waiting.filter(put_off=True).exists()
    waiting.exclude(alert__kind="urgent").update(put_off=True, due_at=until)
    if fresh:
        enqueue("alerts.deliver", after=until - now + timedelta(seconds=0.5), channel=channel)


def together(first: Delivery, waiting: QuerySet[Delivery]) -> list[Delivery]:
    """What goes out in one message with `first`: itself alone, or what was put off with it. What was tried
    together stays so, since a receiver may know the message by its number."""
    if not first.put_off:
        return [first]
    if first.bundle is None:
        loose = waiting.filter(put_off=True, bundle=None).order_by("pk")
        numbers = list(loose.values_list("pk", flat=True)[:MOST_IN_ONE])
        if len(numbers) < 2:
            return [first]
        Delivery.objects.filter(pk__in=numbers).update(bundle=numbers[0])
        first.bundle = numbers[0]
    bound = Delivery.objects.filter(bundle=first.bundle, state=Delivery.State.WAITING, channel=first.channel)
    return list(bound.select_related("alert", "channel").order_by("pk"))


def gathered(told: Sequence[Told], language: str) -> Told:
    """One message that says what several do."""
    return Told(
        title=_TITLE.text(language).format(n=len(told)),
        sentence=_WHY.text(language),
        facts=tuple((one.title, _cut(one.sentence)) for one in told),
        url=settings.OWN_URL + reverse("site:handoffs"),
        url_label=_OPEN.text(language),
        event=EVENT,
        data={
            "alerts": [
                {"type": one.event} | dict(one.data) | {"title": one.title, "sentence": one.sentence}
                for one in told
            ]
        },
        language=language,
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


_SENT = Delivery.State.SENT
