"""Deciding about proposals."""

from __future__ import annotations

from django.utils import timezone

from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people.models import CompanyPair

NOT_SAME = "not_same"


def tell_companies_apart(one: int, two: int, by_id: int | None = None) -> None:
    """Remembers that two companies are not the same; they are never proposed again."""
    low, high = min(one, two), max(one, two)
    now = timezone.now()
    told = {"verdict": NOT_SAME, "decided_at": now, "by_id": by_id}
    new = {"level": 0, "reasons": [], "found_at": now}
    CompanyPair.objects.update_or_create(low=low, high=high, defaults=told, create_defaults=told | new)


def forget_company_verdict(one: int, two: int) -> None:
    """Takes `tell_companies_apart` back: the pair is open again, with what speaks for it now."""
    pair = CompanyPair.objects.filter(low=min(one, two), high=max(one, two), verdict=NOT_SAME)
    held = pair.first()
    if held is None:
        return
    if held.level:
        pair.update(verdict="", decided_at=None, by=None)
    else:
        pair.delete()
    enqueue("people.find_same_companies", once=True)
