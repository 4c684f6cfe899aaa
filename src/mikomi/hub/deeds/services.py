"""Writing what we did, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from mikomi.hub.deeds.models import Deed
from mikomi.hub.deeds.types import KINDS


def record(
    kind: str, lead: int, by: int | None, at: datetime, key: str, detail: Mapping[str, Any] | None = None
) -> int:
    """Records that we did `kind` (one of `KINDS`) to `lead` (a number) at `at` (aware); the deed's number.

    `by`: the user's number, None for the product itself. The same `key` again is the same deed: it
    stands once, with what was told first. Raises ValueError for a kind that is none.
    """
    if kind not in KINDS:
        raise ValueError(f"no kind of deed: {kind!r}")
    deed, _new = Deed.objects.get_or_create(
        key=key,
        defaults={
            "lead": lead,
            "subject": lead,
            "kind": kind,
            "by_id": by,
            "at": at,
            "detail": dict(detail or {}),
        },
    )
    return deed.pk


def take_back(number: int) -> None:
    """It never happened: somebody had pressed the wrong button."""
    Deed.objects.filter(pk=number, taken_back_at=None).update(taken_back_at=timezone.now())


def repoint(source: int, target: int) -> None:
    """What was done to lead `source` was done to lead `target`: they are one person."""
    Deed.objects.filter(lead=source).update(lead=target)


def part(subjects: Collection[int], gone: int) -> None:
    """After a merge was taken back: what was done to `subjects` (lead `gone`, and those that were merged
    into it before) is lead `gone`'s again."""
    Deed.objects.filter(subject__in=subjects).update(lead=gone)


def erase(leads: Collection[int]) -> None:
    """Deletes all that was done to the leads (numbers)."""
    Deed.objects.filter(lead__in=leads).delete()
    Deed.objects.filter(subject__in=leads).delete()
