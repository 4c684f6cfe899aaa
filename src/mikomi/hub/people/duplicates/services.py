"""Deciding about proposals."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mikomi.core.words import MikomiError
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people.duplicates import finding
from mikomi.hub.people.models import DuplicatePair
from mikomi.hub.people.models.same import MergeRun

NOT_SAME = "not_same"
PATIENCE = 2.0
"""Seconds that a person waits for another look to end."""


def tell_apart(one: int, two: int, by_id: int | None = None) -> None:
    """Remembers that two leads are not the same person; they are never proposed again."""
    low, high = min(one, two), max(one, two)
    now = timezone.now()
    told = {"verdict": NOT_SAME, "decided_at": now, "by_id": by_id}
    new = {"level": 0, "reasons": [], "found_at": now}
    DuplicatePair.objects.update_or_create(low=low, high=high, defaults=told, create_defaults=told | new)


def forget_verdict(one: int, two: int) -> None:
    """Takes `tell_apart` back: the pair is open again, if something still speaks for it."""
    low, high = min(one, two), max(one, two)
    with transaction.atomic():
        DuplicatePair.objects.filter(low=low, high=high, verdict=NOT_SAME).delete()
    try:
        finding.find_for([low, high], wait=PATIENCE)
    except MikomiError:
        # All leads are being looked at; the next look finds the pair.
        enqueue("people.find_all_duplicates", once=True, slot="")


def begin_run(groups: int, by_id: int | None) -> MergeRun:
    """A bulk merge of so many groups, about to begin."""
    return MergeRun.objects.create(groups=groups, at=timezone.now(), by_id=by_id)


def advance_run(run: int, *, groups: int, leads: int = 0, left: int = 0) -> None:
    """So many more groups of a bulk merge are through: leads that went, groups that were left."""
    MergeRun.objects.filter(pk=run).update(
        done=F("done") + groups, leads=F("leads") + leads, left=F("left") + left
    )


def end_run(run: int) -> None:
    """A bulk merge is through."""
    MergeRun.objects.filter(pk=run).update(finished_at=timezone.now(), groups=F("done"))


def begin_undo(run: int, merges: int) -> None:
    """A bulk merge of so many merges is being taken back; `done` counts them anew."""
    MergeRun.objects.filter(pk=run).update(finished_at=None, groups=merges, done=0)


def end_undo(run: int) -> None:
    """A bulk merge was taken back."""
    now = timezone.now()
    MergeRun.objects.filter(pk=run).update(finished_at=now, undone_at=now)
