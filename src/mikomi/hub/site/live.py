"""From the journal to the lists within a second: takes in what was collected and scores whom it touched.

Each round takes what gathered during the one before, so the more comes in, the more is done together.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from mikomi.core.words import MikomiError
from mikomi.hub.activity import queries as activity
from mikomi.hub.capture.pump import pump, take_aside
from mikomi.hub.capture.sources import tell_collector
from mikomi.hub.site import pipeline
from mikomi.hub.site.standing import last_change

log = logging.getLogger("mikomi.live")

IDLE_SECONDS = 0.05
TROUBLE_SECONDS = 2.0


@dataclass(slots=True)
class LiveLoop:
    """Pumps the journal of the data folder `folder` and scores, until `stop`."""

    folder: Path
    _stop: threading.Event = field(default_factory=threading.Event)
    _owed: bool = True
    """Something may have been taken in by a round that was cut off."""
    _begun: bool = False

    def stop(self) -> None:
        """Ends the loop after the round in hand; may be called from a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Works until `stop`."""
        tell_collector(self.folder)
        while not self._stop.is_set():
            close_old_connections()
            try:
                pause = 0.0 if self.round() else IDLE_SECONDS
            except (DatabaseError, sqlite3.Error, OSError, MikomiError) as error:
                log.warning("what was collected waits: %s", error)
                connection.close()
                self._owed = True
                pause = TROUBLE_SECONDS
            self._stop.wait(pause)
        connection.close()

    def round(self) -> bool:
        """Takes in one piece and scores; whether anything was there. The first tries again what earlier
        versions could not take in."""
        if not self._begun:
            take_aside()
            self._begun = True
        taken = pump(self.folder)
        if (taken.new or self._owed) and activity.changed_since(last_change()).height:
            pipeline.score_touched(timezone.localdate())
        self._owed = False
        return taken.messages > 0
