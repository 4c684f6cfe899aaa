"""What a worker does for this app: reading large files, and taking away what is not kept any more."""

from __future__ import annotations

from django.utils import timezone

from mikomi.hub.kit.jobs import job, periodic
from mikomi.hub.people import attachments, notes, uploads


@job("people.check_import")
def check_import(number: int) -> None:
    """Checks an uploaded file."""
    uploads.check(number)


@job("people.load_import")
def load_import(number: int) -> None:
    """Imports a checked file, going on where an earlier try stopped."""
    uploads.store(number)


@job("people.remove_files")
def remove_files(names: list[str]) -> None:
    """Removes files of leads and companies from the disk, whose rows are gone."""
    attachments.remove_files(names)


@periodic("people.sweep", at="02:50")
def sweep(slot: str) -> None:
    """Forgets notes and files that were deleted a day ago and more."""
    notes.sweep_notes(timezone.now())
    attachments.sweep_files(timezone.now())
