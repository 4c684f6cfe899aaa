"""Moves what the collector accepted from its journal into the facts, a piece at a time."""

from __future__ import annotations

from pathlib import Path

from mikomi.collector import journal
from mikomi.hub.capture import intake

PIECE = 2_000
"""Requests taken in together: so many wait for one transaction at most, and none for long."""


def pump(folder: Path) -> intake.Taken:
    """Takes in what waits in the journal of the data folder, at most `PIECE` requests.

    What was taken in is deleted from the journal afterwards; where that is cut off, the cursor in the
    database knows. Two that pump one journal take nothing twice. Raises `sqlite3.Error` for a journal
    that cannot be read, and Django's `DatabaseError`.
    """
    name = journal.journal_id(folder)
    if not name:
        return intake.Taken()
    entries = journal.read_after(folder, 0, limit=PIECE)
    taken = intake.take(name, entries)
    if entries:
        journal.forget(folder, entries[-1].seq)
    intake.count_refused(journal.take_refused(folder))
    return taken
