"""What handing leads over needs to know of them: who they are, what stands against it, the frozen score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from mikomi.core.engine.local import Explanation, explain
from mikomi.core.scoring.model import Model
from mikomi.core.words import Words
from mikomi.hub.accounts import queries as accounts
from mikomi.hub.handoff import refusals
from mikomi.hub.handoff.types import Cause, Frozen, Handing
from mikomi.hub.people import queries as people
from mikomi.hub.people.exclusions import EFFECTS
from mikomi.hub.people.types import Person
from mikomi.hub.site import statuses
from mikomi.hub.site.closed import Closed, closed_leads
from mikomi.hub.site.evidence import Doings, evidence_of, latest_ends, neighbourhood
from mikomi.hub.site.reasons import reason
from mikomi.hub.site.rows import cells, store
from mikomi.hub.site.rows.kept_out import badges
from mikomi.hub.site.standing import standing
from mikomi.hub.site.titles import labels_of

IN_DEAL = Words("商談中かお客様の会社です", "the company is in a deal, or a customer")
FREE = frozenset({Cause.URGENT, Cause.RECONSIDER, Cause.MANUAL, Cause.AGAIN})
"""Causes for which a deal that goes on is no reason against."""
BUSY = (statuses.MEETING, statuses.CUSTOMER)


@dataclass(frozen=True, slots=True)
class Known:
    """What handing some leads over needs to know of them."""

    on: date
    persons: Mapping[int, Person]
    frozen: Mapping[int, Frozen]
    status: Mapping[int, int]
    out: frozenset[int]
    users: Mapping[str, int]
    closed: Mapping[int, Closed] = field(default_factory=dict)

    @classmethod
    def of(cls, leads: Iterable[int], on: date) -> Known:
        """Reads it for `leads` (numbers)."""
        asked = sorted(leads)
        persons = {one.number: one for one in people.persons(asked)}
        gone = people.out_of(asked)
        there = {number: one for number, one in persons.items() if number not in gone}
        marks = badges(sorted(there))
        today = {number for number, badge in marks.items() if EFFECTS["today"] in badge.effects}
        return cls(
            on=on,
            persons=there,
            frozen=frozen_of(sorted(there), on),
            status=_company_status(there),
            out=frozenset(today),
            users={name: number for number, name in accounts.callers()},
            closed=closed_leads(there, on),
        )

    def why_not(self, lead: int, cause: Cause) -> Words | None:
        """Why a lead is not handed over, None if nothing stands against it."""
        if lead not in self.persons:
            return refusals.LEAD_GONE
        if lead in self.out and cause != Cause.MANUAL:
            return refusals.KEPT_OUT
        if cause in FREE:
            return None
        if lead in self.closed:
            return self.closed[lead].words
        return IN_DEAL if self.status.get(lead) in BUSY else None

    def handing(
        self, lead: int, cause: Cause, entry: str, detail: Mapping[str, Any], probability: float | None = None
    ) -> Handing:
        """The lead as it is handed over."""
        person = self.persons[lead]
        frozen = self.frozen.get(lead, Frozen())
        if cause == Cause.URGENT and detail.get("what"):
            frozen = _asked(frozen, str(detail["what"]))
        return Handing(
            lead=lead,
            cause=cause,
            entry=entry,
            company=person.company_number,
            detail=detail,
            frozen=frozen,
            urgent=cause == Cause.URGENT,
            owner=self.users.get(person.attributes.get("owner", "")),
            prefecture=person.attributes.get("prefecture", ""),
            product=person.attributes.get("product", ""),
            probability=probability,
        )


def frozen_of(leads: Sequence[int], on: date) -> dict[int, Frozen]:
    """The scores of some leads with their reasons, as they stand now on the local day `on`; empty before
    anything was scored."""
    held = standing()
    if held is None or not leads:
        return {}
    near = neighbourhood(leads, held.model, on)
    present = set(near.leads["number"].to_list())
    asked = [lead for lead in leads if lead in present]
    told = explain(held.model, near.leads, near.source, on, asked)
    ends = latest_ends(asked, held.model.timezone)
    doings = Doings(near.source, held.model)
    labels = labels_of()
    heats = _heats(asked)
    return {
        one.number: _frozen(
            one,
            held.version,
            heats.get(one.number, 0),
            reason(evidence_of(one, held.model, on, doings, ends.get(one.number), labels)),
        )
        for one in told
    }


def back_lines(model: Model, leads: Sequence[int], on: date) -> list[Explanation]:
    """The reasons of some leads, for those who look for comebacks."""
    near = neighbourhood(leads, model, on)
    present = set(near.leads["number"].to_list())
    return explain(model, near.leads, near.source, on, [lead for lead in leads if lead in present])


def _frozen(told: Explanation, version: int, heat: int, said: Words) -> Frozen:
    return Frozen(
        fit=told.fit,
        engagement=told.engagement,
        total=told.total,
        fit_grade=told.fit_grade,
        engagement_grade=told.engagement_grade,
        hot=told.hot,
        heat=heat,
        version=version,
        reason=said,
        why=tuple(
            {
                "id": line.id,
                "label": line.label,
                "group": line.group,
                "worth": line.worth,
                "count": line.count,
                "last": line.last.isoformat() if line.last else None,
            }
            for line in told.lines
        ),
    )


def _asked(frozen: Frozen, what: str) -> Frozen:
    """Whoever asks for something is called for that, whatever the score says."""
    return replace(frozen, reason=Words(f"「{what}」を送信", f"Sent “{what}”"))


def _heats(leads: Sequence[int]) -> dict[int, int]:
    rows = store.read_scores(np.array(sorted(leads), dtype=np.int64), ("cell",))
    heat = heat_of_cells()
    return {int(row["lead_id"]): heat.get(int(row["cell"]), 0) for row in rows}


def heat_of_cells() -> dict[int, int]:
    """The temperature that each cell stands for."""
    return dict(cells.all_cells().select("id", "heat").iter_rows())


def _company_status(persons: Mapping[int, Person]) -> dict[int, int]:
    """How far each lead's company came with sales: in a deal or a customer if anybody of it is, otherwise as
    the lead itself."""
    everybody = np.array(sorted({*persons, *people.colleague_ids(sorted(persons))}), dtype=np.int64)
    codes = statuses.of_leads(everybody, np.zeros(len(everybody), dtype=np.bool_), every=False)
    own = dict(zip(everybody.tolist(), codes.tolist(), strict=True))
    rows = people.company_numbers(everybody.tolist()).drop_nulls().iter_rows()
    company: dict[int, int] = dict(rows)
    busy = {company[lead]: code for lead, code in own.items() if lead in company and code in BUSY}
    return {lead: busy.get(company.get(lead, 0), own[lead]) for lead in persons}
