"""Makes two leads one and parts them again, in every app that knows them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from django.db import transaction

from mikomi.hub.accounts import audit
from mikomi.hub.capture import touches, visitors
from mikomi.hub.deeds import services as deeds
from mikomi.hub.handoff import services as handoff
from mikomi.hub.kit import leases
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people.duplicates import merging, parting
from mikomi.hub.people.duplicates.parting import Parted
from mikomi.hub.people.duplicates.queries import merged_into
from mikomi.hub.site.actions.take_out import remove_rows
from mikomi.hub.site.pipeline import LEASE

PATIENCE = 30.0
"""Seconds that a person waits for a run of scoring to end."""


def merge_leads(
    kept: int, gone: int, take: Collection[str] | None = None, *, by_id: int | None = None
) -> int:
    """Merges lead `gone` into lead `kept` (`people.duplicates.merging.merge`); the number of the merge.

    The lead that goes leaves all lists in the same transaction; the kept one is scored anew by the
    worker. Raises `MikomiError` in words.
    """
    with leases.hold(LEASE, wait=PATIENCE) as lease, audit.deed():
        lease.check()
        made = merging.merge(kept, gone, take, by_id=by_id)
        _hand_on(gone, kept)
        touches.follow([kept])
        remove_rows(np.array([gone], dtype=np.int64))
        enqueue("site.score_changed", once=True)
    return made


def merge_groups(groups: Sequence[Sequence[int]], *, run_id: int, by_id: int | None = None) -> int:
    """Merges each group into its first lead, all in one transaction; says how many leads went."""
    gone: list[int] = []
    with leases.hold(LEASE, wait=600.0) as lease, transaction.atomic():
        lease.check()
        for kept, *others in groups:
            for other in others:
                merging.merge(kept, other, by_id=by_id, run_id=run_id)
                _hand_on(other, kept)
            gone += others
        touches.follow([kept for kept, *_ in groups])
        remove_rows(np.unique(np.array(gone, dtype=np.int64)))
    return len(gone)


def part_leads(merge: int, *, by_id: int | None = None) -> Parted:
    """Takes a merge back; both leads are scored anew. Raises `MikomiError` in words."""
    with audit.deed():
        parted = take_apart(merge, by_id=by_id)
        enqueue("site.score_changed", once=True)
        enqueue("people.find_duplicates", once=True)
    return parted


def take_apart(merge: int, *, by_id: int | None) -> Parted:
    """What every app does to take a merge back (`people.duplicates.parting.part`). In a transaction."""
    parted = parting.part(merge, by_id=by_id)
    visitors.part_leads(parted.kept, parted.gone)
    subjects = [parted.gone, *merged_into([parted.gone])]
    deeds.part(subjects, parted.gone)
    handoff.part(subjects, parted.gone)
    touches.follow([parted.kept, parted.gone])
    return parted


def _hand_on(gone: int, kept: int) -> None:
    """What we did to a lead that goes, and whose hands it is in, goes on with the one that stays."""
    deeds.repoint(gone, kept)
    handoff.repoint(gone, kept)
