"""Taking back what a machine added, and giving it back to a person, by hand."""

from __future__ import annotations

from django.db import transaction

from mikomi.hub.activity import judging
from mikomi.hub.activity import queries as activity
from mikomi.hub.kit.jobs import enqueue


def set_moment(lead: int, kind: str, since: int, until: int, *, human: bool) -> bool:
    """Says of what lead `lead` did of a `kind` from `since` through `until` (µs UTC) that it was the person,
    or that it was a machine, and has it scored. Whether anything changed."""
    with transaction.atomic():
        subjects = activity.subjects_of(lead)
        changed = judging.set_moment(subjects, kind, since, until, human=human)
        enqueue("site.score_changed", once=True)
    return bool(len(changed))
