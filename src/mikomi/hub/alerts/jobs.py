from __future__ import annotations

from datetime import datetime

from mikomi.hub.alerts import asking, digest, queue, telling
from mikomi.hub.kit.jobs import job, periodic, running


@job("alerts.tell")
def tell(what: str, handoff: int, user: int | None, lead: int | None = None, asked: str = "") -> int:
    """Tells of something that happened to a hand-off; says how many alerts were made. `lead` and what it
    `asked` for: of one that is 対象外."""
    claim = running()
    occasion = str(claim.task if claim else "")
    if lead is not None:
        return asking.tell(handoff, user, lead, asked, occasion=occasion)
    return telling.tell(what, handoff, user, occasion=occasion)


@job("alerts.tell_many")
def tell_many(user: int | None, opened_at: str) -> int:
    """Tells in one sentence that very many were handed over at one instant; how many alerts were made."""
    return telling.tell_many(user, datetime.fromisoformat(opened_at))


@job("alerts.deliver")
def deliver(channel: int) -> int:
    """Sends what waits for a channel."""
    return queue.deliver(channel)


@periodic("alerts.deliver_due", minutes=5)
def deliver_due(slot: str) -> None:
    """Looks after what waits, should a job have been lost."""
    queue.deliver_due()


@periodic("alerts.digest", minutes=5)
def send_digests(slot: str) -> int:
    """The morning's digest, to each at their time."""
    return digest.send_due()
