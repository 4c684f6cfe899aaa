"""Companies that look for a product: who takes part, what they read, how it ends and why.

This is the hidden truth behind the demo. Whether a search becomes a deal, and whether the deal is
won, depends on industry, size and on what was read and visited (prices, case studies, seminars, a
second person), with noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.events import KINDS
from mikomi.hub.site.demo.calendar import Calendar, Days, office_seconds
from mikomi.hub.site.demo.habits import attend
from mikomi.hub.site.demo.population import Companies, Floats, People, source_number
from mikomi.hub.site.demo.rows import Rows, join_rows, make_rows
from mikomi.hub.site.demo.schedule import Schedule
from mikomi.hub.site.demo.visits import Site, draw_visits

NOTHING, REJECTED, LOST, WON = range(4)
STUDIED = {
    "doc/product-guide": 0.34,
    "doc/price-list": 0.2,
    "doc/case-book": 0.2,
    "doc/selection-checklist": 0.14,
    "doc/roi-worksheet": 0.12,
}
"""How often each document is taken by those who look for a product."""
EAGER_SOURCES = {"問い合わせ": 5.0, "資料請求": 2.2, "ウェブ広告": 1.4, "セミナー": 1.6, "紹介": 2.5}


@dataclass(frozen=True, slots=True)
class Projects:
    """Searches for a product, one a company at most: arrays of one length, times as day numbers."""

    company: Days
    main: Days
    start: Days
    reading_ends: Days
    decided: Days
    again: npt.NDArray[np.bool_]
    heat: Floats

    def __len__(self) -> int:
        return len(self.company)


@dataclass(frozen=True, slots=True)
class Endings:
    """How each project ended: a day of the first meeting (or -1000) and a result; their causes too."""

    met: Days
    result: Days
    causes: pl.DataFrame


def first_searches(
    rng: np.random.Generator, calendar: Calendar, people: People, companies: Companies, share: float = 0.5
) -> Projects:
    """The first search of about `share` of the companies, interested ones more often.

    Half of them begin with the arrival of a lead, the others out of the blue.
    """
    wanting = int(len(companies) * share)
    pull = np.exp(0.55 * companies.interest)
    company = np.sort(rng.choice(len(companies), size=wanting, replace=False, p=pull / pull.sum()))
    eager = np.ones(len(EAGER_SOURCES) + 10)
    for name, factor in EAGER_SOURCES.items():
        eager[source_number(name)] = factor
    # the person who looks: the largest of weighted exponential draws in each company
    draw = rng.exponential(1.0, len(people)) / (people.weight * eager[people.source])
    frame = pl.DataFrame({"company": people.company, "lead": np.arange(len(people)), "draw": draw})
    chosen = frame.sort("draw").group_by("company", maintain_order=True).first().sort("company")
    main = chosen["lead"].to_numpy()[company].astype(np.int64)
    born = people.created[main]
    anytime = np.full(wanting, -110)
    start = calendar.draw(rng, anytime, np.full(wanting, calendar.length))
    on_arrival = (rng.random(wanting) < 0.5) & (born >= 0)
    start = np.where(on_arrival, born, np.maximum(start, born))
    length = np.clip(np.exp(rng.normal(3.75, 0.45, wanting)), 14, 150).astype(np.int64)
    return Projects(
        company,
        main,
        start,
        start + np.maximum((length * 0.82).astype(np.int64), 5),
        calendar.on_working(start + length),
        np.zeros(wanting, bool),
        np.ones(wanting),
    )


def second_searches(
    rng: np.random.Generator,
    calendar: Calendar,
    first: Projects,
    endings: Endings,
    people: People,
    share: float = 0.3,
    lately: int = 24,
) -> Projects:
    """Companies that come back: after a lost deal or a search that faded, 60 to 260 days later.

    About `lately` of them begin within the last two weeks.
    """
    ended = np.maximum(first.decided, first.reading_ends)
    open_again = (endings.result == LOST) | (endings.result == NOTHING)
    quiet = rng.integers(65, 260, len(first))
    start = calendar.draw(rng, ended + quiet, ended + quiet + 7)
    later = open_again & (rng.random(len(first)) < share) & (start < calendar.length - 14) & (start > 70)
    recent = np.flatnonzero(open_again & ~later & (ended < calendar.length - 95) & (ended > -60))
    # lost deals first, then those that faded
    late_first = np.where(endings.result[recent] == LOST, 0.0, 0.7) + rng.random(len(recent))
    recent = recent[np.argsort(late_first)][:lately]
    start[recent] = calendar.draw(
        rng, np.full(len(recent), calendar.length - 13), np.full(len(recent), calendar.length - 1)
    )
    rows = np.sort(np.concatenate([np.flatnonzero(later), recent]))
    begin = start[rows]
    length = np.clip(np.exp(rng.normal(3.4, 0.4, len(rows))), 12, 90).astype(np.int64)
    fresh = begin >= calendar.length - 14
    until = np.where(fresh, calendar.length, begin + np.maximum((length * 0.8).astype(np.int64), 4))
    decided = np.where(fresh, calendar.length + 1, calendar.on_working(begin + length))
    return Projects(
        first.company[rows],
        first.main[rows],
        begin,
        until,
        decided,
        np.ones(len(rows), bool),
        np.where(fresh, 0.85, 1.0),
    )


def search_events(
    rng: np.random.Generator,
    site: Site,
    calendar: Calendar,
    schedule: Schedule,
    people: People,
    companies: Companies,
    numbers: Mapping[str, int],
    projects: Projects,
    first_number: int,
) -> Rows:
    """What the people of each search read, asked and attended; projects count from `first_number`."""
    of_company = np.full(len(companies), -1)
    of_company[projects.company] = np.arange(len(projects))
    found = of_company[people.company]
    lead = np.flatnonzero(found >= 0)
    project = found[lead]
    main = projects.main[project] == lead
    width = projects.reading_ends[project] - projects.start[project]
    joins = projects.start[project] + np.where(
        main, 0, (rng.random(len(lead)) * 0.5 * width).astype(np.int64)
    )
    joins = np.maximum(joins, people.created[lead])
    reach = 0.16 * np.clip(people.weight[lead], 0.5, 2.5)
    part = (main | (rng.random(len(lead)) < reach)) & (joins < projects.reading_ends[project])
    lead, project, main, joins = lead[part], project[part], main[part], joins[part]
    until = projects.reading_ends[project]
    number = project + first_number

    zeal = projects.heat[project] * np.exp(rng.normal(0, 0.55, len(lead)))
    visits = rng.poisson(np.where(main, 4.6, 2.8) * zeal) + projects.again[project]
    who = np.repeat(np.arange(len(lead)), visits)
    day = calendar.draw(rng, joins[who], until[who])
    progress = (day - projects.start[project[who]]) / np.maximum(until[who] - projects.start[project[who]], 1)
    late = rng.random(len(who)) < np.where(projects.again[project[who]], 0.75, 0.15 + 0.6 * progress)
    mood = np.where(late, "late", "early")
    parts = [draw_visits(rng, site, calendar, people, companies, lead[who], day, mood, number[who], 3.1)]

    documents = np.array([numbers[name] for name in STUDIED])
    takes = np.repeat(np.arange(len(lead)), rng.poisson(0.75 * zeal))
    content = documents[rng.choice(len(documents), size=len(takes), p=list(STUDIED.values()))]
    parts.append(_during(rng, calendar, lead, joins, until, number, takes, "download", content))
    for name, rate in (("form/demo", 0.13), ("form/quote", 0.08), ("form/contact", 0.1)):
        asks = np.flatnonzero((rng.random(len(lead)) < rate * zeal) & main)
        late_join = joins + (until - joins) // 2
        parts.append(
            _during(rng, calendar, lead, late_join, until, number, asks, "form_submit", numbers[name])
        )
    if len(schedule.seminars):
        held = np.searchsorted(schedule.seminars, joins + 2)
        held = np.minimum(held, len(schedule.seminars) - 1)
        on = schedule.seminars[held]
        goes = np.flatnonzero((on > joins) & (on < until) & (rng.random(len(lead)) < 0.42))
        parts.append(
            attend(rng, calendar, schedule, numbers, lead[goes], held[goes], joins[goes], number[goes])
        )
    return join_rows(parts)


def end_searches(
    rng: np.random.Generator,
    calendar: Calendar,
    projects: Projects,
    companies: Companies,
    rows: Rows,
    numbers: Mapping[str, int],
    first_number: int,
) -> Endings:
    """Which searches led to a meeting and how they were decided, from what was done in them."""
    causes = _causes(projects, rows, numbers, first_number)
    prices = np.minimum(causes["pricing"].to_numpy(), 4)
    cases = np.minimum(causes["cases"].to_numpy(), 3)
    asked = causes["asked"].to_numpy() > 0
    attended = causes["attended"].to_numpy() > 0
    downloads = np.minimum(causes["downloads"].to_numpy(), 3)
    second = causes["persons"].to_numpy() > 1
    interest = companies.interest[projects.company]

    meets = (
        -1.9 + 0.4 * prices + 1.5 * asked + 0.3 * downloads + 0.5 * attended + 0.25 * interest
        + 0.5 * projects.again
    )  # fmt: skip
    met = rng.random(len(projects)) < _sigmoid(meets)
    span = projects.decided - projects.start
    day = calendar.on_working(projects.start + (span * (0.4 + 0.3 * rng.random(len(projects)))).astype(int))
    refused = rng.random(len(projects)) < _sigmoid(-1.5 - 1.4 * interest)
    wins = (
        -5.5 + 1.25 * interest + 0.6 * prices + 0.55 * cases + 1.9 * attended + 1.4 * second
        + 0.6 * asked + 0.6 * projects.again
    )  # fmt: skip
    won = rng.random(len(projects)) < _sigmoid(wins)
    result = np.select([~met, refused, won], [NOTHING, REJECTED, WON], LOST)
    return Endings(np.where(met, day, -1_000), result, causes)


def call_events(
    rng: np.random.Generator,
    calendar: Calendar,
    projects: Projects,
    endings: Endings,
    numbers: Mapping[str, int],
    first_number: int,
) -> Rows:
    """Calls that reached the main person, before the meeting and while the deal was open."""
    parts = []
    for content, low, high, rate in (
        (numbers["call/inside-sales"], endings.met - 9, endings.met, 1.3),
        (numbers["call/sales"], endings.met + 1, projects.decided, 1.1),
    ):
        met = endings.met > -1_000
        rows = np.repeat(np.arange(len(projects)), np.where(met, rng.poisson(rate, len(projects)), 0))
        day = calendar.on_working(
            calendar.draw(rng, np.maximum(low, projects.start)[rows], np.maximum(high, low + 1)[rows])
        )
        at = calendar.instants(day, office_seconds(rng, len(rows)))
        parts.append(make_rows(projects.main[rows], day, at, "call", content, rows + first_number))
    return join_rows(parts)


def _causes(projects: Projects, rows: Rows, numbers: Mapping[str, int], first_number: int) -> pl.DataFrame:
    pricing = [numbers["/pricing"], numbers["/pricing/simulator"]]
    cases = [number for content, number in numbers.items() if content.startswith("/cases")]
    asked = [numbers["form/demo"], numbers["form/quote"], numbers["form/contact"]]
    kind = pl.col("kind")
    content = pl.col("content")
    frame = pl.DataFrame(
        {
            "project": rows.project - first_number,
            "lead": rows.lead,
            "day": rows.day,
            "kind": rows.kind,
            "content": rows.content,
        }
    ).filter(pl.col("project") >= 0)
    counted = frame.group_by("project").agg(
        pricing=pl.col("day").filter(content.is_in(pricing)).n_unique(),
        cases=pl.col("day").filter(content.is_in(cases)).n_unique(),
        asked=content.is_in(asked).sum(),
        attended=(kind == KINDS.index("seminar_attend")).sum(),
        downloads=(kind == KINDS.index("download")).sum(),
        persons=pl.col("lead").n_unique(),
    )
    every = pl.DataFrame({"project": np.arange(len(projects))})
    return (
        every.join(counted, on="project", how="left")
        .sort("project")
        .with_columns(pl.exclude("project").fill_null(0).cast(pl.Int64))
    )


def _during(
    rng: np.random.Generator,
    calendar: Calendar,
    lead: Days,
    low: Days,
    high: Days,
    number: Days,
    rows: Days,
    kind: str,
    content: Days | int,
) -> Rows:
    day = calendar.draw(rng, low[rows], high[rows])
    at = calendar.instants(day, office_seconds(rng, len(rows)))
    return make_rows(lead[rows], day, at, kind, content, number[rows])


def _sigmoid(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-x))
