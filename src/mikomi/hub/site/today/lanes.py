"""What stands beside the cards of Today: 再検討の兆し, あと一歩, overdue hand-offs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from mikomi.core.words import Words
from mikomi.hub.handoff.types import ResultView, Standing
from mikomi.hub.handoff.urging import urged_lately
from mikomi.hub.handoff.working import WorkingTime
from mikomi.hub.site import statuses
from mikomi.hub.site.evidence import grounds
from mikomi.hub.site.lists.pages import list_page
from mikomi.hub.site.reasons import reason
from mikomi.hub.site.titles import labels_of
from mikomi.hub.site.today.cards import Read, last_words
from mikomi.hub.site.today.day import Day
from mikomi.hub.site.types import Filters, ListQuery, Row
from mikomi.hub.site.types import Standing as Scored

SHOWN = 5
WARM = 3
"""The temperature just below hot."""
LATELY = 4
"""Active within seven days (`LeadCell.recency`)."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A lead of a lane, and its sentence. `handoff`: None where nobody was given it. `said`: the last result
    that has words."""

    row: Row
    reason: Words
    handoff: int | None = None
    said: ResultView | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """The first few of a lane, and how many there are in all (None: more than were counted)."""

    signs: tuple[Sign, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class Late:
    """A hand-off whose time is over: whom it is about, and by how many working days (0: since today).
    `urged_at`: its owner was reminded within the hour; `may_urge`: it is a colleague's."""

    standing: Standing
    row: Row | None
    days: int
    urged_at: datetime | None
    may_urge: bool


def reconsidering(day: Day) -> Lane:
    """Who is back after a quiet time or a lost deal: the first of them that no card shows."""
    held = [day.read.held[number] for number in day.beside if number in day.read.held]
    rows = day.read.rows
    signs = tuple(
        Sign(
            rows[one.leads[0]],
            one.members[-1].frozen.reason,
            one.number,
            last_words(one.leads[0], day.read.said),
        )
        for one in held
        if one.leads and one.leads[0] in rows
    )
    return Lane(signs, day.back)


def nearly(scored: Scored | None) -> Lane:
    """あと一歩: warm, active within a week, and nobody was in touch yet."""
    if scored is None:
        return Lane((), 0)
    filters = Filters(heat=(WARM,), recency=LATELY, status=(statuses.NEW,))
    page = list_page(ListQuery(filters=filters, size=SHOWN), scored)
    known = grounds([row.lead_id for row in page.rows], scored, labels_of())
    told = {lead: reason(ground.evidence) for lead, ground in known.items()}
    return Lane(tuple(Sign(row, told.get(row.lead_id, Words("", ""))) for row in page.rows), page.total)


def overdue(numbers: Sequence[int], known: Read, time: WorkingTime, now: datetime, user: int) -> list[Late]:
    """The hand-offs (numbers) whose time is over, as `known` knows them, for one user."""
    today = timezone.localdate(now)
    late = [known.held[number] for number in numbers if number in known.held]
    theirs = {one.number for one in late if one.owner not in (None, user)}
    urged = urged_lately(theirs, now)
    return [
        Late(
            standing=one,
            row=known.rows.get(one.leads[0]) if one.leads else None,
            days=max(time.days_between(timezone.localdate(one.due_at), today), 0) if one.due_at else 0,
            urged_at=urged.get(one.number),
            may_urge=one.number in theirs,
        )
        for one in late
    ]
