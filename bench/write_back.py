"""Writing a night's scores back into the lead rows, while readers keep reading.

    python -m bench.write_back --leads 1000000

Every score changes, as it does on any night. Beside it two readers ask for the first page of the
list over and over; what they wait at most, alone and beside the write-back, is printed.
"""

from __future__ import annotations

import sys
import threading
import time

import numpy as np

from bench.databases import of_leads

READERS = 2


def measure(leads: int) -> None:
    """Fills the rows, then writes all of them and a twentieth of them."""
    from django.db import transaction

    from mikomi.hub.site.rows import cells, store
    from tests.hub.site.population import dimensions, people_frame, score_array

    people = people_frame(leads)
    with transaction.atomic():
        scores = score_array(people)
        started = time.perf_counter()
        store.write(people, store.changed(scores[:0], scores))
        cells.count_all(scores["cell"])
    print(f"first fill                      {time.perf_counter() - started:8.2f} s", flush=True)
    alone = reading(lambda: time.sleep(3))
    for name, share in (("all rows", 1.0), ("one row in 25", 0.04)):
        night = scores.copy()
        chosen = np.random.default_rng(4).random(leads) < share
        night["engagement"][chosen] = np.round(night["engagement"][chosen] * 0.951 + 0.01, 6)
        night["total"] = np.round(night["fit"] + night["engagement"], 6)

        def write(night: store.Scores = night, name: str = name) -> None:
            started = time.perf_counter()
            with transaction.atomic():
                night["cell"] = cells.assign(dimensions(people, night))
                old = store.read_scores(columns=store.TELLING)
                read = time.perf_counter()
                moved = store.changed(old, night)
                done = store.write(None, moved)
                cells.count_all(night["cell"])
            total = time.perf_counter() - started
            print(
                f"{name:16} {done.scores:>10,} rows {total:8.2f} s"
                f"  (reading them {read - started:.2f} s, indexes built anew: {done.rebuilt})",
                flush=True,
            )

        beside = reading(write)
        print(f"  a reader waited at most {beside * 1000:8.1f} ms, alone {alone * 1000:.1f} ms", flush=True)
        scores = night


def reading(work) -> float:
    """Runs `work` while readers ask for pages; the longest a page took, in seconds."""
    from django.db import connection

    from mikomi.hub.site.lists.pages import list_page
    from mikomi.hub.site.types import ListQuery
    from tests.hub.site.population import STANDING

    over, waits = threading.Event(), []

    def read() -> None:
        while not over.is_set():
            started = time.perf_counter()
            list_page(ListQuery(), STANDING)
            waits.append(time.perf_counter() - started)
            time.sleep(0.02)
        connection.close()

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    work()
    over.set()
    for reader in readers:
        reader.join()
    return max(waits)


if __name__ == "__main__":
    sys.exit(of_leads("bench.write_back", __doc__, measure))
