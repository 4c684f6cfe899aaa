"""Leads, as `people.same` has to know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Q
from django.utils import timezone

from mikomi.core.matching.levels import LEVEL_WORDS, Reason, tell_reasons
from mikomi.core.words import Words
from mikomi.hub.activity import queries as facts
from mikomi.hub.people.duplicates.types import Brief
from mikomi.hub.people.fields import DERIVED, TOUCHES
from mikomi.hub.people.models import DuplicatePair, Lead, Merge, Scope
from mikomi.hub.people.queries import full_name
from mikomi.hub.people.same.kinds import Kind

OTHER_MAIL = "email_other"
"""The field that keeps the addresses a person has besides the first."""

THERE = Q(merged_into=None, trashed_at=None)


def briefs(numbers: Sequence[int]) -> dict[int, Brief]:
    """Those of these leads that are there."""
    leads = Lead.objects.filter(THERE, pk__in=numbers).select_related("company")
    events = facts.event_counts(numbers)
    return {lead.pk: _brief(lead, events.get(lead.pk, 0)) for lead in leads}


def _brief(lead: Lead, events: int) -> Brief:
    own: Mapping[str, str] = lead.attributes
    return Brief(
        number=lead.pk,
        name=full_name(own) or lead.email or lead.key,
        company=lead.company.name if lead.company else own.get("company", ""),
        title=" ".join(filter(None, (own.get("department"), own.get("title")))),
        email=own.get("email", ""),
        phone=own.get("direct_phone") or own.get("mobile") or own.get("phone", ""),
        source=own.get("source", ""),
        added_at=timezone.localtime(lead.added_at),
        events=events,
    )


LEADS = Kind(
    scope=Scope.LEAD,
    subjects=Lead,
    pairs=DuplicatePair,
    merges=Merge,
    there=THERE,
    hidden=(*DERIVED, *TOUCHES, OTHER_MAIL),
    levels=LEVEL_WORDS,
    reasons=Reason,
    tell=tell_reasons,
    briefs=briefs,
    called=Words("リード", "lead"),
    away=Words(
        "統合できません。このリードは、もう無いか、別のリードに統合されているか、ごみ箱にあります。"
        "一覧を開き直してください。",
        "They cannot be merged: one of them is gone, merged into another lead, or in the trash."
        " Open the list again.",
    ),
)
