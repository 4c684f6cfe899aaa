"""The memory of another process, as Linux counts it: read from outside, so that nothing of ours is in it."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

EVERY = 0.01
_LINE = re.compile(r"^(VmHWM|VmRSS|RssAnon|RssFile|RssShmem):\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Resident:
    """Bytes that are held: `peak` the most since the last reset, `anon` of the process itself, `file` pages
    of files and libraries that others may share and that go when memory is short."""

    peak: int
    anon: int
    file: int

    @property
    def whole(self) -> int:
        """All that is held now."""
        return self.anon + self.file


def resident(pid: int) -> Resident:
    """What the process holds now. Raises `ProcessLookupError` where it has ended."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError as error:
        raise ProcessLookupError(pid) from error
    told = {name: int(kilobytes) * 1024 for name, kilobytes in _LINE.findall(text)}
    if "VmHWM" not in told:  # ended, and not yet waited for
        raise ProcessLookupError(pid)
    return Resident(told["VmHWM"], told["RssAnon"] + told["RssShmem"], told["RssFile"])


@dataclass(slots=True)
class Watch:
    """Looks at a process every 10 ms while the block runs. `peak` is the kernel's own mark, which misses
    nothing; `anon` and `file` are the most that was seen of each, `at_most` both at the fullest look."""

    pid: int
    peak: int = 0
    anon: int = 0
    file: int = 0
    at_most: Resident = field(default_factory=lambda: Resident(0, 0, 0))
    _done: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Watch:
        # Sets the kernel's mark back to what is held now.
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        assert self._thread is not None
        self._thread.join()

    def told(self) -> str:
        """The peak and what it is made of, in MB."""
        most = self.at_most
        return (
            f"peak {self.peak / 1e6:5.0f} MB (own {most.anon / 1e6:4.0f} + files {most.file / 1e6:4.0f};"
            f" most of its own {self.anon / 1e6:4.0f})"
        )

    def _look(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            while True:
                now = resident(self.pid)
                self.peak = max(self.peak, now.peak)
                self.anon, self.file = max(self.anon, now.anon), max(self.file, now.file)
                if now.whole > self.at_most.whole:
                    self.at_most = now
                if self._done.is_set():
                    return
                time.sleep(EVERY)
