"""The collector beside a bare application on the same server: what durability and checks cost.

    python -m bench.collector [--seconds 4] [--rounds 5] [--clients 256]

Both answer the same 300-byte events over HTTP on granian (ASGI), one process on one core each; the
bare one reads the body to its end, parses the JSON and answers without storing. They take turns, so
that whatever else the machine does meets both. Asked: at least 70 % of the bare one's requests/s, and
40,000 events/s in batches of 100. Linux only (processor time from /proc, one core by affinity).
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from mikomi.collector.app import Receive, Scope, Send
from mikomi.collector.journal import forget, read_after
from mikomi.collector.messages import decode_batch
from mikomi.collector.settings import FILE

KEY = "bench"
ANSWER = b'{"success":true}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(ANSWER))]
PORTS = {"bare": 8941, "collector": 8942}
APPLICATIONS = {
    "bare": ["bench.collector:bare"],
    "collector": ["--factory", "mikomi.collector.alone:application"],  # as `serve --only collector`
}
_decode = msgspec.json.Decoder().decode


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Parses and answers."""
    if scope["type"] != "http":
        return
    message = await receive()
    body = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    _decode(body)
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})


class Round(NamedTuple):
    """What one server did in one turn."""

    answered: int
    seconds: float
    processor_seconds: float

    @property
    def a_second(self) -> float:
        return self.answered / self.seconds

    @property
    def a_processor_second(self) -> float:
        return self.answered / self.processor_seconds


def event(number: int) -> dict[str, Any]:
    """About 300 bytes, as SDKs send them."""
    return {
        "type": "track",
        "event": "Downloaded",
        "messageId": f"node-next-1790000000000-5f0c1d2e-{number:08d}",
        "anonymousId": "7b1f8a52-30c1-4d9e-a1f0-9a1b2c3d4e5f",
        "timestamp": "2026-11-01T00:00:00.000Z",
        "properties": {"url": "https://example.com/documents/catalogue.pdf", "title": "Catalogue"},
        "context": {"ip": "192.0.2.1"},
    }


def request(path: str, body: object) -> bytes:
    """A whole HTTP request."""
    sent = json.dumps(body, separators=(",", ":")).encode()
    key = base64.b64encode(f"{KEY}:".encode()).decode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        f"authorization: Basic {key}\r\nuser-agent: bench\r\ncontent-length: {len(sent)}\r\n\r\n"
    )
    return head.encode() + sent


def ask(port: int, sent: bytes, clients: int, seconds: float) -> tuple[int, float]:
    """Sends the same request over many connections, one at a time each; (answers, seconds)."""
    poll = select.epoll()
    sockets = {}
    for _ in range(clients):
        one = socket.create_connection(("127.0.0.1", port))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sockets[one.fileno()] = one
        poll.register(one.fileno(), select.EPOLLIN)
    begin = time.perf_counter()
    for one in sockets.values():
        one.sendall(sent)
    answered = 0
    while time.perf_counter() < begin + seconds:
        for number, _ in poll.poll(1):
            one = sockets[number]
            got = one.recv(65536)
            if not got.startswith(b"HTTP/1.1 200"):
                sys.exit(f"not accepted: {got[:300]!r}")
            answered += 1
            one.sendall(sent)
    taken = time.perf_counter() - begin
    for one in sockets.values():
        one.close()
    return answered, taken


def processor_seconds(pid: int) -> float:
    """Used so far by a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(processor_seconds(int(child)) for child in children)


@contextmanager
def serving(name: str, folder: Path) -> Iterator[int]:
    """A server of the application `name` on the first core; its process id."""
    granian = Path(sys.executable).with_name("granian")
    command = [granian, "--interface", "asginl", "--workers", "1", "--no-ws", "--log-level", "warning"]
    process = subprocess.Popen(
        [*command, "--port", str(PORTS[name]), *APPLICATIONS[name]],
        env={**os.environ, "MIKOMI_DATA": str(folder)},
        preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}),
    )
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", PORTS[name])).close()
                break
            except OSError:
                time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def turn(name: str, pid: int, sent: bytes, clients: int, seconds: float) -> Round:
    """One server's turn."""
    before = processor_seconds(pid)
    answered, taken = ask(PORTS[name], sent, clients, seconds)
    return Round(answered, taken, processor_seconds(pid) - before)


def compare(
    pids: dict[str, int], sent: bytes, clients: int, seconds: float, rounds: int
) -> list[list[Round]]:
    """Turns of both, one after the other: bare, collector."""
    for name, pid in pids.items():
        turn(name, pid, sent, clients, 1)
    return [[turn(name, pid, sent, clients, seconds) for name, pid in pids.items()] for _ in range(rounds)]


def report(title: str, rounds: list[list[Round]], events: int) -> None:
    """Prints medians of rates and of ratios within a round."""
    plain, ours = (list(column) for column in zip(*rounds, strict=True))
    print(title)
    for name, several in (("bare", plain), ("collector", ours)):
        rate = statistics.median(one.a_second for one in several)
        of_core = statistics.median(one.a_processor_second for one in several)
        print(f"  {name:<10} {rate * events:>10,.0f}/s   {of_core * events:>10,.0f} a second of processor")
    by_clock = statistics.median(b.a_second / a.a_second for a, b in rounds)
    by_core = statistics.median(b.a_processor_second / a.a_processor_second for a, b in rounds)
    print(f"  ratio      {by_clock:>10.0%}     {by_core:>10.0%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clients", type=int, default=256)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mikomi-bench-") as made:
        folder = Path(made)
        source = {"id": 1, "name": KEY, "write_key": KEY, "kind": "server", "events_per_minute": 10**12}
        (folder / FILE).write_text(json.dumps({"format": 1, "sources": [source]}))
        with serving("bare", folder) as one, serving("collector", folder) as two:
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
            pids = {"bare": one, "collector": two}
            single = request("/v1/track", event(0))
            rounds = compare(pids, single, options.clients, options.seconds, options.rounds)
            report("one event a request", rounds, 1)
            stored = sum(one.answered for _, one in rounds)
            batch = request("/v1/batch", {"batch": [event(number) for number in range(100)]})
            rounds = compare(pids, batch, 32, options.seconds, max(1, options.rounds // 2))
            report("100 events a request", rounds, 100)
            stored += 100 * sum(one.answered for _, one in rounds)
        kept = 0
        after = 0
        while entries := read_after(folder, after):
            after = entries[-1].seq
            kept += sum(len(decode_batch(entry.body)) for entry in entries)
            forget(folder, after)
        print(f"answered for at least {stored:,} events, kept {kept:,}")
        if kept < stored:
            sys.exit("events are missing")


if __name__ == "__main__":
    main()
