"""Handing a batch of leads over: what it needs of the database is read at once, what it changes is written
at once.

In between everything is decided one lead after the other, as if each before it were written already.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
from django.db.models import F, Q
from django.utils import timezone

from mikomi.core.words import Words
from mikomi.hub.handoff.announcing import announce, announce_many
from mikomi.hub.handoff.models import ClosedLead, HandedLead, Handoff, HandoffChange, Occasion, Seat
from mikomi.hub.handoff.types import Cause, Handing, State
from mikomi.hub.kit.setwise import run, staged

CHANGING = (
    "owner",
    "urgent",
    "due_at",
    "reminded_at",
    "escalated_at",
    "next_on",
    "next_first",
)
"""What handing over may change of an open hand-off."""


class Desk:
    """A batch on the local day `on` at the instant `at`, by the user `by` or (None) a rule. `many`: what
    is opened is told in one sentence to each person."""

    def __init__(
        self, whats: Sequence[Handing], on: date, at: datetime, by: int | None, *, many: bool
    ) -> None:
        self.on, self.at, self.by, self.many = on, at, by, many
        leads = {what.lead for what in whats}
        companies = {what.company for what in whats} - {None}
        # First of all, so that whoever settles the same waits here, in one order for all.
        held = (
            Occasion.objects.select_for_update()
            .filter(lead__in=leads, cause__in={what.cause for what in whats})
            .order_by("pk")
        )
        entries = {what.entry for what in whats}
        self._occasions = {(one.lead, one.cause, one.entry): one for one in held if one.entry in entries}
        self._answers: list[tuple[Occasion, Handoff | None, Words | None]] = []
        self.came_back: dict[int, date] = {}
        before = HandedLead.objects.filter(lead__in=leads, cause=Cause.RECONSIDER).order_by("at")
        for lead, when in before.values_list("lead", "at"):
            self.came_back[lead] = timezone.localtime(when).date()
        self._read_open(leads, companies)
        # After the wait for whoever says a result just now.
        self.closed = set(
            ClosedLead.objects.filter(lead__in=leads, opened_at=None).values_list("lead", flat=True)
        )
        self._read_waiting(leads, companies)
        self._read_owners(leads, companies)
        self._new: list[Handoff] = []
        self._members: list[HandedLead] = []
        self._changes: list[HandoffChange] = []
        self._given: dict[int, Handoff] = {}
        self._asked_again: list[Handing] = []
        self.turns: set[int] = set()
        self._changed: dict[int, Handoff] = {}

    def _read_open(self, leads: Collection[int], companies: Collection[int | None]) -> None:
        mine = HandedLead.objects.filter(lead__in=leads, left_at=None, handoff__state=State.OPEN)
        by_lead = dict(mine.order_by("-pk").values_list("lead", "handoff"))
        wanted = Q(pk__in=set(by_lead.values())) | Q(company__in=companies)
        rows = Handoff.objects.select_for_update().filter(wanted, state=State.OPEN).order_by("pk")
        held = {row.pk: row for row in rows}
        self._before = {row.pk: (row.edits, _values(row)) for row in held.values()}
        self._open_of_lead = {lead: held[number] for lead, number in by_lead.items() if number in held}
        self._open_of_company = {row.company: row for row in held.values() if row.company is not None}
        # A lead without a company counts as open wherever it is a member, also one that has left.
        there = HandedLead.objects.filter(lead__in=leads, handoff__state=State.OPEN)
        self._open_anyhow = set(there.values_list("lead", flat=True))

    def _read_waiting(self, leads: Collection[int], companies: Collection[int | None]) -> None:
        waiting = Handoff.objects.filter(
            state=State.RETURNED, look_again_on__gt=self.on, followed_by=None
        ).order_by("look_again_on")
        told = waiting.filter(company__in=companies).values_list("company", "look_again_on")
        self._waits_of_company = dict(told)
        self._waits_of_lead = dict(
            waiting.filter(members__lead__in=leads).values_list("members__lead", "look_again_on")
        )

    def _read_owners(self, leads: Collection[int], companies: Collection[int | None]) -> None:
        rows = Handoff.objects.exclude(owner=None).order_by("opened_at", "-pk")
        self._owners_of_company: dict[int, list[tuple[int, int]]] = {}
        told = rows.filter(company__in=companies).values_list("company", "pk", "owner")
        for company, number, owner in told:
            self._owners_of_company.setdefault(company, []).append((number, owner))
        self._owners_of_lead: dict[int, list[tuple[int, int]]] = {}
        told = rows.filter(members__lead__in=leads).values_list("members__lead", "pk", "owner")
        for lead, number, owner in told:
            self._owners_of_lead.setdefault(lead, []).append((number, owner))

    def occasion(self, what: Handing) -> Occasion:
        """The occasion of `what`, noted here where it was not yet."""
        key = (what.lead, what.cause.value, what.entry)
        if key not in self._occasions:
            self._occasions[key] = Occasion(
                lead=what.lead,
                cause=what.cause,
                entry=what.entry,
                detail=dict(what.detail),
                seen_at=self.at,
            )
        return self._occasions[key]

    def settle(self, occasion: Occasion, row: Handoff | None, why_not: Words | None) -> None:
        """Answers an occasion."""
        occasion.settled_at = self.at
        occasion.handoff = row
        occasion.answer = {"ja": why_not.ja, "en": why_not.en} if why_not else {}
        self._answers.append((occasion, row, why_not))

    def is_open(self, what: Handing) -> bool:
        """Whether the company (of a lead without one, the lead) is in a hand-off."""
        if what.company is not None:
            return what.company in self._open_of_company
        return what.lead in self._open_anyhow

    def look_again_on(self, what: Handing) -> date | None:
        """The day on which it is to be looked at again, where that lies ahead."""
        if what.company is not None:
            return self._waits_of_company.get(what.company)
        return self._waits_of_lead.get(what.lead)

    def open_row(self, what: Handing) -> Handoff | None:
        """The hand-off that the lead, or else its company, is in."""
        row = self._open_of_lead.get(what.lead)
        if row is None and what.company is not None:
            row = self._open_of_company.get(what.company)
        if row is not None and row.pk is not None:
            self._changed[row.pk] = row
        return row

    def last_owner(self, row: Handoff, what: Handing, there: Collection[int]) -> int | None:
        """Who had the company (or the lead) last, in another hand-off, of those who are `there`."""
        if row.company is not None:
            owners = self._owners_of_company.get(row.company, [])
            if row.pk is not None and row.company != what.company:
                # It was opened for another company than the lead belongs to now.
                told = Handoff.objects.filter(company=row.company).exclude(owner=None)
                owners = list(told.order_by("opened_at", "-pk").values_list("pk", "owner"))
        else:
            owners = self._owners_of_lead.get(what.lead, [])
        found = (owner for number, owner in reversed(owners) if owner in there and number != row.pk)
        return next(found, None)

    def open(self, row: Handoff) -> None:
        """A new hand-off."""
        self._new.append(row)
        if row.company is not None:
            self._open_of_company[row.company] = row

    def add_member(self, row: Handoff, what: Handing) -> None:
        """The lead becomes one of the people of the hand-off, with its score as it is now."""
        frozen = what.frozen
        self._open_of_lead.setdefault(what.lead, row)
        self._open_anyhow.add(what.lead)
        if what.cause == Cause.RECONSIDER:
            self.came_back[what.lead] = timezone.localtime(self.at).date()
        self._members.append(
            HandedLead(
                handoff=row,
                lead=what.lead,
                subject=what.lead,
                cause=what.cause,
                entry=what.entry,
                detail=dict(what.detail),
                at=self.at,
                fit=frozen.fit,
                engagement=frozen.engagement,
                total=frozen.total,
                fit_grade=frozen.fit_grade,
                engagement_grade=frozen.engagement_grade,
                hot=frozen.hot,
                heat=frozen.heat,
                version=frozen.version,
                reason_ja=frozen.reason.ja,
                reason_en=frozen.reason.en,
                why=[dict(line) for line in frozen.why],
            )
        )

    def note(self, row: Handoff, what: str, **detail: Any) -> None:
        """A line of the hand-off's log."""
        self._changes.append(HandoffChange(handoff=row, at=self.at, by_id=self.by, what=what, detail=detail))

    def tell_given(self, row: Handoff) -> None:
        """Its owner is to be told."""
        self._given[id(row)] = row

    def tell_asked_again(self, what: Handing) -> None:
        """Nobody would know otherwise that a lead which is kept out waits for an answer."""
        self._asked_again.append(what)

    def write(self) -> None:
        """Writes everything, in the caller's transaction."""
        Handoff.objects.bulk_create(self._new)
        self._write_changed()
        HandedLead.objects.bulk_create(self._members)
        HandoffChange.objects.bulk_create(self._changes)
        self._write_answers()
        Seat.objects.filter(user__in=self.turns).update(given_at=timezone.now())
        self._announce()

    def _write_changed(self) -> None:
        # Most were joined only, which no statement for each row is needed for.
        joined: dict[int, list[int]] = {}
        others: list[Handoff] = []
        for row in self._changed.values():
            edits, before = self._before[row.pk]
            if _values(row) == before:
                joined.setdefault(row.edits - edits, []).append(row.pk)
            else:
                others.append(row)
        for more, numbers in joined.items():
            Handoff.objects.filter(pk__in=numbers).update(edits=F("edits") + more)
        Handoff.objects.bulk_update(others, (*CHANGING, "edits"), batch_size=100)

    def _write_answers(self) -> None:
        known = [one for one in self._answers if one[0].pk is not None]
        Occasion.objects.bulk_create([one for one, _row, _why in self._answers if one.pk is None])
        whys: dict[Words, list[int]] = {}
        for occasion, _row, why_not in known:
            if why_not is not None:
                whys.setdefault(why_not, []).append(occasion.pk)
        for why_not, numbers in whys.items():
            answer = {"ja": why_not.ja, "en": why_not.en}
            Occasion.objects.filter(pk__in=numbers).update(settled_at=self.at, answer=answer)
        given = pl.DataFrame(
            [(occasion.pk, row.pk) for occasion, row, _why in known if row is not None],
            schema={"occasion": pl.Int64, "handoff": pl.Int64},
            orient="row",
        )
        if given.is_empty():
            return
        Occasion.objects.filter(pk__in=given["occasion"].to_list()).update(settled_at=self.at)
        with staged(given, "given"):
            run(
                "update handoff_occasion set handoff_id = g.handoff from given g"
                " where handoff_occasion.id = g.occasion"
            )

    def _announce(self) -> None:
        for what in self._asked_again:
            held = ClosedLead.objects.filter(lead=what.lead, opened_at=None).select_related("result__handoff")
            row = held.latest("at", "pk").result.handoff
            asked = str(what.detail.get("what", ""))
            announce("asked_again", row.pk, row.owner_id, lead=what.lead, asked=asked)
        usual = [row for row in self._new if not row.urgent] if self.many else []
        told = {id(row) for row in usual}
        for key, row in self._given.items():
            if key not in told:
                announce("given", row.pk, row.owner_id)
        for owner in dict.fromkeys(row.owner_id for row in usual):
            announce_many(owner, self.at)


def _values(row: Handoff) -> tuple[Any, ...]:
    return tuple(row.owner_id if name == "owner" else getattr(row, name) for name in CHANGING)
