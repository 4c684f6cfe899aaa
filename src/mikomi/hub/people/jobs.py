"""What a worker does for this app: reading large files, and taking away what is not kept any more."""

from __future__ import annotations

from django.utils import timezone

from mikomi.hub.kit.jobs import enqueue, job, periodic
from mikomi.hub.people import attachments, deriving, labels, notes, uploads
from mikomi.hub.people.companies_by_mail import recognise_companies
from mikomi.hub.people.deals.placing import place
from mikomi.hub.people.duplicates import finding
from mikomi.hub.people.same_companies import finding as same_companies


@job("people.check_import")
def check_import(number: int) -> None:
    """Checks an uploaded file."""
    uploads.check(number)


@job("people.load_import")
def load_import(number: int) -> None:
    """Imports a checked file, going on where an earlier try stopped."""
    uploads.store(number)


@job("people.find_duplicates")
def find_duplicates() -> None:
    """Looks for duplicates among the leads that changed, and for companies that may be one. Enqueue with
    `once=True`."""
    finding.find_touched()
    same_companies.find_same_companies()


@job("people.find_same_companies")
def find_same_companies() -> None:
    """Looks for companies that may be one. Enqueue with `once=True`."""
    same_companies.find_same_companies()


@job("people.place_deals")
def place_deals() -> None:
    """Finds the leads of deals that wait. Enqueue with `once=True`."""
    place()


@periodic("people.place_waiting_deals", minutes=10)
def place_waiting_deals(slot: str) -> None:
    """Finds the leads of deals that wait among those who came by forms, tracking and by hand."""
    place()


@periodic("people.find_new_duplicates", minutes=10)
def find_new_duplicates(slot: str) -> None:
    """Looks for duplicates among what changed by hand, by forms and by tracking."""
    finding.find_touched()


@periodic("people.find_all_duplicates", at="03:10")
def find_all_duplicates(slot: str) -> None:
    """Looks for duplicates among all leads, and for companies that may be one."""
    finding.find_all()
    same_companies.find_same_companies()


@periodic("people.recognise_companies", at="02:54")
def recognise(slot: str) -> None:
    """Recognises companies by mail domains, and has the leads scored."""
    if recognise_companies():
        enqueue("site.score_changed", once=True)


@periodic("people.check_derived", minutes=60)
def check_derived(slot: str) -> None:
    """Sees whether the rules that derive values have changed."""
    if deriving.is_due():
        enqueue("people.derive_all", once=True)


@job("people.derive_all")
def derive_all() -> None:
    """Derives the values of all leads by the rules of now. Enqueue with `once=True`."""
    deriving.derive_all()


@job("people.remove_files")
def remove_files(names: list[str]) -> None:
    """Removes files of leads and companies from the disk, whose rows are gone."""
    attachments.remove_files(names)


@periodic("people.sweep", at="02:50")
def sweep(slot: str) -> None:
    """Forgets notes and files that were deleted a day ago and more, tags and lists after 30 days."""
    notes.sweep_notes(timezone.now())
    attachments.sweep_files(timezone.now())
    labels.sweep_labels(timezone.now())


@job("people.undo_import")
def undo_import(number: int) -> None:
    """Takes an import back, going on where an earlier try stopped."""
    uploads.undo(number)
