"""What people ask for about their own data, and the log of what was done.

The log outlives the person: of who was erased it keeps a mark made from the mail address, so that one who
asks again can be answered, and nothing that names them.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from mikomi.hub.consent.services import refuse
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people import exclusions
from mikomi.hub.people.types import Person
from mikomi.hub.site.actions.erase_leads import erase_leads
from mikomi.hub.site.models import PrivacyRequest

SALT = "mikomi.privacy-request"


def mark_of(address: str) -> str:
    """The mark that a mail address (or a lead's key) leaves in the log."""
    return salted_hmac(SALT, address.strip().lower(), algorithm="sha256").hexdigest()[:32]


def note_given_out(person: Person, by: str) -> None:
    """Writes down that a person's data were given out."""
    _log("give_out", person, by, named=True)


def stop_use(person: Person, by: str, by_id: int | None) -> None:
    """Stops the use of a person's data: kept out of everything, and never written to again unless the
    person consents anew. 個人情報の保護に関する法律 35条."""
    with transaction.atomic():
        exclusions.exclude("asked", "lead", str(person.number), by=by_id)
        if person.email:
            refuse(person.email, "本人の求めによる利用停止", by_id=by_id)
        _log("stop", person, by, named=True)
        enqueue("site.score_changed", once=True)


def erase(person: Person, by: str) -> None:
    """Erases a person with all history. What is left is the refusal of the address, so that no import
    writes to it again, and a line of the log without a name."""
    if person.email:
        refuse(person.email, "消去の求め", by_id=None)
    with transaction.atomic():
        PrivacyRequest.objects.filter(mark=_mark(person)).update(name="")
        _log("erase", person, by, named=False)
    erase_leads([person.number])


def _mark(person: Person) -> str:
    return mark_of(person.email or person.key)


def _log(kind: str, person: Person, by: str, *, named: bool) -> None:
    PrivacyRequest.objects.create(
        kind=kind,
        at=timezone.now(),
        by=by,
        mark=_mark(person),
        name=(person.name or person.email or person.key) if named else "",
    )
