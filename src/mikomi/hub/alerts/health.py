"""Do alerts reach anybody? Asked by the light in the menu and by `mikomi doctor`."""

from __future__ import annotations

from mikomi.core.words import Words
from mikomi.hub.alerts import queries
from mikomi.hub.alerts.models import Delivery
from mikomi.hub.kit.health import Finding


def trouble() -> Words | None:
    """What hinders alerts, with the fix; None where nothing does."""
    failing = queries.failing()
    if failing:
        channel = failing[0]
        waiting = Delivery.objects.filter(channel=channel, state=Delivery.State.WAITING).count()
        name = channel.name if channel.kind != "mail" else "メール"
        english = channel.name if channel.kind != "mail" else "Mail"
        why = channel.error or {"ja": "止めてあります", "en": "it is paused"}
        return Words(
            f"お知らせが「{name}」に届きません（{waiting:,}件待ち）。{why['ja']}",
            f"Alerts do not reach “{english}” ({waiting:,} waiting): {why['en']}",
        )
    lost = queries.to_look_at().count()
    if lost:
        return Words(
            f"届いたかわからないお知らせが{lost:,}件あります。連携先のページで確かめてください",
            f"{lost:,} alerts may not have arrived: look at them on the page of channels",
        )
    return None


def look_at_alerts() -> Finding:
    """Whether all alerts reach their channels."""
    words = trouble()
    if words is None:
        return Finding(True, Words("お知らせは届いています", "alerts reach their channels"))
    return Finding(False, words)
