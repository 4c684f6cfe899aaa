"""What a worker does for this app: forgetting what is not needed any more."""

from __future__ import annotations

from datetime import date, timedelta

from mikomi.hub.capture import intake
from mikomi.hub.kit.jobs import periodic


@periodic("capture.forget_names", at="02:20")
def forget_names(slot: str) -> None:
    """Forgets the names of messages that are too old to be sent again."""
    intake.forget_names(date.fromisoformat(slot) - timedelta(days=intake.KEEP_NAMES_DAYS))
