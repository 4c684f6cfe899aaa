"""A worker process for the tests, with jobs that leave marks in a file.

python -m tests.hub.kit.crew work MARKS [DEAD WORKER]     a worker
python -m tests.hub.kit.crew tick MARKS START COUNT       looks at the timetable COUNT minutes on
python -m tests.hub.kit.crew number MARKS COUNT           takes COUNT numbers under a lease
"""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from mikomi.hub.kit import environment
from mikomi.hub.kit.boot import boot

boot(environment.data_folder(os.environ))

from django.db import transaction  # noqa: E402

from mikomi.hub.kit import jobs, leases, worker  # noqa: E402
from mikomi.hub.kit.models import CacheEntry  # noqa: E402
from mikomi.hub.kit.ticker import tick  # noqa: E402

MARKS = Path(sys.argv[2])


def mark(text: str) -> None:
    """Adds a line at once, in one write, so that lines of several processes do not mix."""
    descriptor = os.open(MARKS, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{text}\n".encode())
    os.close(descriptor)


@jobs.job("test.hold_on")
def hold_on(until: str) -> None:
    """Says that it began, waits for the file `until`, then writes under its claim."""
    claim = jobs.running()
    assert claim is not None
    mark(f"begin {claim.attempt} {os.getpid()}")
    while not Path(until).exists():
        time.sleep(0.05)
    try:
        with transaction.atomic():
            claim.check()
            CacheEntry.objects.create(
                cache_key=f"written by {claim.attempt}", value="", expires=datetime.now().astimezone()
            )
    except jobs.LostClaimError:
        mark(f"refused {claim.attempt}")
        raise
    mark(f"end {claim.attempt}")


@jobs.job("test.stumble", attempts=3)
def stumble(falls: int) -> None:
    """Fails `falls` times."""
    claim = jobs.running()
    assert claim is not None
    mark(f"try {claim.attempt}")
    if claim.attempt <= falls:
        raise ValueError("stumbled")


@jobs.periodic("test.chime", minutes=1)
def chime(slot: str) -> None:
    """Marks its slot."""
    mark(f"chime {slot}")


def work() -> None:
    """A worker until SIGTERM."""
    if len(sys.argv) > 3:
        worker.take_over(sys.argv[3])
    loop = worker.WorkerLoop()
    signal.signal(signal.SIGTERM, lambda *_: loop.stop())
    mark(f"worker {loop.id}")
    loop.run()


def ticks() -> None:
    """Looks at the timetable a minute further each time."""
    start = datetime.fromisoformat(sys.argv[3])
    for minute in range(int(sys.argv[4])):
        for name, slot in tick(start + timedelta(minutes=minute)):
            if name == "test.chime":
                mark(f"opened {slot}")


def numbers() -> None:
    """Takes numbers, one a transaction, and writes each down before the commit."""
    for _ in range(int(sys.argv[3])):
        with leases.hold("test.numbers") as lease, transaction.atomic():
            number = lease.next_number()
            CacheEntry.objects.create(
                cache_key=f"number {number}", value="", expires=datetime.now().astimezone()
            )


if __name__ == "__main__":
    {"work": work, "tick": ticks, "number": numbers}[sys.argv[1]]()
