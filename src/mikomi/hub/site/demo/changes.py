"""Attributes that changed in the told time: promotions, transfers, companies that grew."""

from __future__ import annotations

import numpy as np
import polars as pl

from mikomi.hub.site.demo import words
from mikomi.hub.site.demo.calendar import Calendar, Days, office_seconds
from mikomi.hub.site.demo.population import People, gather

PROMOTED = 0.035
MOVED = 0.03
COUNTED_ANEW = 0.08
PERSONNEL_MONTHS = (4, 10)
"""Most transfers and promotions take effect on the first working day of April and October."""


def draw_changes(
    rng: np.random.Generator, calendar: Calendar, people: People, leads: pl.DataFrame, companies: pl.DataFrame
) -> pl.DataFrame:
    """`subject, key, field, value, at (UTC)` of the changes, in the order of time."""
    count = leads.height
    titles = [name for name, _, _ in words.TITLES]
    ladder = ["", "主任", "係長", "課長", "部長"]
    step = np.array([ladder.index(name) if name in ladder else len(ladder) for name in titles])[people.title]
    risen = np.flatnonzero((rng.random(count) < PROMOTED) & (step < len(ladder) - 1))
    promoted = _rows(
        rng, calendar, "lead", leads["lead"], risen, "title", gather(ladder, step[risen] + 1),
        _personnel_days(rng, calendar, people.created[risen]),
    )  # fmt: skip
    departments = [name for name, _, _ in words.DEPARTMENTS]
    gone = np.flatnonzero(rng.random(count) < MOVED)
    to = (people.department[gone] + rng.integers(1, len(departments), len(gone))) % len(departments)
    moved = _rows(
        rng, calendar, "lead", leads["lead"], gone, "department", gather(departments, to),
        _personnel_days(rng, calendar, people.created[gone]),
    )  # fmt: skip
    grown = np.flatnonzero(rng.random(companies.height) < COUNTED_ANEW)
    size = companies["employees"].to_numpy()[grown]
    anew = np.maximum(np.round(size * rng.uniform(0.85, 1.4, len(grown))), 2).astype(np.int64)
    day = calendar.draw(rng, np.zeros(len(grown), np.int64), np.full(len(grown), calendar.length))
    counted = _rows(
        rng, calendar, "company", companies["company"], grown, "employees",
        pl.Series(anew).cast(pl.String), day,
    ).filter(pl.Series(anew != size))  # fmt: skip
    return pl.concat([promoted, moved, counted]).sort("at", "subject", "key", "field")


def _personnel_days(rng: np.random.Generator, calendar: Calendar, created: Days) -> Days:
    firsts = [day for day in range(calendar.length) if calendar.date_of(day).day == 1]
    usual = [day for day in firsts if calendar.date_of(day).month in PERSONNEL_MONTHS] or firsts
    day = np.full(len(created), calendar.length)
    if usual:
        day = rng.choice(np.array(usual), size=len(created))
    free = calendar.draw(rng, np.zeros(len(created), np.int64), np.full(len(created), calendar.length))
    day = np.where(rng.random(len(created)) < 0.75, calendar.on_working(day), free)
    return np.where(day > created, day, calendar.length)


def _rows(
    rng: np.random.Generator,
    calendar: Calendar,
    subject: str,
    keys: pl.Series,
    rows: Days,
    field: str,
    value: pl.Series,
    day: Days,
) -> pl.DataFrame:
    at = calendar.instants(day, office_seconds(rng, len(rows)))
    frame = pl.DataFrame(
        {
            "subject": pl.Series([subject] * len(rows), dtype=pl.String),
            "key": keys.gather(rows),
            "field": pl.Series([field] * len(rows), dtype=pl.String),
            "value": value,
            "at": pl.Series(at * 1_000_000).cast(pl.Datetime("us", "UTC")),
        }
    )
    return frame if subject == "company" else frame.filter(pl.Series(day < calendar.length))
