"""What was said by hand about where leads stand, and how it is said, ended and taken back.

What is said holds until the conditions say something else than they did then (`placing` sees to that).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.journey.models import ByHand
from mikomi.hub.journey.queries import current_map
from mikomi.hub.journey.types import SetByHand
from mikomi.hub.kit.jobs import enqueue

if TYPE_CHECKING:
    from mikomi.hub.accounts.models import User

LONGEST_REASON = 500
_EPOCH = date(1970, 1, 1)


def said_of(leads: Collection[int]) -> list[SetByHand]:
    """What was ever said of these leads (numbers), oldest first."""
    rows = ByHand.objects.select_related("by").filter(lead__in=leads).order_by("pk")
    return [_shown(row) for row in rows]


def set_by_hand(lead: int, stage: str, reason: str, user: User | None, *, computed: str) -> int:
    """Puts a lead (its number) into a stage by hand, until the conditions say something else than now.

    `computed`: the key of the stage that they say now, empty: nowhere. Gives the number of what was said.
    Raises `MikomiError` without a reason, and for a stage that the map in force does not have.
    """
    kept = current_map()
    said = " ".join(reason.replace("\0", "").split())[:LONGEST_REASON]
    if kept is None or stage not in kept.map.keys():  # noqa: SIM118 - no mapping
        raise MikomiError(Words("段階を選んでください", "choose a stage"))
    if not said:
        raise MikomiError(
            Words(
                "理由を入れてください（あとで見た人が分かるように残します）",
                "say why; whoever looks at it later will want to know",
            )
        )
    with transaction.atomic():
        ByHand.objects.select_for_update().filter(lead=lead, ended_on=None).update(ended_on=_today())
        row = ByHand.objects.create(
            lead=lead, stage=stage, reason=said, by=user, at=timezone.now(), computed=computed
        )
        enqueue("site.score_changed", leads=[lead])
    return row.pk


def end_by_hand(lead: int) -> int | None:
    """Lets the conditions say again where a lead stands; the number of what was said, if any."""
    with transaction.atomic():
        row = ByHand.objects.select_for_update().filter(lead=lead, ended_on=None).first()
        if row is None:
            return None
        row.ended_on = _today()
        row.save(update_fields=["ended_on"])
        enqueue("site.score_changed", leads=[lead])
    return row.pk


def take_back(lead: int, number: int) -> bool:
    """Undoes the last thing done by hand to a lead: what was just said goes, and what it replaced holds
    again; what was just ended holds again. Says whether `number` still was the last thing said."""
    with transaction.atomic():
        rows = list(ByHand.objects.select_for_update().filter(lead=lead).order_by("-pk")[:2])
        if not rows or rows[0].pk != number:
            return False
        last, *before = rows
        if last.ended_on is None:
            last.delete()
            again = [row for row in before if row.ended_on is not None and row.ended_on >= _day_of(last)]
        else:
            again = [last]
        for row in again:
            row.ended_on = None
            row.save(update_fields=["ended_on"])
        enqueue("site.score_changed", leads=[lead])
    return True


def _shown(row: ByHand) -> SetByHand:
    return SetByHand(
        number=row.pk,
        lead=row.lead,
        stage=row.stage,
        reason=row.reason,
        by=str(row.by or ""),
        at=row.at,
        since=_EPOCH + timedelta(days=_day_of(row)),
        until=None if row.ended_on is None else _EPOCH + timedelta(days=row.ended_on),
    )


def _day_of(row: ByHand) -> int:
    return (timezone.localtime(row.at).date() - _EPOCH).days


def _today() -> int:
    return (timezone.localdate() - _EPOCH).days
