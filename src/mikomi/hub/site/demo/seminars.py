"""The seminars behind the demo's events: when and where they were, how many places there were, who came."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from mikomi.hub.site.demo.contents import SEMINAR_TOPICS
from mikomi.hub.site.demo.generate import TIMEZONE, DemoData

KEY = "seminar/"
BEGINS, LASTS = time(14, 0), timedelta(minutes=75)
ROOM = "本社 3階 セミナールーム"
ORGANISER = "見込み工程システム株式会社"
ONLINE = "https://meet.demo.example/seminar"
AHEAD = 12
"""So many days from today the next seminar is held, or a little later: on a working day."""


def held_seminars(data: DemoData) -> pl.DataFrame:
    """The seminars of the told time, as `capture.seminars.filling.put_seminars` takes them; every second
    one in a room, the others online."""
    keys = data.titles.filter(pl.col("content").str.starts_with(KEY))["content"].sort().to_list()
    taken = dict(applications(data).drop_nulls("applied_at").group_by("key").len().iter_rows())
    rows = []
    for place, key in enumerate(keys):
        begins = _begins(date.fromisoformat(key.removeprefix(KEY)))
        online = place % 2 == 0
        rows.append(
            {
                "key": key,
                "title": SEMINAR_TOPICS[place % len(SEMINAR_TOPICS)],
                "starts_at": begins,
                "ends_at": begins + LASTS,
                "place": "" if online else ROOM,
                "url": ONLINE if online else "",
                # Round numbers that everybody who applied fits in.
                "capacity": max(-(-taken.get(key, 0) // 20) * 20, 40),
            }
        )
    return pl.DataFrame(rows)


def applications(data: DemoData) -> pl.DataFrame:
    """Who applied to which seminar and came, one row a lead and seminar."""
    told = data.events.filter(pl.col("content").str.starts_with(KEY), ~pl.col("automated"))
    companies = data.companies.select("company", pl.col("name").alias("called"))
    names = data.leads.join(companies, on="company", how="left").select(
        "lead",
        pl.concat_str("family_name", "given_name", separator=" ").alias("name"),
        pl.col("called").alias("company"),
        "email",
    )
    kind = pl.col("kind")
    return (
        told.group_by(pl.col("content").alias("key"), "lead")
        .agg(
            pl.col("at").filter(kind == "seminar_apply").min().alias("applied_at"),
            pl.col("at").filter(kind == "seminar_attend").min().alias("came_at"),
        )
        .join(names, on="lead")
        .sort("key", "lead")
    )


def next_begins(today: date) -> datetime:
    """When the next seminar begins."""
    day = today + timedelta(days=AHEAD)
    return _begins(day + timedelta(days=max(7 - day.isoweekday() + 1, 0) if day.isoweekday() > 5 else 0))


def _begins(day: date) -> datetime:
    return datetime.combine(day, BEGINS, ZoneInfo(TIMEZONE))
