"""What follows a decision about two leads, and how far a bulk merge is."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from mikomi.core.words import MikomiError
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people.duplicates import finding
from mikomi.hub.people.models.same import MergeRun

PATIENCE = 2.0
"""Seconds that a person waits for another look to end."""


def look_again(one: int, two: int) -> None:
    """Finds anew what two leads, told apart until now, have in common."""
    try:
        finding.find_for([one, two], wait=PATIENCE)
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
