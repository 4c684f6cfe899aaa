"""Telling people what happened to a hand-off: by name, since alerts lie above."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mikomi.hub.handoff.models import Handoff, HandoffChange
from mikomi.hub.kit.jobs import enqueue, registry

TELL = "alerts.tell"
TELL_MANY = "alerts.tell_many"


def announce(what: str, handoff: int, user: int | None, **more: Any) -> None:
    """Has it told, in the caller's transaction: `what` is given, reminder, escalated, returned, passed_on, or
    asked_again, which names the `lead` and what it `asked` for."""
    if TELL in registry:
        enqueue(TELL, what=f"handoff_{what}", handoff=handoff, user=user, **more)


def announce_many(user: int | None, opened_at: datetime) -> None:
    """Has it told in one sentence that very many were handed over to `user` (None: to nobody yet), opened
    at this instant; once, however many transactions they take."""
    if TELL_MANY in registry:
        enqueue(TELL_MANY, once=True, user=user, opened_at=opened_at.isoformat())


def note(row: Handoff, what: str, now: datetime, by: int | None, **detail: Any) -> None:
    """Writes a line of the hand-off's log."""
    HandoffChange.objects.create(handoff=row, at=now, by_id=by, what=what, detail=detail)
