"""催促: whoever has an overdue hand-off is called to mind by a colleague."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from mikomi.core.words import MikomiError
from mikomi.hub.handoff import refusals
from mikomi.hub.handoff.announcing import announce, note
from mikomi.hub.handoff.models import Handoff, HandoffChange
from mikomi.hub.handoff.types import State

ONCE_IN = timedelta(hours=1)


def urge(handoff: int, by: int, now: datetime) -> str:
    """Calls an open hand-off whose time is over to the mind of whoever has it, once an hour at the most, and
    writes it into the log; that person's name.

    Everybody who may contact leads may ask a colleague, as across a desk. Raises `MikomiError` in words.
    """
    with transaction.atomic():
        row = Handoff.objects.select_for_update(of=("self",)).filter(pk=handoff).first()
        if row is None:
            raise MikomiError(refusals.GONE)
        if row.state != State.OPEN:
            raise MikomiError(refusals.ENDED)
        if row.owner_id is None:
            raise MikomiError(refusals.NOBODYS)
        if row.owner_id == by:
            raise MikomiError(refusals.YOUR_OWN)
        if row.due_at is None or row.due_at >= now:
            raise MikomiError(refusals.IN_TIME)
        if urged_lately([handoff], now):
            raise MikomiError(refusals.URGED)
        row.edits += 1
        row.save(update_fields=["edits"])
        note(row, "urged", now, by)
        announce("urged", row.pk, row.owner_id)
        return str(row.owner)


def urged_lately(handoffs: Collection[int], now: datetime) -> dict[int, datetime]:
    """Those of `handoffs` (numbers) whose owner cannot be urged yet, and since when."""
    if not handoffs:
        return {}
    rows = HandoffChange.objects.filter(handoff__in=handoffs, what="urged", at__gt=now - ONCE_IN)
    return dict(rows.order_by("at").values_list("handoff", "at"))


def urged_by(handoff: int) -> str:
    """Who urged last, "" where nobody did."""
    row = (
        HandoffChange.objects.filter(handoff=handoff, what="urged")
        .select_related("by")
        .order_by("-at")
        .first()
    )
    return str(row.by or "") if row else ""
