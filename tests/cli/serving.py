"""Starting `mikomi serve` and `mikomi demo` as a person does, and looking at what runs."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

START_SECONDS = 180.0


def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that is to end by itself."""
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, env=surroundings(), timeout=120
    )


def command(*arguments: str) -> list[str]:
    """The arguments of a process that runs `mikomi`."""
    return [sys.executable, "-m", "mikomi.cli.main", "--language", "en", *arguments]


def surroundings() -> dict[str, str]:
    """The environment without what this test run was told."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MIKOMI_")}


def wait_for(what: Callable[[], object], seconds: float = START_SECONDS) -> None:
    """Waits until `what` says something true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


def descendants(pid: int) -> list[int]:
    """The processes below `pid`, at all depths."""
    found: list[int] = []
    listing = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = [tuple(map(int, line.split())) for line in listing.splitlines()]
    level = [pid]
    while level:
        level = [child for child, parent in parents if parent in level]
        found.extend(level)
    return found


def lives(pid: int) -> bool:
    """Whether the process exists and is not just waiting to be buried."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


class Served:
    """A running `mikomi serve` or `mikomi demo`."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            command(*arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=surroundings(),
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def said(self) -> str:
        """All it printed so far."""
        return "\n".join(self.lines)

    def wait_until_said(self, pattern: str) -> re.Match[str]:
        """Waits for a text on the terminal and returns what matched."""
        wait_for(lambda: re.search(pattern, self.said) or self.process.poll() is not None)
        match = re.search(pattern, self.said)
        assert match is not None, self.said
        return match

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ends it as Ctrl+C or a service manager would; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(60)
        self._reader.join(5)
        return code

    def kill(self) -> None:
        """Ends it and all below it without asking."""
        for pid in [*descendants(self.process.pid), self.process.pid]:
            if lives(pid):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


def get(port: int, path: str, cookie: str = "") -> http.client.HTTPResponse:
    """One GET; the body is read."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    return connection.getresponse()


def health(port: int) -> dict[str, object]:
    """What `/healthz` says; empty while nothing answers."""
    try:
        return json.load(get(port, "/healthz"))
    except OSError:
        return {}
