"""What a worker does for this app."""

from __future__ import annotations

from django.utils import timezone

from mikomi.hub.journey import reminding
from mikomi.hub.kit.jobs import job, periodic


@periodic("journey.remind", at="08:40")
def remind(slot: str) -> None:
    """Reminds of a map that nobody looked at for a month."""
    reminding.remind(timezone.now())


@job("journey.send_reminder")
def send_reminder(number: int) -> None:
    """Sends one reminder."""
    reminding.send(number)
