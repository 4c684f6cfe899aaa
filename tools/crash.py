"""Kills the collector at random while events come in, and looks whether what it answered for is there.

    python tools/crash.py [--events 1000000] [--kills 10] [--seconds 3600]

Each event is sent until it is answered with 200, as SDKs do, under one message id. Afterwards each
answered id must be in the journal; `key_of` makes one of those that were stored twice.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from mikomi.collector.app import Collector
from mikomi.collector.journal import read_after
from mikomi.collector.messages import Message, decode_batch, key_of
from mikomi.collector.settings import FILE

ROOT = Path(__file__).resolve().parent.parent
KEY = "crash"
AT_ONCE = 8
A_BATCH = 20


class Told(NamedTuple):
    """What came of it: `stored` counts what is in the journal, sent again or not."""

    answered: int
    stored: int
    killed: int
    missing: list[str]


def application():
    """The collector of `MIKOMI_DATA`."""
    collector = Collector(Path(os.environ["MIKOMI_DATA"]))

    async def only_http(scope, receive, send):
        if scope["type"] == "http":
            await collector(scope, receive, send)

    return only_http


def run(folder: Path, *, events: int, kills: int, seconds: float) -> Told:
    """Sends `events` within about `seconds`, killing `kills` times."""
    source = {"id": 1, "name": KEY, "write_key": KEY, "kind": "server", "events_per_minute": 10**12}
    (folder / FILE).write_text(json.dumps({"format": 1, "sources": [source]}))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = _start(folder, port)
    answered: list[str] = []
    pace = seconds * AT_ONCE * A_BATCH / events
    senders = [
        threading.Thread(target=_send, args=(port, list(range(first, events, AT_ONCE)), pace, answered))
        for first in range(AT_ONCE)
    ]
    for sender in senders:
        sender.start()
    killed = 0
    while killed < kills:
        time.sleep(random.uniform(0.2, 1.8) * seconds / (kills + 1) / 2)
        _kill(process)
        killed += 1
        process = _start(folder, port)
    for sender in senders:
        sender.join()
    _kill(process)
    stored, keys, after = 0, set(), 0
    while entries := read_after(folder, after):
        after = entries[-1].seq
        messages = [one for entry in entries for one in decode_batch(entry.body) if isinstance(one, Message)]
        keys |= {key_of(1, one.message_id) for one in messages}
        stored += len(messages)
    return Told(len(answered), stored, killed, [one for one in answered if key_of(1, one) not in keys])


def _send(port: int, numbers: list[int], pace: float, answered: list[str]) -> None:
    for begin in range(0, len(numbers), A_BATCH):
        ids = [f"crash-{number}" for number in numbers[begin : begin + A_BATCH]]
        batch = [{"type": "page", "anonymousId": "a", "messageId": one} for one in ids]
        body = json.dumps({"writeKey": KEY, "batch": batch})
        while not _accepted(port, body):
            time.sleep(0.1)
        answered.extend(ids)
        time.sleep(pace * random.uniform(0.5, 1.5))


def _accepted(port: int, body: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/v1/batch", body)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    granian = Path(sys.executable).with_name("granian")
    command = [granian, "--interface", "asginl", "--no-ws", "--log-level", "critical", "--factory"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "tools.crash:application"],
        cwd=ROOT,
        env={**os.environ, "MIKOMI_DATA": str(folder)},
        start_new_session=True,
    )
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the collector did not start")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """The server and its application, without a word."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=3600)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mikomi-crash-") as folder:
        told = run(Path(folder), events=options.events, kills=options.kills, seconds=options.seconds)
    print(f"{told.answered:,} answered, {told.stored:,} stored, {told.killed} kills")
    print(f"{len(told.missing):,} missing")
    sys.exit(1 if told.missing or told.answered < options.events else 0)


if __name__ == "__main__":
    main()
