"""One value of one lead (or of its company), by hand, that can be taken back."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people import batches, services
from mikomi.hub.people.dated import origin
from mikomi.hub.site.actions.edit_leads import Deed
from mikomi.hub.site.models import Act, ActedLead


def edit_value(lead: int, field: str, value: str, *, source: str, label: str, by: int | None) -> int | None:
    """Writes a value ("" takes it away) from today on; the number of the act, None where nothing is new.

    `source` says in words where the value is from, `label` what was done. Raises LookupError for a
    lead that is not there.
    """
    with transaction.atomic():
        batch = batches.open_batch(label, 1, by, timezone.now())
        told = origin(source, batch_id=batch, by_id=by)
        if not services.set_value(lead, field, value, told):
            transaction.set_rollback(True)
            return None
        deed = Deed("set", field, value)
        Act.objects.create(batch=batch, deed=asdict(deed), state=Act.State.DONE, done=1, changed=1, upto=lead)
        ActedLead.objects.create(batch=batch, lead=lead)
        enqueue("site.score_changed", once=True)
    return batch
