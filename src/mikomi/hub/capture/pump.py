"""Moves what the collector accepted from its journal into the facts, a piece at a time.

What cannot be taken in stops nobody else: the piece is halved until the request that fails stands alone,
and that one is put aside, as it came, to be tried again by the next version.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from mikomi.collector import journal
from mikomi.collector.journal import Entry
from mikomi.hub.capture import intake
from mikomi.hub.capture.models import AsideEntry

log = logging.getLogger("mikomi.live")

PIECE = 2_000
"""Requests taken in together: so many wait for one transaction at most, and none for long."""

SURROUNDINGS = (OperationalError, InterfaceError, sqlite3.Error, OSError, MemoryError)
"""Failures that say nothing of what was to be taken in: a locked database, a full disk."""

_unpack = msgspec.msgpack.Decoder(Entry).decode


def pump(folder: Path) -> intake.Taken:
    """Takes in what waits in the journal of the data folder, at most `PIECE` requests.

    What was taken in is deleted from the journal afterwards; where that is cut off, the cursor in the
    database knows. Two that pump one journal take nothing twice. Raises one of `SURROUNDINGS` with nothing
    lost.
    """
    name = journal.journal_id(folder)
    if not name:
        return intake.Taken()
    entries = journal.read_after(folder, 0, limit=PIECE)
    taken = _take_sound(name, entries)
    if entries:
        journal.forget(folder, entries[-1].seq)
    intake.count_refused(journal.take_refused(folder))
    return taken


def take_aside() -> int:
    """Tries again what was put aside; how many of it are still aside."""
    left = 0
    for held in AsideEntry.objects.order_by("at", "seq"):
        try:
            with transaction.atomic():
                intake.take_late([_unpack(bytes(held.entry))])
                held.delete()
        except SURROUNDINGS:
            raise
        except Exception as error:
            log.warning("request %s of journal %s stays aside: %r", held.seq, held.journal, error)
            left += 1
    return left


def forget_aside(before: datetime) -> int:
    """Deletes what was put aside before an instant; how many requests that were."""
    return AsideEntry.objects.filter(at__lt=before).delete()[0]


def _take_sound(name: str, entries: Sequence[Entry]) -> intake.Taken:
    try:
        return intake.take(name, entries)
    except SURROUNDINGS:
        raise
    except Exception as error:
        if len(entries) == 1:
            log.exception("request %s of journal %s is put aside", entries[0].seq, name)
            _put_aside(name, entries[0], repr(error))
            return intake.Taken()
    half = len(entries) // 2
    first, second = _take_sound(name, entries[:half]), _take_sound(name, entries[half:])
    return intake.Taken(
        first.messages + second.messages, first.new + second.new, first.events + second.events
    )


def _put_aside(name: str, entry: Entry, error: str) -> None:
    """Keeps an entry and passes it by, together."""
    with transaction.atomic():
        intake.pass_by(name, entry.seq)
        AsideEntry.objects.update_or_create(
            journal=name,
            seq=entry.seq,
            defaults={
                "at": timezone.now(),
                "error": error[:1000],
                "entry": msgspec.msgpack.encode(entry),
            },
        )
