"""What the worker does about hand-offs by the clock."""

from __future__ import annotations

from django.utils import timezone

from mikomi.hub.handoff.watching import look_after as look_after_all
from mikomi.hub.kit.jobs import periodic


@periodic("handoff.look_after", minutes=5)
def look_after(slot: str) -> None:
    """Reminders, escalation, and what people had who left."""
    look_after_all(timezone.now())
