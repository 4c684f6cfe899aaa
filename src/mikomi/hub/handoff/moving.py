"""Hand-offs going from hand to hand: to somebody else, or back to nurturing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from mikomi.core.words import MikomiError
from mikomi.hub.accounts import queries as accounts
from mikomi.hub.handoff import refusals
from mikomi.hub.handoff.announcing import announce, note
from mikomi.hub.handoff.leading import leads_team
from mikomi.hub.handoff.models import Handoff
from mikomi.hub.handoff.results import FURTHEST, LONGEST_REASON
from mikomi.hub.handoff.types import State


def reassign(
    handoff: int, to: int | None, by: int | None, reason: str = "", *, now: datetime | None = None
) -> None:
    """Gives an open hand-off to user `to` (None: to nobody, everybody sees it).

    Whoever has it may, whoever leads the team, and anybody may take what nobody has. Raises `MikomiError`.
    """
    at = now or timezone.now()
    names = dict(accounts.callers())
    if to is not None and to not in names:
        raise MikomiError(refusals.NO_PERSON)
    with transaction.atomic():
        row = _taken(handoff, by)
        if row.owner_id == to:
            return
        before = names.get(row.owner_id or 0, str(row.owner or ""))
        row.owner_id = to
        row.reminded_at = row.escalated_at = None
        row.edits += 1
        row.save()
        note(row, "reassigned", at, by, to=names.get(to or 0, ""), before=before, reason=_said(reason))
        announce("passed_on", row.pk, to)


def give_back(
    handoff: int,
    by: int | None,
    reason: str,
    look_again_on: date | None = None,
    *,
    now: datetime | None = None,
) -> None:
    """Returns an open hand-off to nurturing, with a reason; on `look_again_on` (a local day) it is handed
    over anew. Raises `MikomiError` in words."""
    at = now or timezone.now()
    why = _said(reason)
    if not why:
        raise MikomiError(refusals.NO_REASON)
    today = timezone.localdate(at)
    if look_again_on is not None and not today < look_again_on <= today + timedelta(days=FURTHEST):
        raise MikomiError(refusals.BAD_DATE)
    with transaction.atomic():
        row = _taken(handoff, by)
        row.state, row.close_reason, row.closed_at = State.RETURNED, why, at
        row.look_again_on = look_again_on
        row.next_on, row.next_first, row.due_at = None, False, None
        row.edits += 1
        row.save()
        day = look_again_on.isoformat() if look_again_on else None
        note(row, "returned", at, by, reason=why, look_again_on=day)
        announce("returned", row.pk, row.owner_id)


def _taken(handoff: int, by: int | None) -> Handoff:
    row = Handoff.objects.select_for_update().filter(pk=handoff).first()
    if row is None:
        raise MikomiError(refusals.GONE)
    if row.state != State.OPEN:
        raise MikomiError(refusals.ENDED)
    if by is not None and row.owner_id not in (None, by) and not leads_team(by):
        raise MikomiError(refusals.not_yours(str(row.owner or "")))
    return row


def _said(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:LONGEST_REASON]


def follow_up(handoff: int, by: int, now: datetime) -> None:
    """Says which hand-off followed a returned one on the day to look again; 0: none, its people are not to be
    called any more."""
    row = Handoff.objects.get(pk=handoff)
    row.followed_by = by
    row.edits += 1
    row.save(update_fields=["followed_by", "edits"])
    note(row, "followed", now, None, other=by)
