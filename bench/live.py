"""From an accepted event to the lists: how long it takes at a steady rate, and how much goes through.

    python -m bench.live [--rate 200] [--seconds 20] [--flood 50000]

The product runs as `mikomi demo` runs it, one command on SQLite, 5,000 leads. Known browsers send page
views over HTTP at the rate; a reader asks the lists' own table every 10 ms for the leads that were
touched. Then the flood is put into the journal at once, and the time until all of it is in the facts
and scored is taken. Asked: median under 1 s at 200 events/s, and 5,000 events/s through the whole path.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import random
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from mikomi.collector.journal import Journal, backlog

KNOWN = 1_500
BATCH = 100


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--flood", type=int, default=50_000)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "data") as (data, port):
        key, source = source_of(data)
        lists = sqlite3.connect(f"file:{data / 'mikomi.sqlite3'}?mode=ro", uri=True, timeout=20)
        people = lists.execute(
            "select id, email from people_lead where email <> '' and trashed_at is null order by id limit ?",
            [KNOWN],
        ).fetchall()
        named = [identify(number, email) for number, email in people]
        put(data, source, named)
        wait(lambda: backlog(data).entries == 0)
        time.sleep(2)
        waited = steady(lists, port, key, people, chosen.rate, chosen.seconds)
        late = sorted(waited)
        print(
            f"{chosen.rate} events/s for {chosen.seconds} s: from the answer to the lists, median"
            f" {statistics.median(late):.2f} s, 95 % within {late[int(len(late) * 0.95)]:.2f} s,"
            f" worst {late[-1]:.2f} s ({len(late)} looked at)"
        )
        flood = [view(random.choice(people)[0], number) for number in range(chosen.flood)]
        put(data, source, flood)
        began = time.perf_counter()
        wait(lambda: backlog(data).entries == 0)
        taken = time.perf_counter() - began
        wait(lambda: scored(lists))
        done = time.perf_counter() - began
        print(
            f"{chosen.flood:,} events: in the facts after {taken:.1f} s, scored after {done:.1f} s,"
            f" {chosen.flood / done:,.0f} events/s through the whole path"
        )
    return 0


def steady(
    lists: sqlite3.Connection, port: int, key: str, people: list[tuple[int, str]], rate: int, seconds: int
) -> list[float]:
    """Seconds from the answer to the change in the lists, of leads that are touched for the first time."""
    answered: dict[int, float] = {}
    untouched = iter(random.sample(people, min(len(people), rate * seconds // 10)))

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        began = time.perf_counter()
        for number in range(rate * seconds):
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            fresh = next(untouched, None) if number % 10 == 0 else None
            lead = fresh[0] if fresh else people[number % 50][0]
            message = seminar(lead, number) if fresh else view(lead, number)
            connection.request("POST", "/v1/batch", json.dumps({"writeKey": key, "batch": [message]}))
            connection.getresponse().read()
            if fresh:
                answered[lead] = time.perf_counter()

    before = {
        lead: shown
        for lead, *shown in lists.execute("select lead_id, engagement, last_day from site_lead_score")
    }
    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    waited: dict[int, float] = {}
    end = time.perf_counter() + seconds + 30
    while (sender.is_alive() or len(waited) < len(answered)) and time.perf_counter() < end:
        asked = [lead for lead in list(answered) if lead not in waited]
        marks = ",".join("?" * len(asked))
        rows = lists.execute(
            f"select lead_id, engagement, last_day from site_lead_score where lead_id in ({marks})", asked
        )
        now = time.perf_counter()
        waited |= {lead: now - answered[lead] for lead, *shown in rows if shown != before[lead]}
        time.sleep(0.01)
    if len(waited) < len(answered):
        print(f"{len(answered) - len(waited)} leads never changed")
    return list(waited.values())


def identify(lead: int, email: str) -> dict:
    return message("identify", lead, f"who-{lead}", traits={"email": email})


def view(lead: int, number: int) -> dict:
    path = f"/product/{number % 40}"
    return message("page", lead, f"view-{lead}-{number}-{time.time_ns()}", properties={"path": path})


def seminar(lead: int, number: int) -> dict:
    said = {"event": "seminar_apply", "properties": {"seminar": f"bench-{number}"}}
    return message("track", lead, f"apply-{lead}-{number}", **said)


def message(kind: str, lead: int, name: str, **said: object) -> dict:
    now = datetime.now(UTC).isoformat()
    return {"type": kind, "messageId": name, "anonymousId": f"bench-{lead}", "timestamp": now, **said}


def put(data: Path, source: int, messages: list[dict]) -> None:
    """Into the journal at once, in batches, as the collector writes them."""

    async def append() -> None:
        journal = Journal(data)
        now = time.time_ns() // 1_000
        batches = (messages[at : at + BATCH] for at in range(0, len(messages), BATCH))
        bodies = (json.dumps({"batch": batch}).encode() for batch in batches)
        await asyncio.gather(*[journal.append(received=now, source=source, body=body) for body in bodies])
        journal.close()

    asyncio.run(append())


def scored(lists: sqlite3.Connection) -> bool:
    return lists.execute(
        "select (select max(number) from activity_changedlead) <= (select change from site_board)"
    ).fetchone()[0]


def source_of(data: Path) -> tuple[str, int]:
    source = json.loads((data / "collector.json").read_text("utf-8"))["sources"][0]
    return source["write_key"], source["id"]


@contextlib.contextmanager
def served(data: Path) -> Iterator[tuple[Path, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mikomi.cli.main", "demo", "--no-open", "--port", str(port)]
    running = subprocess.Popen(
        [*command, "--data", str(data)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert running.stdout is not None
        for line in running.stdout:
            if f":{port}/" in line:
                break
        wait(lambda: (data / "collector.json").exists())
        yield data, port
    finally:
        running.terminate()
        running.wait(30)


def wait(what: object, seconds: float = 300.0) -> None:
    end = time.monotonic() + seconds
    assert callable(what)
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
