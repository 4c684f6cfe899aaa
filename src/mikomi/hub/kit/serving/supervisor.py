"""Keeping child processes running: started, watched, started again, and stopped together."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

log = logging.getLogger("mikomi.serve")

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
HEALTHY_SECONDS = 60.0
"""A child that ran for so long starts with a short pause again."""
LOOK_SECONDS = 0.2


@dataclass(slots=True)
class Child:
    """One process to keep running.

    `command` gives the arguments after the Python executable; it gets the process id of the child
    that died, or None at the first start.
    """

    name: str
    command: Callable[[int | None], Sequence[str]]
    process: subprocess.Popen[bytes] | None = None
    pause: float = FIRST_PAUSE
    started: float = 0.0
    next_start: float = 0.0
    died: int | None = None

    def start(self) -> None:
        """Starts the process in a session of its own: Ctrl+C is for us to pass on."""
        self.process = subprocess.Popen(
            [sys.executable, *self.command(self.died)], start_new_session=True, stdin=subprocess.DEVNULL
        )
        self.started = time.monotonic()

    def look(self) -> None:
        """Notes a death, and starts the child again when its pause is over."""
        now = time.monotonic()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            if now - self.started >= HEALTHY_SECONDS:
                self.pause = FIRST_PAUSE
            log.warning("%s ended (%s), starting it again in %.1f s", self.name, code, self.pause)
            # What it left behind in its session goes with it.
            _signal_group(self.process, signal.SIGKILL)
            self.died, self.process = self.process.pid, None
            self.next_start = now + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
        elif now >= self.next_start:
            self.start()


@dataclass(slots=True)
class Supervisor:
    """Runs children until it is told to stop, by `stop` or by a signal.

    `first` are started at once, `then` after `go_on`.
    """

    first: list[Child]
    then: list[Child] = field(default_factory=list)
    grace: float = 10.0
    _go_on: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)

    def stop(self, *_: object) -> None:
        """Asks to stop; may be called from a signal handler, twice too."""
        self._stop.set()

    def go_on(self) -> None:
        """Has the later children started soon, too; may be called from any thread."""
        self._go_on.set()

    @property
    def running(self) -> bool:
        """False once it was told to stop."""
        return not self._stop.is_set()

    def look(self) -> None:
        """Starts the children that do not run but should. Who calls it before `run` calls `end`."""
        for child in self.first + (self.then if self._go_on.is_set() else []):
            child.look()

    def run(self, meanwhile: Callable[[], None] | None = None) -> None:
        """Starts the children and returns after the last of them has ended.

        `meanwhile` runs in a thread of its own beside the watching.
        """
        handlers = {number: signal.signal(number, self.stop) for number in _stop_signals()}
        try:
            self.look()
            if meanwhile is not None:
                threading.Thread(target=meanwhile, name="meanwhile", daemon=True).start()
            while not self._stop.wait(LOOK_SECONDS):
                self.look()
        finally:
            self.end()
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def end(self) -> None:
        """Ends all children that run and returns after the last of them has ended."""
        living: list[subprocess.Popen[bytes]] = []
        for child in self.first + self.then:
            if child.process is not None:
                living.append(child.process)
                child.process = None
        for process in living:
            if process.poll() is None:
                process.terminate()
        end = time.monotonic() + self.grace
        for process in living:
            try:
                process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("process %d did not end in time and is killed", process.pid)
            _signal_group(process, signal.SIGKILL)
            process.wait()


def _stop_signals() -> list[signal.Signals]:
    wanted = ("SIGINT", "SIGTERM", "SIGHUP")
    return [getattr(signal, name) for name in wanted if hasattr(signal, name)]


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Signals all that is left of the child's session; the child leads its process group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
