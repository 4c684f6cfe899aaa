"""Campaigns: made, changed, put away, and leads added by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.capture.campaigns import following
from mikomi.hub.capture.campaigns.rules import LONGEST as LONGEST_PATTERN
from mikomi.hub.capture.campaigns.rules import Rule, cleaned
from mikomi.hub.capture.models import Campaign, CampaignAddition, CampaignMember, Form
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.setwise import fetch, run, staged

LONGEST_NAME, LONGEST_NOTE = 100, 2_000
MOST_YEN = 10**13


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign is to be; `forms` are numbers."""

    name: str
    kind: str
    begins: date | None = None
    ends: date | None = None
    cost: int | None = None
    note: str = ""
    rules: Sequence[Rule] = field(default_factory=tuple)
    cards: str = ""
    seminars: str = ""
    forms: Sequence[int] = field(default_factory=tuple)


def make_campaign(plan: Plan, by: int | None = None) -> Campaign:
    """A new campaign; who belongs to it already is found by a job. Raises `MikomiError` for what cannot
    be."""
    with transaction.atomic():
        made = Campaign(created_at=timezone.now(), created_by_id=by)
        _put(made, plan)
    return made


def change_campaign(number: int, plan: Plan) -> None:
    """Makes a campaign what `plan` says; its members are worked out anew by a job. Raises `MikomiError`
    for what cannot be, LookupError where there is none."""
    with transaction.atomic():
        held = Campaign.objects.select_for_update().filter(pk=number).first()
        if held is None:
            raise LookupError(number)
        _put(held, plan)


def set_archived(number: int, *, archived: bool) -> bool:
    """Puts a campaign away, or takes it out again; whether anything changed. What came before stays."""
    rows = Campaign.objects.filter(pk=number, archived_at__isnull=archived)
    with transaction.atomic():
        changed = rows.update(archived_at=timezone.now() if archived else None)
        if changed:
            enqueue("capture.follow_campaign", once=True, number=number)
    return bool(changed)


def add_leads(
    number: int, leads: Sequence[int] | pl.Series, *, batch_id: int | None = None, by: int | None = None
) -> int:
    """Says that leads belong to a campaign; of how many nobody had said so yet."""
    now = round(timezone.now().timestamp() * 1_000_000)
    frame = pl.DataFrame({"lead": leads}, schema={"lead": pl.Int32}).with_columns(at=pl.lit(now, pl.Int64))
    return record_additions(number, frame, batch_id=batch_id, by=by)


def record_additions(
    number: int, added: pl.DataFrame, *, batch_id: int | None = None, by: int | None = None
) -> int:
    """Says that leads (`lead`, a number) belong to a campaign, each since `at` (µs UTC); of how many nobody
    had said so yet."""
    if not Campaign.objects.filter(pk=number).exists():
        return 0
    frame = added.select(pl.col("lead").cast(pl.Int32), pl.col("at").cast(pl.Int64)).unique("lead")
    with transaction.atomic():
        with staged(frame, "adding"):
            new = run(
                "insert into capture_campaignaddition (campaign, lead, batch_id, at, by_id)"
                " select %s, lead, %s, at, %s from adding where true on conflict do nothing",
                [number, batch_id, by],
            )
        following.follow(frame["lead"])
    return new


def take_back_added(number: int, batch_id: int) -> int:
    """Takes back what an act said of leads, where nobody has since; of how many."""
    with transaction.atomic():
        leads = fetch(
            "delete from capture_campaignaddition where campaign = %s and batch_id = %s returning lead",
            {"lead": pl.Int32},
            [number, batch_id],
        )["lead"]
        following.follow(leads)
    return len(leads)


def remove_by_hand(number: int, leads: Sequence[int]) -> bool:
    """Takes back that somebody said a lead (all its numbers) belongs to a campaign; whether anybody did."""
    with transaction.atomic():
        gone, _ = CampaignAddition.objects.filter(campaign=number, lead__in=leads).delete()
        following.follow(pl.Series("lead", list(leads), pl.Int32))
    return bool(gone)


def forget(leads: Sequence[int]) -> None:
    """Deletes what is known of the campaigns of leads that are erased."""
    with transaction.atomic():
        CampaignAddition.objects.filter(lead__in=leads).delete()
        CampaignMember.objects.filter(lead__in=leads).delete()


def _put(held: Campaign, plan: Plan) -> None:
    held.name = " ".join(plan.name.replace("\0", "").split())
    if not held.name or len(held.name) > LONGEST_NAME:
        raise MikomiError(
            Words(
                f"施策の名前を {LONGEST_NAME} 文字までで入れてください",
                f"give the campaign a name of {LONGEST_NAME} characters at most",
            )
        )
    if plan.kind not in Campaign.Kind.values:
        raise MikomiError(Words("種類を選んでください", "choose its kind"))
    if plan.begins and plan.ends and plan.ends < plan.begins:
        raise MikomiError(
            Words(
                "終わりの日が始まりの日より前です。日付を確かめてください",
                "it ends before it begins; check the days",
            )
        )
    if plan.cost is not None and not 0 <= plan.cost <= MOST_YEN:
        raise MikomiError(
            Words("費用は 0 以上の円（整数）で入れてください", "write the cost in whole yen, 0 or more")
        )
    held.kind, held.begins, held.ends, held.cost = plan.kind, plan.begins, plan.ends, plan.cost
    held.note = plan.note.replace("\0", "").strip()[:LONGEST_NOTE]
    held.rules = cleaned(plan.rules)
    held.cards = plan.cards.replace("\0", "").strip()[:LONGEST_PATTERN]
    held.seminars = plan.seminars.replace("\0", "").strip()[:LONGEST_PATTERN]
    held.save()
    held.forms.set(Form.objects.filter(pk__in=plan.forms))
    enqueue("capture.follow_campaign", once=True, number=held.pk)
