"""What a merge does to two leads as to two companies, and what an un-merge says of it.

Nothing is thrown away. The one that goes keeps its values and is left out of everything; what the kept
one gets bears the number of the act, by which it is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.people.fields import TOUCHES, label_of
from mikomi.hub.people.models import Attachment, Batch, Change, Company, Lead, Note
from mikomi.hub.people.models.same import Merging
from mikomi.hub.people.same.kinds import Kind
from mikomi.hub.people.taking_back import take_back_values

UNDONE = Words("この統合は、もう元に戻してあります。", "This merge was taken back already.")
ERASED = Words(
    "2つのうちどちらかがもう無いため、元に戻せません。",
    "One of the two is gone; the merge cannot be taken back.",
)
WRITTEN: tuple[tuple[str, type[Note] | type[Attachment], Words], ...] = (
    ("notes", Note, Words("メモ", "notes")),
    ("files", Attachment, Words("ファイル", "files")),
)


def take_two[Subject: Lead | Company](
    kind: Kind[Subject, Any], kept: int, gone: int
) -> tuple[Subject, Subject]:
    """The two that are to be one, locked. Raises `MikomiError` where one is out, or both are one."""
    if kept == gone:
        ja, en = kind.called.ja, kind.called.en
        raise MikomiError(Words(f"同じ{ja}どうしは統合できません。", f"A {en} cannot be merged with itself."))
    there = kind.subjects.objects.select_for_update().filter(kind.there, pk__in=[kept, gone])
    found = {one.pk: one for one in there.order_by("pk")}
    if len(found) < 2:
        raise MikomiError(kind.away)
    return found[kept], found[gone]


def begin_batch(kept: str, gone: str, leads: int, by_id: int | None) -> Batch:
    """The act of a merge, named by what the two are called."""
    return Batch.objects.create(
        kind=Batch.Kind.MERGE, label=f"{gone} → {kept}", leads=leads, by_id=by_id, at=timezone.now()
    )


def put_together(kind: Kind, kept: int, gone: int) -> dict[str, Any]:
    """Moves notes and files and whoever was merged into the one that goes before, and lets it stand for
    the kept one; what is kept of that for the way back."""
    before: dict[str, Any] = {
        "followers": list(kind.subjects.objects.filter(merged_into=gone).values_list("pk", flat=True)),
        "last_change": Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
    }
    for name, model, _ in WRITTEN:
        rows = model.objects.filter(scope=kind.scope, subject=gone)
        before[name] = list(rows.order_by("pk").values_list("pk", flat=True))
        rows.update(subject=kept)
    kind.subjects.objects.filter(Q(pk=gone) | Q(pk__in=before["followers"])).update(merged_into=kept)
    kind.pairs.objects.filter(Q(low=gone) | Q(high=gone), verdict="").delete()
    return before


def held_merge[Subject: Lead | Company](
    kind: Kind[Subject, Any], number: int
) -> tuple[Merging, Subject, Subject]:
    """A merge that can be taken back, its row locked, with the kept one and the one that went. Raises
    `MikomiError` where it cannot be."""
    merge = kind.merges.objects.select_for_update().filter(pk=number).first()
    if merge is None or merge.undone_at is not None:
        raise MikomiError(UNDONE)
    found = kind.subjects.objects.in_bulk([merge.kept, merge.gone])
    if len(found) < 2:
        raise MikomiError(ERASED)
    kept, gone = found[merge.kept], found[merge.gone]
    if kept.merged_into is not None or gone.merged_into != kept.pk:
        ja, en = kind.called.ja, kind.called.en
        raise MikomiError(
            Words(
                f"残した{ja}は、そのあと別の{ja}に統合されました。先にそちらの統合を元に戻してください。",
                f"The kept {en} was merged into another {en} later. Take that merge back first.",
            )
        )
    return merge, kept, gone


def take_apart(kind: Kind, merge: Merging) -> list[Words]:
    """Undoes `put_together`; what could not be given back, in words."""
    subjects, left = kind.subjects.objects, []
    subjects.filter(pk__in=merge.before["followers"], merged_into=merge.kept).update(merged_into=merge.gone)
    subjects.filter(pk=merge.gone).update(merged_into=None)
    for name, model, called in WRITTEN:
        numbers = merge.before[name]
        there = model.objects.filter(pk__in=numbers, scope=kind.scope, subject=merge.kept)
        if lost := len(numbers) - there.update(subject=merge.gone):
            left.append(
                Words(
                    f"{called.ja} {lost} 件は、統合のあとに削除または移動されたため、戻せませんでした",
                    f"{lost} {called.en} were deleted or moved since and could not be given back",
                )
            )
    return left


def take_back(kind: Kind, merge: Merging) -> list[Words]:
    """Takes the values back that the merge wrote; those that stay with the kept one, in words: what came
    after the merge, since nobody can tell whose it is, and what was written over what the merge wrote."""
    since = Change.objects.filter(
        scope=kind.scope, subject=merge.kept, pk__gt=merge.before["last_change"], batch_id=None
    )
    came = {field for values in since.values_list("values", flat=True) for field in values}
    came -= TOUCHES.keys()
    stayed = {field for _, _, field, _, _ in take_back_values(batch_id=merge.batch).stayed}
    told = []
    if came:
        ja, en = _named(came)
        told.append(
            Words(
                f"統合のあとに入った値は、残した{kind.called.ja}に残ります（{ja}）",
                f"Values that came after the merge stay with the kept {kind.called.en} ({en})",
            )
        )
    if stayed:
        ja, en = _named(stayed)
        told.append(
            Words(
                f"統合のあとに書き換えられた項目は、今の値のままです（{ja}）",
                f"Fields that were changed after the merge keep their present value ({en})",
            )
        )
    return told


def end_merge(kind: Kind, merge: Merging, left: Sequence[Words], by_id: int | None) -> None:
    """Marks a merge and its act as taken back, with what could not be given back."""
    now = timezone.now()
    kind.merges.objects.filter(pk=merge.pk).update(undone_at=now)
    report = {"left": len(left), "words": [{"ja": words.ja, "en": words.en} for words in left]}
    Batch.objects.filter(pk=merge.batch).update(undone_at=now, undone_by=by_id, report=report)


def _named(fields: Iterable[str]) -> tuple[str, str]:
    labels = [label_of(field) for field in sorted(fields)]
    return "、".join(label.ja for label in labels), ", ".join(label.en for label in labels)
