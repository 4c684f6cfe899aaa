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
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity import queries as facts
from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.activity.services import repoint_subjects
from mikomi.hub.people.duplicates.merging import OTHER_MAIL, copy_marks, mails_of, owner_of
from mikomi.hub.people.fields import TOUCHES, label_of
from mikomi.hub.people.models import (
    Attachment,
    Batch,
    Change,
    Exclusion,
    Lead,
    LeadTag,
    ListMember,
    Merge,
    Note,
    Scope,
)
from mikomi.hub.people.taking_back import take_back_values

UNDONE = Words("この統合は、もう元に戻してあります。", "This merge was taken back already.")
ERASED = Words(
    "どちらかのリードが完全に消去されたため、元に戻せません。",
    "One of the two leads was erased for good; the merge cannot be taken back.",
)
LATER = Words(
    "残したリードは、そのあと別のリードに統合されました。先にそちらの統合を元に戻してください。",
    "The kept lead was merged into another lead later. Take that merge back first.",
)


@dataclass(frozen=True, slots=True)
class Parted:
    """What an undo did: the leads, and what could not be given back, in words."""

    kept: int
    gone: int
    left: tuple[Words, ...]


def part(number: int, *, by_id: int | None = None) -> Parted:
    """Takes merge `number` back. One transaction. Raises `MikomiError` where it cannot be."""
    with changing() as change:
        merge = Merge.objects.select_for_update().filter(pk=number).first()
        if merge is None or merge.undone_at is not None:
            raise MikomiError(UNDONE)
        leads = {lead.pk: lead for lead in Lead.objects.filter(pk__in=[merge.kept, merge.gone])}
        if len(leads) < 2:
            raise MikomiError(ERASED)
        kept, gone = leads[merge.kept], leads[merge.gone]
        if kept.merged_into is not None or gone.merged_into != kept.pk:
            raise MikomiError(LATER)
        now = timezone.now()
        before = merge.before
        left = _what_came_since(merge, before["last_change"])
        _hide_address(merge, gone)
        left += _stayed(take_back_values(batch_id=merge.batch).stayed)
        kept = Lead.objects.get(pk=kept.pk)
        held = [s for s in facts.subjects_of(kept.pk) if s in set(before["subjects"])]
        repoint_subjects(pl.Series("subject", held, pl.Int32), gone.pk)
        _take_marks(merge)
        left += _give_back(Note, before["notes"], merge, Words("メモ", "notes"))
        left += _give_back(Attachment, before["files"], merge, Words("ファイル", "files"))
        Exclusion.objects.filter(pk__in=before["exclusions"], ended_at=None).delete()
        _give_back_row(merge, kept, gone)
        Lead.objects.filter(pk__in=before["followers"], merged_into=kept.pk).update(merged_into=gone.pk)
        Lead.objects.filter(pk=gone.pk).update(merged_into=None)
        mark_changed(pl.Series("lead", [kept.pk, gone.pk], pl.Int32), change, activity=True)
        Merge.objects.filter(pk=number).update(undone_at=now)
        report = {"left": len(left), "words": [{"ja": words.ja, "en": words.en} for words in left]}
        Batch.objects.filter(pk=merge.batch).update(undone_at=now, undone_by=by_id, report=report)
    return Parted(kept.pk, gone.pk, tuple(left))


def _later(merge: Merge) -> Sequence[Merge]:
    """The merges into the same lead that hold still, besides this one."""
    return list(Merge.objects.filter(kept=merge.kept, undone_at=None).exclude(pk=merge.pk).order_by("pk"))


def _what_came_since(merge: Merge, last: int) -> list[Words]:
    """Values that came to the kept lead after the merge stay with it: nobody can tell whose they are."""
    since = Change.objects.filter(scope=Scope.LEAD, subject=merge.kept, pk__gt=last, batch_id=None)
    said = {field for values in since.values_list("values", flat=True) for field in values}
    fields = sorted(said - TOUCHES.keys())
    if not fields:
        return []
    ja = "、".join(label_of(field).ja for field in fields)
    en = ", ".join(label_of(field).en for field in fields)
    return [
        Words(
            f"統合のあとに入った値は、残したリードに残ります（{ja}）",
            f"Values that came after the merge stay with the kept lead ({en})",
        )
    ]


def _stayed(values: Sequence[tuple[str, int, str, str, str]]) -> list[Words]:
    if not values:
        return []
    fields = sorted({field for _, _, field, _, _ in values})
    ja = "、".join(label_of(field).ja for field in fields)
    en = ", ".join(label_of(field).en for field in fields)
    return [
        Words(
            f"統合のあとに書き換えられた項目は、今の値のままです（{ja}）",
            f"Fields that were changed after the merge keep their present value ({en})",
        )
    ]


def _hide_address(merge: Merge, gone: Lead) -> None:
    """Later merges repeat the other addresses; those of the lead that leaves go from them."""
    theirs = {mail.lower() for mail in mails_of(gone.attributes)}
    batches = [later.batch for later in _later(merge) if later.pk > merge.pk]
    for row in Change.objects.filter(scope=Scope.LEAD, subject=merge.kept, batch_id__in=batches):
        if OTHER_MAIL in row.values:
            mails = [m.strip() for m in row.values[OTHER_MAIL].split(",")]
            row.values = row.values | {OTHER_MAIL: ", ".join(m for m in mails if m.lower() not in theirs)}
            row.save(update_fields=["values"])


def _take_marks(merge: Merge) -> None:
    """Takes tags and lists away that came with the merge; others that are merged in may have them, too."""
    for model, table, name in ((LeadTag, "people_leadtag", "tag"), (ListMember, "people_listmember", "list")):
        rows = model.objects.filter(lead=merge.kept, batch_id=merge.batch)
        taken = list(rows.values_list(name, flat=True))
        rows.delete()
        for other in _later(merge):
            copy_marks(table, f'"{name}"', other.gone, merge.kept, other.batch, taken)


def _give_back(
    model: type[Note] | type[Attachment], numbers: Sequence[int], merge: Merge, what: Words
) -> list[Words]:
    back = model.objects.filter(pk__in=numbers, scope=Scope.LEAD, subject=merge.kept).update(
        subject=merge.gone
    )
    lost = len(numbers) - back
    if not lost:
        return []
    return [
        Words(
            f"{what.ja} {lost} 件は、統合のあとに削除または移動されたため、戻せませんでした",
            f"{lost} {what.en} were deleted or moved since and could not be given back",
        )
    ]


def _give_back_row(merge: Merge, kept: Lead, gone: Lead) -> None:
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
