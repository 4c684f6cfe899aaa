"""Work of segments that comes round by itself."""

from __future__ import annotations

from django.utils import timezone

from mikomi.hub.kit.jobs import periodic
from mikomi.hub.segments import services


@periodic("segments.sweep_deleted", at="02:50")
def sweep_deleted(slot: str) -> None:
    """Forgets segments that were deleted long enough ago."""
    services.sweep_deleted(timezone.now())
