"""A believable year of a Japanese maker of 生産管理 SaaS, invented from a date and a seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from mikomi.core.events import KINDS
from mikomi.hub.site.demo import habits, projects, words
from mikomi.hub.site.demo.calendar import Calendar, Days, office_seconds
from mikomi.hub.site.demo.changes import draw_changes
from mikomi.hub.site.demo.deals import draw_deals
from mikomi.hub.site.demo.doubles import plant_doubles
from mikomi.hub.site.demo.population import (
    Companies,
    People,
    company_frame,
    draw_companies,
    draw_people,
    gather,
    lead_frame,
    pick,
)
from mikomi.hub.site.demo.projects import LOST, NOTHING, REJECTED, WON, Endings, Projects
from mikomi.hub.site.demo.rows import Rows, event_frame, join_rows
from mikomi.hub.site.demo.schedule import make_schedule, titles_of
from mikomi.hub.site.demo.visits import Site

SEED = 2_026
TIMEZONE = "Asia/Tokyo"


@dataclass(frozen=True, slots=True)
class DemoData:
    """The demo company's world; every instant is UTC (µs), the last told day is `today` - 1 in Tokyo.

    companies: company, name, industry, employees, prefecture, website, phone.
    leads: lead, company, family_name, given_name, family_name_kana, given_name_kana, email, phone,
    department, title, source, created_at. Both hold the values known first.
    changes: subject (`company` or `lead`), key, field, value, at: later values, in order of time.
    events: lead, at, kind, content, automated, in order of time.
    outcomes: lead, at, result, reason, amount (yen), in order of time.
    deals: the meetings, wins and losses of the outcomes once more, deal by deal (`deals.draw_deals`).
    titles: content, title (Japanese), every content of the events among them.
    """

    today: date
    companies: pl.DataFrame
    leads: pl.DataFrame
    changes: pl.DataFrame
    events: pl.DataFrame
    outcomes: pl.DataFrame
    deals: pl.DataFrame
    titles: pl.DataFrame


def generate(
    today: date, *, seed: int = SEED, leads: int = 5_000, companies: int = 2_000, months: int = 12
) -> DemoData:
    """The world up to the day before `today`; the same arguments always give the same frames.

    `leads` must be at least `companies`; `months` of 1 or more are told.
    """
    if leads < companies or companies < 50 or months < 1:
        raise ValueError("demo data needs 50 companies or more, a lead for each, and a month or more")
    end = today - timedelta(days=1)
    calendar = Calendar.of(_months_before(today, months), end)
    schedule = make_schedule(calendar)
    titles = titles_of(calendar, schedule)
    numbers = {content: number for number, content in enumerate(titles)}
    site = Site.of(numbers)
    root = np.random.SeedSequence([seed, today.toordinal(), leads, companies, months])
    dice = [np.random.default_rng(child) for child in root.spawn(9)]

    firms = draw_companies(dice[0], companies)
    people = draw_people(dice[1], firms, leads, calendar, schedule)
    common = (site, calendar)
    first = projects.first_searches(dice[2], calendar, people, firms)
    read = projects.search_events(dice[2], *common, schedule, people, firms, numbers, first, 0)
    ended = projects.end_searches(dice[2], calendar, first, firms, read, numbers, 0)
    again = projects.second_searches(dice[3], calendar, first, ended, people)
    offset = len(first)
    reread = projects.search_events(dice[3], *common, schedule, people, firms, numbers, again, offset)
    reended = projects.end_searches(dice[3], calendar, again, firms, reread, numbers, offset)

    idle = join_rows(
        [
            habits.idle_visits(dice[4], *common, people, firms),
            habits.newsletters(dice[5], *common, schedule, people, firms, numbers),
        ]
    )
    rows = join_rows(
        [
            read,
            reread,
            projects.call_events(dice[2], calendar, first, ended, numbers, 0),
            projects.call_events(dice[3], calendar, again, reended, numbers, offset),
            habits.arrivals(dice[4], *common, schedule, people, firms, numbers),
            _without_quiet(idle, first, again, people, numbers),
            habits.crawlers(dice[5], calendar, people, numbers),
            _customers(dice[6], site, calendar, people, firms, (first, ended), (again, reended)),
        ]
    )
    rows = rows.where((rows.day >= 0) & (rows.day < calendar.length))
    rows = rows.where(rows.at < calendar.instants(np.array([calendar.length]), np.array([0]))[0])

    created = calendar.instants(people.created, office_seconds(dice[7], leads))
    earliest = np.full(leads, np.iinfo(np.int64).max)
    np.minimum.at(earliest, rows.lead, rows.at)
    created = np.where(people.created >= 0, np.minimum(created, earliest), created)
    lead_rows = plant_doubles(lead_frame(people, firms, calendar, created, dice[7]))
    company_rows = company_frame(firms, calendar, dice[7])
    outcomes = pl.concat(
        _outcomes(dice[6], calendar, firms, lead_rows["lead"], *pair)
        for pair in ((first, ended), (again, reended))
    ).sort("at", "lead", "result")
    return DemoData(
        today,
        company_rows,
        lead_rows,
        draw_changes(dice[7], calendar, people, lead_rows, company_rows),
        event_frame(rows, lead_rows["lead"], list(titles)),
        outcomes,
        draw_deals(
            dice[8],
            calendar,
            firms,
            lead_rows,
            outcomes,
            (first, ended, read, 0),
            (again, reended, reread, offset),
        ),
        pl.DataFrame({"content": list(titles), "title": list(titles.values())}),
    )


def _months_before(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 - months
    year, month = divmod(month, 12)
    first = date(year, month + 1, 1)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return first + timedelta(days=min(day.day, (following - first).days) - 1)


def _without_quiet(
    idle: Rows, first: Projects, again: Projects, people: People, numbers: dict[str, int]
) -> Rows:
    """Takes idle visits and clicks out of the time between a search and the one that came back."""
    of_company = np.full(int(people.company.max()) + 1, -1)
    of_company[again.company] = np.arange(len(again))
    project = of_company[people.company[idle.lead]]
    ended = np.full(len(of_company), 10**6)
    ended[first.company] = np.maximum(first.decided, first.reading_ends)
    begun = np.where(project >= 0, again.start[project], -(10**6))
    between = (idle.day > ended[people.company[idle.lead]] - 10) & (idle.day < begun)
    opens = idle.kind == KINDS.index("mail_open")
    return idle.where(~between | opens | idle.automated)


def _customers(
    rng: np.random.Generator,
    site: Site,
    calendar: Calendar,
    people: People,
    firms: Companies,
    *rounds: tuple[Projects, Endings],
) -> Rows:
    parts = []
    for search, ending in rounds:
        won = (ending.result == WON) & (search.decided < calendar.length)
        parts.append(
            habits.customer_visits(
                rng, site, calendar, people, firms, search.main[won], np.maximum(search.decided[won] + 1, 0)
            )
        )
    return join_rows(parts)


def _outcomes(
    rng: np.random.Generator,
    calendar: Calendar,
    firms: Companies,
    leads: pl.Series,
    search: Projects,
    ending: Endings,
) -> pl.DataFrame:
    """Rows for the first meeting and for the decision; an amount where there was a quotation."""
    size = firms.employees[search.company]
    worth = np.round((240_000 + 7_500 * size**0.92) * np.exp(rng.normal(0, 0.25, len(search))), -4)
    amount = worth.astype(np.int64)
    refused = ending.result == REJECTED
    parts = []
    for result, day, mask, reasons in (
        ("meeting", ending.met, (ending.result != NOTHING) & ~refused, None),
        ("rejected", ending.met, refused, words.REJECTED_REASONS),
        ("lost", search.decided, ending.result == LOST, words.LOST_REASONS),
        ("won", search.decided, ending.result == WON, words.WON_REASONS),
    ):
        rows = np.flatnonzero(mask & (day >= 0) & (day < calendar.length))
        second: Days = office_seconds(rng, len(rows))
        reason = pl.Series([None] * len(rows), dtype=pl.String)
        if reasons is not None:
            at = pick(rng, [weight for _, weight in reasons], len(rows))
            reason = gather([text for text, _ in reasons], at)
        known = pl.Series(amount[rows])
        parts.append(
            pl.DataFrame(
                {
                    "lead": leads.gather(search.main[rows]),
                    "at": pl.Series(calendar.instants(day[rows], second) * 1_000_000).cast(
                        pl.Datetime("us", "UTC")
                    ),
                    "result": pl.Series([result] * len(rows), dtype=pl.String),
                    "reason": reason,
                    "amount": known
                    if result != "rejected"
                    else pl.Series([None] * len(rows), dtype=pl.Int64),
                }
            )
        )
    return pl.concat(parts)
