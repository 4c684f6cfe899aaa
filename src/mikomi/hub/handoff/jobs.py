"""What is done about hand-offs by the clock, and when somebody leaves."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from mikomi.core.words import Words
from mikomi.hub.accounts.leaving import InHand, register
from mikomi.hub.handoff.watching import look_after as look_after_all
from mikomi.hub.handoff.watching import open_count, pass_on
from mikomi.hub.kit.jobs import periodic


@periodic("handoff.look_after", minutes=5)
def look_after(slot: str) -> None:
    """Reminders, escalation, and what people had who left."""
    look_after_all(timezone.now())


def _pass_on(user: int, to: int | None, by: Any) -> None:
    pass_on(user, to, by=getattr(by, "pk", None))


register(InHand(Words("引き渡し", "hand-offs"), open_count, _pass_on))
