"""What happens without anybody looking for a product: arrivals, idle visits, newsletters, machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mikomi.hub.site.demo import contents
from mikomi.hub.site.demo.calendar import Calendar, Days, office_seconds
from mikomi.hub.site.demo.population import Companies, People, source_number
from mikomi.hub.site.demo.rows import Rows, join_rows, make_rows
from mikomi.hub.site.demo.schedule import Schedule
from mikomi.hub.site.demo.visits import Site, draw_visits

SEND_SECOND = 10 * 3_600
SEMINAR_SECOND = 14 * 3_600
SCANNED_COMPANIES = 0.09
PROXY_READERS = 0.07


def arrivals(
    rng: np.random.Generator,
    site: Site,
    calendar: Calendar,
    schedule: Schedule,
    people: People,
    companies: Companies,
    numbers: Mapping[str, int],
) -> Rows:
    """How leads of the told time came in: a card, a form, a seminar."""
    told = people.created >= 0
    seconds = office_seconds(rng, len(people))
    parts: list[Rows] = []

    def came(name: str) -> Days:
        return np.flatnonzero(told & (people.source == source_number(name)))

    expo = came("展示会")
    if len(schedule.expos):
        opened = schedule.expos[
            np.maximum(np.searchsorted(schedule.expos, people.created[expo], "right") - 1, 0)
        ]
        cards = _numbers([contents.expo_key(calendar.date_of(day)) for day in schedule.expos], numbers)
        content = cards[np.searchsorted(schedule.expos, opened)]
        parts.append(_at(calendar, people, expo, seconds, "card_exchange", content))
    visited = came("名刺交換")
    parts.append(_at(calendar, people, visited, seconds, "card_exchange", numbers["card/visit"]))

    asked = came("資料請求")
    documents = _numbers(list(contents.DOCUMENTS), numbers)
    wanted = documents[rng.choice(len(documents), size=len(asked), p=[0.36, 0.06, 0.16, 0.2, 0.06, 0.16])]
    parts.append(_at(calendar, people, asked, seconds, "form_submit", numbers["form/document"]))
    parts.append(_at(calendar, people, asked, seconds + 60, "download", wanted))

    contact = came("問い合わせ")
    parts.append(_at(calendar, people, contact, seconds, "form_submit", numbers["form/contact"]))

    advert = came("ウェブ広告")
    template = np.where(
        rng.random(len(advert)) < 0.6, numbers["doc/excel-template"], numbers["doc/selection-checklist"]
    )
    parts.append(_at(calendar, people, advert, seconds, "download", template))

    online = np.concatenate([asked, contact, advert])
    mood = np.where(rng.random(len(online)) < 0.35, "early", "idle")
    parts.append(draw_visits(rng, site, calendar, people, companies, online, people.created[online], mood))

    seminar = came("セミナー")
    if len(schedule.seminars):
        held = np.searchsorted(schedule.seminars, people.created[seminar])
        held = np.minimum(held, len(schedule.seminars) - 1)
        parts.append(attend(rng, calendar, schedule, numbers, seminar, held, people.created[seminar] - 400))
    return join_rows(parts)


def attend(
    rng: np.random.Generator,
    calendar: Calendar,
    schedule: Schedule,
    numbers: Mapping[str, int],
    lead: Days,
    held: Days,
    earliest: Days,
    project: Days | int = -1,
) -> Rows:
    """Applications to seminars (by their place in the schedule), and attendance of two in three."""
    seminars = _numbers([contents.seminar_key(calendar.date_of(day)) for day in schedule.seminars], numbers)
    day = schedule.seminars[held]
    applied = np.maximum(calendar.draw(rng, day - 16, day), earliest)
    projects = np.broadcast_to(np.asarray(project, np.int64), (len(lead),))
    came = rng.random(len(lead)) < 0.66
    late = SEMINAR_SECOND + rng.integers(-300, 900, len(lead))
    return join_rows(
        [
            make_rows(
                lead,
                applied,
                calendar.instants(applied, office_seconds(rng, len(lead))),
                "seminar_apply",
                seminars[held],
                projects,
            ),
            make_rows(
                lead[came],
                day[came],
                calendar.instants(day, late)[came],
                "seminar_attend",
                seminars[held][came],
                projects[came],
            ),
        ]
    )


def idle_visits(
    rng: np.random.Generator, site: Site, calendar: Calendar, people: People, companies: Companies
) -> Rows:
    """Now and then people look in, most of them hardly ever; a few look at everything for no reason."""
    often = rng.gamma(0.55, 4.2, len(people))
    count = rng.poisson(often)
    lead = np.repeat(np.arange(len(people)), count)
    low = np.maximum(people.created[lead], 0)
    day = calendar.draw(rng, low, np.full(len(lead), calendar.length))
    return draw_visits(rng, site, calendar, people, companies, lead, day, "idle", pages=2.1)


def newsletters(
    rng: np.random.Generator,
    site: Site,
    calendar: Calendar,
    schedule: Schedule,
    people: People,
    companies: Companies,
    numbers: Mapping[str, int],
) -> Rows:
    """Opens, clicks with the visit behind them, a few opt-outs, and what scanners and proxies add.

    Scanners of guarded companies open each mail and follow every link within seconds; the privacy
    proxies of some readers open everything. Both are automated rows.
    """
    sends = len(schedule.newsletters)
    keys = _numbers([contents.newsletter_key(calendar.date_of(day)) for day in schedule.newsletters], numbers)
    lead, send = (axis.ravel() for axis in np.indices((len(people), sends)))
    leaves = np.where(rng.random(len(people)) < 0.02, rng.integers(0, max(sends, 1), len(people)), sends)
    day = schedule.newsletters[send]
    sent = (people.created[lead] < day) & (send <= leaves[lead])
    lead, send, day = lead[sent], send[sent], day[sent]

    opened = rng.random(len(lead)) < 0.62 * people.mail[lead]
    clicked = opened & (rng.random(len(lead)) < 0.11)
    wait = np.minimum(rng.exponential(9_000, len(lead)), 12.5 * 3_600).astype(np.int64)
    at = calendar.instants(day, SEND_SECOND + 120 + wait)
    parts = [
        make_rows(lead[opened], day[opened], at[opened], "mail_open", keys[send[opened]]),
        make_rows(lead[clicked], day[clicked], at[clicked] + 40, "mail_click", keys[send[clicked]]),
        draw_visits(rng, site, calendar, people, companies, lead[clicked], day[clicked], "idle", pages=1.6),
    ]
    left = send == leaves[lead]
    parts.append(make_rows(lead[left], day[left], at[left] + 90, "mail_unsubscribe", keys[send[left]]))

    guarded = rng.random(len(companies)) < SCANNED_COMPANIES * np.where(companies.employees >= 300, 2.2, 0.7)
    scanned = guarded[people.company[lead]]
    soon = calendar.instants(day, SEND_SECOND + rng.integers(2, 25, len(lead)))[scanned]
    who, on, mail = lead[scanned], day[scanned], keys[send[scanned]]
    parts.append(make_rows(who, on, soon, "mail_open", mail, automated=True))
    for link in range(2):
        parts.append(make_rows(who, on, soon + 1 + link, "mail_click", mail, automated=True))
    proxy = (rng.random(len(people)) < PROXY_READERS)[lead]
    shortly = calendar.instants(day, SEND_SECOND + rng.integers(60, 5_400, len(lead)))[proxy]
    parts.append(make_rows(lead[proxy], day[proxy], shortly, "mail_open", keys[send[proxy]], automated=True))
    return join_rows(parts)


def crawlers(
    rng: np.random.Generator, calendar: Calendar, people: People, numbers: Mapping[str, int]
) -> Rows:
    """Link checkers that run through every page under some lead's cookie, at night as well."""
    pages = _numbers(list(contents.PAGES), numbers)
    runs = max(len(people) // 40, 1)
    victims = rng.choice(len(people), size=max(len(people) // 120, 1), replace=False)
    lead = rng.choice(victims, size=runs)
    low = np.maximum(people.created[lead], 0)
    day = low + (rng.random(runs) * (calendar.length - low)).astype(np.int64)
    second = rng.integers(0, 86_000, runs)
    who, on = np.repeat(lead, len(pages)), np.repeat(day, len(pages))
    step = np.tile(np.arange(len(pages)), runs)
    at = calendar.instants(on, np.repeat(second, len(pages)) + step)
    return make_rows(who, on, at, "page_view", np.tile(pages, runs), automated=True)


def customer_visits(
    rng: np.random.Generator,
    site: Site,
    calendar: Calendar,
    people: People,
    companies: Companies,
    lead: Days,
    since: Days,
) -> Rows:
    """After winning, people read the manual."""
    count = rng.poisson(np.maximum(calendar.length - since, 0) / 16)
    who = np.repeat(lead, count)
    low = np.repeat(since, count)
    day = calendar.draw(rng, low, np.full(len(who), calendar.length))
    return draw_visits(rng, site, calendar, people, companies, who, day, "customer")


def _at(
    calendar: Calendar, people: People, lead: Days, seconds: Days, kind: str, content: Days | int
) -> Rows:
    day = people.created[lead]
    return make_rows(lead, day, calendar.instants(day, seconds[lead]), kind, content)


def _numbers(keys: Sequence[str], numbers: Mapping[str, int]) -> Days:
    return np.array([numbers[key] for key in keys], np.int64)
