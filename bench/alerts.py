"""From the event that makes a lead hot to the alert that left: how long each step takes.

    python -m bench.alerts [--leads 30]

The product runs as `mikomi demo` runs it, one command on SQLite, 5,000 leads, mails into the mail box of the
machine. One after another, leads that are nearly hot, the nearest first, visit the pages that matter, until
so many of them were told of; a reader asks every 10 ms whether they were handed to somebody and whether the
mail to that person was sent. Whoever was scored anew and is not hot is passed over at once. Asked: from the
answer to the event until the alert is sent, median under 3 s.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from bench.live import identify, message, put, served, source_of, wait
from mikomi.collector.journal import backlog

LONGEST = 60.0
SCORED_FOR = 1.5
"""Seconds after a lead was scored anew: not hot by then, it never gets so by these visits."""
VISITS = (
    "/pricing",
    "/pricing/simulator",
    "/cases",
    "/cases/metal",
    "/cases/machinery",
    "/product",
    "/product/quality",
    "/product/costing",
)
NEARLY = """
    select s.lead_id, l.email from site_lead_score s join people_lead l on l.id = s.lead_id
    join site_lead_cell c on c.id = s.cell
    where c.heat < 4 and s.fit >= 10 and s.engagement between 16 and 37
    and l.email <> '' and l.trashed_at is null and l.merged_into is null
    and not exists (select 1 from handoff_handedlead m join people_lead o on o.id = m.lead
        where o.id = l.id or o.company_id = l.company_id)
    group by coalesce(l.company_id, -l.id) order by s.engagement desc, s.lead_id limit ?"""
HANDED_WITHIN = 10.0
"""Seconds after a lead got hot: not handed over by then, it is kept out by a rule, and told of nowhere."""
STANDS = """
    select c.heat = 4, s.total from site_lead_score s join site_lead_cell c on c.id = s.cell
    where s.lead_id = ?"""
HANDED = "select h.handoff_id from handoff_handedlead h where h.lead = ? and h.cause = 'hot'"
SENT = """
    select count(*) from alerts_delivery d join alerts_alert a on a.id = d.alert_id
    where a.lead = ? and d.state = 'sent'"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--leads", type=int, default=30)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "data") as (data, port):
        key, source = source_of(data)
        rows = sqlite3.connect(f"file:{data / 'mikomi.sqlite3'}?mode=ro", uri=True, timeout=20)
        people = rows.execute(NEARLY, [3 * chosen.leads]).fetchall()
        put(data, source, [identify(number, email) for number, email in people])
        wait(lambda: backlog(data).entries == 0)
        time.sleep(3)
        told = (follow(rows, port, key, number) for number, _email in people)
        steps = list(islice(filter(None, told), chosen.leads))
    print(f"{len(steps)} leads became hot and were told of")
    for name, column in (("handed over", 0), ("alert sent", 1)):
        late = sorted(step[column] for step in steps)
        print(
            f"{name}: median {statistics.median(late):.2f} s, 95 % within"
            f" {late[int(len(late) * 0.95)]:.2f} s, worst {late[-1]:.2f} s after the answer"
        )
    return 0


def follow(rows: sqlite3.Connection, port: int, key: str, lead: int) -> tuple[float, float] | None:
    """Seconds until the lead was handed over and until the alert was sent; None where it never got hot."""
    batch = [
        message("page", lead, f"hot-{lead}-{path}-{time.time_ns()}", properties={"path": path})
        for path in VISITS
    ]
    before = rows.execute(STANDS, [lead]).fetchone()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/v1/batch", json.dumps({"writeKey": key, "batch": batch}))
    connection.getresponse().read()
    began = time.perf_counter()
    handed = scored = 0.0
    while (passed := time.perf_counter() - began) < LONGEST:
        if not handed and rows.execute(HANDED, [lead]).fetchone():
            handed = passed
        if handed and rows.execute(SENT, [lead]).fetchone()[0]:
            return handed, passed
        stands = rows.execute(STANDS, [lead]).fetchone()
        scored = scored or (passed if stands != before else 0.0)
        if not handed and scored and passed > scored + (HANDED_WITHIN if stands[0] else SCORED_FOR):
            return None
        time.sleep(0.01)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
