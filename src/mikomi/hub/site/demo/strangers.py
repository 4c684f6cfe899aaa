"""Visits to the demo's site by browsers: of people who are known since, and of nobody.

They go the way that any visit goes, as messages of the site's tag in a journal; the addresses are those
kept for examples (RFC 5737), so nobody's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from mikomi.collector.journal import Entry
from mikomi.hub.site.demo.contents import PAGES
from mikomi.hub.site.demo.generate import SEED, TIMEZONE, DemoData

SITE = "会社サイト"
HOST = "https://www.mikomi-demo.example"
COMPANIES = 12
STRANGERS = 70
KNOWN = 60
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/131.0.0.0 Safari/537.36"
)
WAYS = (
    "?utm_source=google&utm_medium=cpc&utm_campaign=生産管理",
    "?utm_source=google&utm_medium=organic",
    "?utm_source=newsletter&utm_medium=email",
    "?utm_source=expo&utm_medium=qr&utm_campaign=秋の展示会",
    "",
)
INTEREST = (
    "/product",
    "/product/scheduling",
    "/pricing",
    "/cases",
    "/cases/metal",
    "/blog/excel-limits",
    "/documents",
)


def company_ranges(data: DemoData) -> str:
    """A list of networks as people keep it, for companies that nobody is known at and a few that are."""
    names = data.companies["name"].gather_every(max(data.companies.height // COMPANIES, 1)).head(COMPANIES)
    return "\n".join(f"198.51.100.{16 * at}/28, {name}" for at, name in enumerate(names))


def entries(data: DemoData, source: int) -> list[Entry]:
    """What the journal holds of the last weeks, in order of time; the last day is yesterday."""
    dice = np.random.default_rng([SEED, data.today.toordinal()])
    said = sorted([*_strangers(data, dice), *_known(data)], key=lambda one: one[0])
    return [
        Entry(
            seq=number,
            received=round(at.timestamp() * 1_000_000),
            source=source,
            kind="batch",
            address=address,
            agent=AGENT,
            flags="{}",
            body=json.dumps({"batch": messages}, ensure_ascii=False).encode(),
        )
        for number, (at, address, messages) in enumerate(said, start=1)
    ]


type _Said = tuple[datetime, str, list[dict]]


def _strangers(data: DemoData, dice: np.random.Generator) -> Iterator[_Said]:
    """Most come from homes and phones; some from a company's network."""
    for number in range(STRANGERS):
        at = _moment(data, int(dice.integers(1, 26)), int(dice.integers(0, 9 * 3600)))
        company = int(dice.integers(0, COMPANIES * 2))
        inside = company < COMPANIES
        address = f"198.51.100.{16 * company + 3}" if inside else f"203.0.113.{number + 1}"
        way = WAYS[int(dice.integers(0, len(WAYS)))]
        for step in range(int(dice.integers(1, 5))):
            path = INTEREST[int(dice.integers(0, len(INTEREST)))]
            seen = at + timedelta(minutes=3 * step)
            page = _page(f"stranger-{number}", number * 10 + step, seen, path, "" if step else way)
            yield seen, address, [page]


def _known(data: DemoData) -> Iterator[_Said]:
    """People who read on the site lately and said who they are: the visit counts with the day's others."""
    recent = datetime.combine(data.today - timedelta(days=30), time(), UTC)
    read = (
        data.events.filter((pl.col("kind") == "page_view") & ~pl.col("automated") & (pl.col("at") >= recent))
        .unique("lead", keep="last", maintain_order=True)
        .join(data.leads.select("lead", "email"), on="lead")
        .filter(pl.col("email") != "")
        .sort("lead")
        .head(KNOWN)
    )
    for number, (at, email, path) in enumerate(read.select("at", "email", "content").iter_rows()):
        seen = at.astimezone(UTC)
        browser = f"known-{number}"
        page = _page(browser, 10_000 + number, seen, path, WAYS[number % len(WAYS)])
        told = {
            "type": "identify",
            "messageId": f"demo-known-{number}",
            "anonymousId": browser,
            "timestamp": seen.isoformat(),
            "traits": {"email": email},
        }
        yield seen, f"203.0.113.{number % 200 + 1}", [page, told]


def _page(browser: str, number: int, at: datetime, path: str, way: str) -> dict:
    return {
        "type": "page",
        "messageId": f"demo-{number}",
        "anonymousId": browser,
        "timestamp": at.isoformat(),
        "properties": {"path": path, "url": f"{HOST}{path}{way}", "title": PAGES.get(path, "")},
    }


def _moment(data: DemoData, days_ago: int, second: int) -> datetime:
    """A moment between 9 and 18 o'clock of a day."""
    day = data.today - timedelta(days=days_ago)
    return datetime.combine(day, time(9), ZoneInfo(TIMEZONE)) + timedelta(seconds=second)
