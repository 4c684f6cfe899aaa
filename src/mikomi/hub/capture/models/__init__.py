"""The tables of this app, by subject."""

from __future__ import annotations

from mikomi.hub.capture.models.sources import JournalCursor, RefusedCount, SeenMessage, Source

__all__ = ["JournalCursor", "RefusedCount", "SeenMessage", "Source"]
