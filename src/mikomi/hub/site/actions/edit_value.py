"""One value of one lead (or of its company), by hand, that can be taken back."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people import batches, services
from mikomi.hub.people.dated import origin
from mikomi.hub.people.edits import read_value
from mikomi.hub.people.fields import HEARING, label_of, make_fields
from mikomi.hub.people.value_sources import SALES
from mikomi.hub.site.actions.edit_leads import Deed
from mikomi.hub.site.models import Act, ActedLead


def edit_value(
    lead: int, field: str, value: str, *, source: str, label: str, by: int | None, dated: bool = False
) -> int | None:
    """Writes a value ("" takes it away) from today on; the number of the act, None where nothing is new.

    `source` says in words where the value is from, `label` what was done. `dated`: before today it was not
    known, even if nothing else was. Raises LookupError for a lead that is not there.
    """
    with transaction.atomic():
        batch = batches.open_batch(label, 1, by, timezone.now())
        day = timezone.localdate() if dated else None
        told = origin(source, known_from=day, batch_id=batch, by_id=by)
        if not services.set_value(lead, field, value, told):
            transaction.set_rollback(True)
            return None
        deed = Deed("set", field, value)
        Act.objects.create(batch=batch, deed=asdict(deed), state=Act.State.DONE, done=1, changed=1, upto=lead)
        ActedLead.objects.create(batch=batch, lead=lead)
        enqueue("site.score_changed", once=True)
    return batch


def hear(lead: int, field: str, value: str, by: int | None) -> int | None:
    """Writes one answer of a ヒアリング (a field of `people.fields.HEARING`; "" takes it away), as known from
    today on; the number of the act, which can be undone as all acts, None where nothing is new.

    Raises `MikomiError` for another field and for a value that the field does not take, LookupError for a
    lead that is not there.
    """
    if field not in HEARING:
        raise MikomiError(
            Words(
                "ヒアリングの項目ではありません。画面を読み直してください",
                "this is nothing that sales ask; load the page again",
            )
        )
    make_fields([field])
    kept = read_value(field, value) if value else ""
    label = label_of(field)
    return edit_value(lead, field, kept, source=SALES, label=f"{SALES}: {label.ja}", by=by, dated=True)
