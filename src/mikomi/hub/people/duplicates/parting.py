"""Parting what a merge made one, also weeks later.

What the merge moved or wrote is found by the numbers it kept and goes back; what came since under the
identities of the lead that was gone goes back with them; what somebody changed since stays where it is
and is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from mikomi.core.words import Words
from mikomi.hub.activity import queries as facts
from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.activity.services import repoint_subjects
from mikomi.hub.people.deals.parting import part_deals_of_people
from mikomi.hub.people.duplicates.leads import LEADS, OTHER_MAIL
from mikomi.hub.people.duplicates.merging import copy_marks, mails_of, owner_of
from mikomi.hub.people.models import Change, Exclusion, Lead, LeadTag, ListMember, Merge, PastLabel, Scope
from mikomi.hub.people.models.same import Merging
from mikomi.hub.people.same.merging import end_merge, held_merge, take_apart, take_back


@dataclass(frozen=True, slots=True)
class Parted:
    """What an undo did: the leads, and what could not be given back, in words."""

    kept: int
    gone: int
    left: tuple[Words, ...]


def part(number: int, *, by_id: int | None = None) -> Parted:
    """Takes merge `number` back. One transaction. Raises `MikomiError` where it cannot be."""
    with changing() as change:
        merge, kept, gone = held_merge(LEADS, number)
        _hide_address(merge, gone)
        left = take_back(LEADS, merge)
        kept = Lead.objects.get(pk=kept.pk)
        held = [s for s in facts.subjects_of(kept.pk) if s in set(merge.before["subjects"])]
        repoint_subjects(pl.Series("subject", held, pl.Int32), gone.pk)
        _take_marks(merge)
        Exclusion.objects.filter(pk__in=merge.before["exclusions"], ended_at=None).delete()
        _give_back_row(merge, kept, gone)
        left += take_apart(LEADS, merge)
        mark_changed(pl.Series("lead", [kept.pk, gone.pk], pl.Int32), change, activity=True)
        end_merge(LEADS, merge, left, by_id)
        part_deals_of_people(gone.key, gone.email)
    return Parted(kept.pk, gone.pk, tuple(left))


def _later(merge: Merging) -> Sequence[Merging]:
    """The merges into the same lead that hold still, besides this one."""
    return list(Merge.objects.filter(kept=merge.kept, undone_at=None).exclude(pk=merge.pk).order_by("pk"))


def _hide_address(merge: Merging, gone: Lead) -> None:
    """Later merges repeat the other addresses; those of the lead that leaves go from them."""
    theirs = {mail.lower() for mail in mails_of(gone.attributes)}
    batches = [later.batch for later in _later(merge) if later.pk > merge.pk]
    for row in Change.objects.filter(scope=Scope.LEAD, subject=merge.kept, batch_id__in=batches):
        if OTHER_MAIL in row.values:
            mails = [m.strip() for m in row.values[OTHER_MAIL].split(",")]
            row.values = row.values | {OTHER_MAIL: ", ".join(m for m in mails if m.lower() not in theirs)}
            row.save(update_fields=["values"])


def _take_marks(merge: Merging) -> None:
    """Takes tags and lists away that came with the merge; others that are merged in may have them, too."""
    for model, table, name in ((LeadTag, "people_leadtag", "tag"), (ListMember, "people_listmember", "list")):
        rows = model.objects.filter(lead=merge.kept, batch_id=merge.batch)
        taken = list(rows.values_list(name, flat=True))
        rows.delete()
        for other in _later(merge):
            copy_marks(table, f'"{name}"', other.gone, merge.kept, other.batch, taken)
    PastLabel.objects.filter(lead=merge.kept, batch_id=merge.batch).delete()


def _give_back_row(merge: Merging, kept: Lead, gone: Lead) -> None:
    """Beginning and owner of the kept lead: as they were, if it still has them from the one that leaves."""
    own: dict[str, Any] = {
        "created_at": _instant(merge.before["created_at"]),
        "owner": merge.before["owner"],
    }
    theirs = {"created_at": gone.created_at, "owner": owner_of(gone)}
    now = {"created_at": kept.created_at, "owner": owner_of(kept)}
    for later in _later(merge):
        if later.pk < merge.pk:
            continue
        held = {"created_at": _instant(later.before["created_at"]), "owner": later.before["owner"]}
        for name in own:
            if held[name] == theirs[name] and held[name] != own[name]:
                value = own[name].isoformat() if isinstance(own[name], datetime) else own[name]
                later.before = later.before | {name: value}
        later.save(update_fields=["before"])
    others = Lead.objects.filter(pk__in=[m.gone for m in _later(merge)])
    if now["created_at"] == theirs["created_at"] and own["created_at"] != theirs["created_at"]:
        born = [other.created_at for other in others if other.created_at]
        kept.created_at = min(filter(None, (own["created_at"], *born)), default=None)
    if now["owner"] == theirs["owner"] and own["owner"] != theirs["owner"]:
        owner = own["owner"] or next(filter(None, map(owner_of, others)), None)
        Lead.objects.filter(pk=kept.pk).update(owner_id=owner)
    Lead.objects.filter(pk=kept.pk).update(created_at=kept.created_at)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
