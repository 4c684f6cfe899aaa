"""The journal: where accepted events are durable before the answer, until the hub has taken them.

A SQLite file of its own, `DATA/journal/journal.sqlite3`, so that collecting goes on while the main
database is busy, moved or down. Whatever waits is committed together (group commit) as one row:
one statement, one sync of the disk. Several processes may append to the same file.
"""

from mikomi.collector.journal.file import Entry
from mikomi.collector.journal.reading import (
    Backlog,
    RefusedCount,
    backlog,
    forget,
    journal_id,
    read_after,
    take_refused,
)
from mikomi.collector.journal.settling import JournalBusy
from mikomi.collector.journal.writing import Journal

__all__ = [
    "Backlog",
    "Entry",
    "Journal",
    "JournalBusy",
    "RefusedCount",
    "backlog",
    "forget",
    "journal_id",
    "read_after",
    "take_refused",
]
