"""What a worker does for this app: reading large files."""

from __future__ import annotations

from mikomi.hub.kit.jobs import job
from mikomi.hub.people import uploads


@job("people.check_import")
def check_import(number: int) -> None:
    """Checks an uploaded file."""
    uploads.check(number)


@job("people.load_import")
def load_import(number: int) -> None:
    """Imports a checked file, going on where an earlier try stopped."""
    uploads.store(number)
