"""Whose a company or lead is by its hand-offs, as SQL for those who read leads."""

from __future__ import annotations

from typing import Any

from mikomi.hub.accounts.allowing import may_of
from mikomi.hub.handoff import calendar

EVERYBODY = 0
"""In place of a user's number: handed over, and nobody has it yet."""
_LAST = "order by h.state = 'open' desc, h.opened_at desc, h.id desc limit 1"
_OWNER = f"coalesce(h.owner_id, case when h.state = 'open' then {EVERYBODY} end)"


def sees_all(user: Any, team: calendar.TeamView | None = None) -> bool:
    """Whether a person of the product sees everybody's leads: always, but for sales people of a team that
    does not show them each other's. `team`: its settings, where they are known already."""
    may = may_of(user)
    return may.tidy or may.administer or not may.contact or (team or calendar.team()).everybody


def of_company(company: str) -> str:
    """SQL for whose a company is (a user's number, `EVERYBODY`, or null): that of its open hand-off, else of
    the last one. `company`: SQL for its number."""
    return f"(select {_OWNER} from handoff_handoff h where h.company = {company} {_LAST})"


def of_lead(lead: str, company: str) -> str:
    """The same for a lead (SQL for its number), by its company where it has one."""
    alone = (
        f"(select {_OWNER} from handoff_handedlead m join handoff_handoff h on h.id = m.handoff_id"
        f" where m.lead = {lead} {_LAST})"
    )
    return f"(case when {company} is null then {alone} else {of_company(company)} end)"


def handed_to(user: int) -> tuple[str, str]:
    """SQL for the companies, and for the leads without one, of all hand-offs that somebody had last or has
    or that wait for anybody; with more than those."""
    mine = f"(h.owner_id = {int(user)} or (h.owner_id is null and h.state = 'open'))"
    companies = f"select h.company from handoff_handoff h where {mine} and h.company is not null"
    leads = (
        "select m.lead from handoff_handedlead m join handoff_handoff h on h.id = m.handoff_id"
        f" where {mine} and h.company is null"
    )
    return companies, leads
