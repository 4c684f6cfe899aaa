"""What the hub tells the collector, in `DATA/collector.json`: sources, limits, the salt.

The hub writes the file whole (`hub.capture.sources`); it is read again when it changes.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import msgspec

log = logging.getLogger("mikomi.collector")

FILE = "collector.json"
LOOK_SECONDS = 1.0
LOOK_SECONDS_FOR_UNKNOWN = 0.1


class Limits(msgspec.Struct, frozen=True):
    """What one process takes at most."""

    requests_per_minute: int = 6000
    """From one address, to sources of the kind `web`; wrong requests count for all kinds."""


class Source(msgspec.Struct, frozen=True):
    """One source of events.

    `kind`: `web` or `server`. `origins`: from which sites browsers may send; empty for any.
    `cookie`, `cookie_domain`, `consent` and `collect` are the tag's.
    """

    id: int
    name: str
    write_key: str
    kind: str = "web"
    origins: tuple[str, ...] = ()
    cookie: str = "first_party"
    cookie_domain: str = ""
    consent: str = "none"
    collect: dict[str, Any] = {}
    events_per_minute: int = 60_000


class Settings(msgspec.Struct, frozen=True):
    """All of the file. `salt` is secret."""

    format: int = 1
    sources: tuple[Source, ...] = ()
    limits: Limits = Limits()
    salt: str = ""


def read_settings(folder: Path) -> Settings:
    """The settings of the data folder; none where there is no file.

    Raises `msgspec.DecodeError` and `OSError` for a file that cannot be read.
    """
    try:
        text = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return Settings()
    return msgspec.json.decode(text, type=Settings)


class Kept:
    """The settings as they are now, looked at once a second at most."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[int, int, int] | None = None
        self._looked = float("-inf")
        self._sources: dict[str, Source] = {}
        self.settings = Settings()

    def source(self, key: str, now: float) -> Source | None:
        """The source that writes with `key`. `now` in seconds of `time.monotonic`."""
        if now - self._looked >= LOOK_SECONDS:
            self._look(now)
        found = self._sources.get(key)
        if found is None and now - self._looked >= LOOK_SECONDS_FOR_UNKNOWN:
            # Whoever has just made a source tries it at once.
            self._look(now)
            found = self._sources.get(key)
        return found

    def _look(self, now: float) -> None:
        self._looked = now
        try:
            there = os.stat(self._folder / FILE)
            seen = (there.st_mtime_ns, there.st_size, there.st_ino)
        except FileNotFoundError:
            seen = None
        if seen == self._seen:
            return
        try:
            self.settings = read_settings(self._folder)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            log.error("%s cannot be read; what it said before holds: %s", self._folder / FILE, error)
            return
        self._seen = seen
        self._sources = {source.write_key: source for source in self.settings.sources}
