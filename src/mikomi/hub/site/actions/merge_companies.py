"""Makes one company of two, and two again, in every app that knows them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from mikomi.hub.accounts import audit
from mikomi.hub.handoff import services as handoff
from mikomi.hub.kit import leases
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people.queries import merged_companies
from mikomi.hub.people.same_companies import merging, parting
from mikomi.hub.people.same_companies.parting import CompaniesParted
from mikomi.hub.site.pipeline import LEASE
from mikomi.hub.site.rows import companies

PATIENCE = 30.0
"""Seconds that a person waits for a run of scoring to end."""


def merge_companies(
    kept: int, gone: int, take: Collection[str] | None = None, *, by_id: int | None = None
) -> int:
    """Merges company `gone` into company `kept` (`people.same_companies.merging.merge`); the number of
    the merge. The lists show it at once; the worker scores their people anew. Raises `MikomiError`."""
    with leases.hold(LEASE, wait=PATIENCE) as lease, audit.deed():
        lease.check()
        made = merging.merge(kept, gone, take, by_id=by_id)
        handoff.merge_companies(kept, gone)
        _follow(made.leads.to_numpy().astype(np.int64), kept, gone)
    return made.number


def part_companies(merge: int, *, by_id: int | None = None) -> CompaniesParted:
    """Takes a merge back (`people.same_companies.parting.part`); the people of both are scored anew."""
    with leases.hold(LEASE, wait=PATIENCE) as lease, audit.deed():
        lease.check()
        parted = parting.part(merge, by_id=by_id)
        handoff.part_companies(merged_companies(parted.gone), parted.gone, parted.leads.to_list())
        _follow(parted.leads.to_numpy().astype(np.int64), parted.gone, parted.kept)
    return parted


def _follow(leads: np.ndarray[tuple[int], np.dtype[np.int64]], to: int, other: int) -> None:
    companies.move(leads, to)
    companies.recount(np.array([to, other], dtype=np.int64))
    enqueue("site.score_changed", once=True)
    enqueue("people.find_duplicates", once=True)
