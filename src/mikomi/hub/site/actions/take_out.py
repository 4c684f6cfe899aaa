"""Takes leads out of the lists at once, where that is possible; else the next run does."""

from __future__ import annotations

from django.db import transaction

from mikomi.core.words import MikomiError
from mikomi.hub.kit import leases
from mikomi.hub.site.pipeline import LEASE
from mikomi.hub.site.rows import cells, companies, store, suffixes

PATIENCE = 1.0
"""Seconds to wait for a run that is under way."""


def take_out(lead_ids: store.Numbers, wait: float = PATIENCE) -> bool:
    """Removes the rows of leads that are out, and what they are found and counted by.

    False where a run holds the lists: it may write these rows once more, and the next takes them out.
    """
    try:
        with leases.hold(LEASE, wait=wait) as lease, transaction.atomic():
            lease.check()
            remove_rows(lead_ids)
    except MikomiError:
        return False
    return True


def remove_rows(lead_ids: store.Numbers) -> None:
    """The same for who holds the lease, in a transaction."""
    held = store.read_scores(lead_ids, store.TELLING)
    left = companies.of_leads(lead_ids)
    cells.move(held["cell"], held["cell"][:0])
    suffixes.forget_leads(lead_ids)
    store.delete(lead_ids)
    companies.recount(left)
