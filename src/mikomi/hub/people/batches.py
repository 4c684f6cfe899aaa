"""Acts on many leads: what was done, by whom, and that it was taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from mikomi.hub.people.models import Batch


def open_batch(label: str, leads: int, by: int | None, at: datetime) -> int:
    """Writes down a bulk edit before it is done; its number. `label` says it as the person saw it."""
    return Batch.objects.create(kind=Batch.Kind.EDIT, label=label, leads=leads, by_id=by, at=at).pk


def close_batch(number: int, by: int | None, report: Mapping[str, Any]) -> bool:
    """Writes down that an act was taken back; `report` says what could not be. False: it was before."""
    there = Batch.objects.filter(pk=number, undone_at=None)
    return bool(there.update(undone_at=timezone.now(), undone_by_id=by, report=dict(report)))


def batch(number: int) -> Batch | None:
    """One act, or None."""
    return Batch.objects.select_related("by", "undone_by").filter(pk=number).first()


def batches() -> QuerySet[Batch]:
    """All acts, the latest first."""
    return Batch.objects.select_related("by", "undone_by").order_by("-pk")
