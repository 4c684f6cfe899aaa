"""A collector behind a real server, which may be told to answer 503 first."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mikomi.collector.app import Collector, Receive, Scope, Send
from mikomi.collector.journal import read_after
from mikomi.collector.messages import Message, decode_batch
from mikomi.collector.settings import FILE

ROOT = Path(__file__).resolve().parents[2]
KEY = "sdk-key"
BUSY = "MIKOMI_TEST_BUSY_ANSWERS"


class Served:
    """A collector that listens, and what it stored."""

    def __init__(self, folder: Path, port: int, process: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self.process = process

    def messages(self) -> list[Message]:
        """All that is in the journal."""
        entries = read_after(self.folder, 0, limit=10**6)
        found = [one for entry in entries for one in decode_batch(entry.body)]
        return [one for one in found if isinstance(one, Message)]

    def wait_for(self, n: int, seconds: float = 60) -> list[Message]:
        """Waits until `n` different messages are stored; each once as far as their ids say."""
        end = time.monotonic() + seconds
        while len({one.message_id for one in self.messages()}) < n:
            assert time.monotonic() < end, f"{len(self.messages())} of {n} messages came"
            time.sleep(0.1)
        return self.messages()


def kinds(messages: list[Message]) -> Counter[str]:
    """How many of each type."""
    return Counter(one.type for one in messages)


@contextmanager
def serving(folder: Path, *, busy: int = 0) -> Iterator[Served]:
    """A collector on a free port. `busy`: how many of the first POSTs are answered 503 instead."""
    source = {"id": 1, "name": "SDK", "write_key": KEY, "kind": "web", "events_per_minute": 10**9}
    limits = {"requests_per_minute": 10**9}
    (folder / FILE).write_text(json.dumps({"format": 1, "sources": [source], "limits": limits}))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = serve(folder, port, busy)
    try:
        yield Served(folder, port, process)
    finally:
        process.terminate()
        process.wait(20)


def serve(folder: Path, port: int, busy: int = 0) -> subprocess.Popen[bytes]:
    """Starts the process and waits until it listens."""
    granian = Path(sys.executable).with_name("granian")
    command = [granian, "--interface", "asginl", "--no-ws", "--log-level", "warning", "--factory"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "tests.collector.serving:application"],
        cwd=ROOT,
        env={**os.environ, "MIKOMI_DATA": str(folder), BUSY: str(busy)},
        start_new_session=True,
    )
    end = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.05)


def application():
    """The collector, with faults in front of it where the test wants them."""
    collector = Collector(Path(os.environ["MIKOMI_DATA"]))
    left = int(os.environ[BUSY])

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal left
        if scope["type"] != "http":
            return
        if left and scope["method"] == "POST":
            left -= 1
            # Stored, and yet answered with 503: the SDK sends it again, and it must count once.
            await collector(scope, receive, _swallow)
            origin = dict(scope["headers"]).get(b"origin", b"*")
            headers = [(b"retry-after", b"1"), (b"access-control-allow-origin", origin)]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": b'{"code":"busy","message":"x"}'})
            return
        await collector(scope, receive, send)

    return faulty


async def _swallow(message: object) -> None:
    pass
