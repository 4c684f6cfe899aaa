"""月ごとの流れ: how far everybody came, worked out as the worker does it, and the page that shows it.

    python -m bench.flow --leads 1000000 --database sqlite

Leads with outcomes are put straight into the tables and scored; every second one joined one of 100 campaigns.
Prints seconds and the memory held at most, and the ratio to scoring everybody.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from dataclasses import replace
from datetime import UTC, datetime

from bench.databases import on_each
from bench.journey_hub import fill, watched
from bench.nightly import timed
from bench.pages import somebody, time_pages
from bench.segments import GROUPS
from bench.world import LAST_DAY, make_model

CAMPAIGNS = 100


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    return on_each("bench.flow", parser, lambda chosen: measure(chosen.leads, chosen.events))


def measure(leads: int, events: int) -> None:
    """Fills the tables, scores, works the flow out, and prints what each took."""
    from mikomi.hub.activity import cache
    from mikomi.hub.capture.campaigns.editing import Plan, make_campaign
    from mikomi.hub.kit.setwise import run
    from mikomi.hub.scores.services import publish_model
    from mikomi.hub.site import flow, pipeline

    timed("tables filled", lambda: fill(leads, events))
    cache.FEWEST_LEADS = 0
    publish_model(replace(make_model(), groups=tuple(GROUPS.items())))
    for number in range(CAMPAIGNS):
        make_campaign(Plan(f"施策{number}", "advert", begins=LAST_DAY.replace(day=1), cost=100_000 * number))
    last = int(datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, tzinfo=UTC).timestamp()) * 10**6
    run(
        "insert into capture_campaignmember (campaign, lead, how, ref, at)"
        " select 1 + id %% %s, id, 'utm', 0, %s from people_lead where id %% 2 = 0",
        [CAMPAIGNS, last],
    )
    scoring = watched("everybody scored", lambda: pipeline.score_all(LAST_DAY))
    now = datetime.now(UTC)
    took = watched("flow worked out", lambda: flow.prepare(now))
    print(f"flow worked out: {took / scoring:.2f} x one full scoring", flush=True)
    month = LAST_DAY.strftime("%Y-%m")
    time_pages(
        somebody(),
        {"flow": "/flow/", "flow, a month": f"/flow/?month={month}", "its people": "/flow/leads/?step=met"},
    )


if __name__ == "__main__":
    sys.exit(main())
