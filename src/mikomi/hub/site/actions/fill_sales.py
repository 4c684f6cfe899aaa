"""The demo's sales team: three people with seats, and what they did in the last three weeks."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.hub.accounts.services import create_user
from mikomi.hub.handoff import calendar, editing, services
from mikomi.hub.handoff.types import Cause, Kind
from mikomi.hub.kit import temperature as levels
from mikomi.hub.kit.setwise import fetch
from mikomi.hub.site import checks, handed
from mikomi.hub.site.demo.team import SALES

OWN_SEAT = 8
ACTIVE = 20.0
WEEKS = 3
A_DAY = 2
STORIES: tuple[tuple[tuple[Kind, str, str], ...], ...] = (
    ((Kind.NO_ANSWER, "", ""), (Kind.TALKED, "いまの製品の更新が春。見積の前に現場を見てほしい。", "")),
    ((Kind.MAILED, "", ""), (Kind.NO_ANSWER, "", ""), (Kind.MEETING, "来週、工場で打ち合わせ。", "")),
    ((Kind.TALKED, "予算は来期。資料は部内で回覧中。", ""), (Kind.TOO_EARLY, "", "来期の予算で検討")),
    ((Kind.NO_ANSWER, "", ""), (Kind.NO_ANSWER, "", "")),
    ((Kind.WRONG_PERSON, "", "異動"),),
    ((Kind.MAILED, "", ""),),
    ((Kind.REJECTED, "", "学生・調べもの"),),
    ((Kind.TALKED, "上司と相談してから折り返しとのこと。", ""),),
)
"""What came of a hand-off, contact by contact, two working days apart: result, note, reason."""


def seat_sales(by: int | None) -> None:
    """Makes the people and gives them seats; one for `by`, too, who looks at the demo."""
    if by is not None:
        editing.set_seat(by, OWN_SEAT)
    for one in SALES:
        user = create_user(one.email, one.name, role=one.role)
        editing.set_seat(user.pk, one.a_day, one.territory)


def tell_results(today: date) -> int:
    """Hands warm leads over on the working days of the last weeks and records what came of it; this week's
    checks are drawn, too. How many hand-offs."""
    time_of = calendar.working_time()
    days = [day for n in range(7 * WEEKS, 0, -1) if time_of.is_working(day := today - timedelta(days=n))]
    leads = _warm(A_DAY * len(days))
    made = 0
    for place, day in enumerate(days):
        some = leads[place * A_DAY : (place + 1) * A_DAY]
        known = handed.Known.of(some, day)
        for lead in some:
            active = lead in known.frozen and known.frozen[lead].engagement >= ACTIVE
            if active and known.why_not(lead, Cause.HOT) is None:
                with transaction.atomic():
                    _one(known, lead, day, STORIES[made % len(STORIES)], today)
                made += 1
    checks.draw(today)
    return made


def _one(
    known: handed.Known, lead: int, day: date, story: tuple[tuple[Kind, str, str], ...], today: date
) -> None:
    at = _at(day, 9, 20)
    given = services.hand_over(known.handing(lead, Cause.HOT, day.isoformat(), {}), day, now=at)
    if given.handoff is None or not given.new:
        return
    time_of = calendar.working_time()
    when = day
    for place, (kind, note, reason) in enumerate(story):
        when = when if not place else time_of.next_day(when, 2)
        if when >= today:
            return
        at = _at(when, 10 + place, 5 * (lead % 12))
        services.record_result(given.handoff, lead, kind, given.owner, at, note, None, reason, now=at)


def _warm(most: int) -> list[int]:
    """Leads just below the hot ones, one a company, the best first."""
    rows = fetch(
        "select s.lead_id, r.company_id from site_lead_score s join site_lead_cell c on c.id = s.cell"
        " join site_lead_row r on r.lead_id = s.lead_id where c.heat = %s and c.status = 0"
        " and r.company_id is not null order by s.rank",
        {"lead": pl.Int64, "company": pl.Int64},
        [levels.HOT - 1],
    )
    return rows.unique("company", keep="first", maintain_order=True)["lead"].head(most).to_list()


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), timezone.get_default_timezone())
