"""What a worker does for this app: reading large files, and taking away what is not kept any more."""

from __future__ import annotations

from django.utils import timezone

from mikomi.hub.kit.jobs import job, periodic
from mikomi.hub.people import attachments, notes, uploads
from mikomi.hub.people.duplicates import finding


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
    """Looks for duplicates among the leads that changed. Enqueue with `once=True`."""
    finding.find_touched()


@periodic("people.find_new_duplicates", minutes=10)
def find_new_duplicates(slot: str) -> None:
    """Looks for duplicates among what changed by hand, by forms and by tracking."""
    finding.find_touched()


@periodic("people.find_all_duplicates", at="03:10")
def find_all_duplicates(slot: str) -> None:
    """Looks for duplicates among all leads."""
    finding.find_all()


@job("people.remove_files")
def remove_files(names: list[str]) -> None:
    """Removes files of leads and companies from the disk, whose rows are gone."""
    attachments.remove_files(names)


@periodic("people.sweep", at="02:50")
def sweep(slot: str) -> None:
    """Forgets notes and files that were deleted a day ago and more."""
    notes.sweep_notes(timezone.now())
    attachments.sweep_files(timezone.now())


@job("people.undo_import")
def undo_import(number: int) -> None:
    """Takes an import back, going on where an earlier try stopped."""
    uploads.undo(number)
