"""Erases leads for good, in every app that knows them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mikomi.hub.accounts import audit
from mikomi.hub.alerts import services as alerts
from mikomi.hub.capture import visitors
from mikomi.hub.capture.campaigns import editing as campaigns
from mikomi.hub.capture.seminars import lists as seminars
from mikomi.hub.capture.webforms import judging
from mikomi.hub.deeds import services as deeds
from mikomi.hub.handoff import services as handoff
from mikomi.hub.journey import standing
from mikomi.hub.kit import leases
from mikomi.hub.people import services as people
from mikomi.hub.people.duplicates.queries import merged_into
from mikomi.hub.segments import services as segments
from mikomi.hub.site import exports
from mikomi.hub.site.actions.edit_leads import forget_acted
from mikomi.hub.site.actions.take_out import remove_rows
from mikomi.hub.site.pipeline import LEASE, LEASE_WAIT
from mikomi.hub.site.rows import log


def erase_leads(lead_ids: Sequence[int]) -> None:
    """Deletes the leads (numbers), their facts and attributes, rows, search texts and shown scores,
    and with them the leads that were merged into them: they are the same persons.

    The files of shown scores come first: if the work is cut off, the leads are still there and it
    can be done again. The next run scores their colleagues anew.
    """
    numbers = np.unique(np.array([*lead_ids, *merged_into(lead_ids)], dtype=np.int64))
    with leases.hold(LEASE, wait=LEASE_WAIT) as lease:
        log.erase(numbers)
        with audit.deed():
            lease.check()
            remove_rows(numbers)
            forget_acted(numbers)
            visitors.forget(numbers.tolist())
            campaigns.forget(numbers.tolist())
            seminars.forget(numbers.tolist())
            judging.forget(numbers.tolist())
            standing.forget(numbers.tolist())
            segments.forget(numbers.tolist())
            alerts.forget(numbers.tolist())
            deeds.erase(numbers.tolist())
            handoff.erase(numbers.tolist())
            # The facts go by way of people: a lead's key lives there.
            people.erase(numbers.tolist())
            # They may stand in any workbook that was written.
            exports.remove_all()
