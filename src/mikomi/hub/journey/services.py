"""Writing the draft and keeping revisions. Each function is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from mikomi.core.journey.edits import change_stage
from mikomi.core.journey.map import JourneyMap, dump_map, load_map
from mikomi.core.journey.steps import redraw
from mikomi.core.words import MikomiError, Words
from mikomi.hub.journey import queries
from mikomi.hub.journey.models import Answer, Draft, DraftStep, Looked, Revision
from mikomi.hub.journey.types import Answered, KeptMap, Redrawn
from mikomi.hub.kit.jobs import enqueue

if TYPE_CHECKING:
    from mikomi.hub.accounts.models import User


MOST_STEPS = 50
"""So many steps of each person can be taken back."""


def save_draft(journey: JourneyMap, user: User | None) -> None:
    """Keeps `journey` as the draft. Raises `DocumentError`."""
    _write(dump_map(journey), user)


def _write(document: str, user: User | None, *, begun_with: str = "") -> None:
    """Keeps the draft and the step that led to it. `begun_with`: what stood there before the first draft."""
    with transaction.atomic():
        row = _draft()
        before = row.document or begun_with
        if before and before != document:
            DraftStep.objects.filter(user=user, undone=True).delete()
            DraftStep.objects.create(user=user, before=before, after=document)
            kept = DraftStep.objects.filter(user=user).order_by("-pk").values("pk")[:MOST_STEPS]
            DraftStep.objects.filter(user=user).exclude(
                pk__in=list(kept.values_list("pk", flat=True))
            ).delete()
        _keep(row, document, user)


def _draft() -> Draft:
    row = Draft.objects.select_for_update().first()
    if row is None:
        latest = queries.current_map()
        row = Draft(based_on=latest.number if latest else None)
    return row


def _keep(row: Draft, document: str, user: User | None) -> None:
    row.document = document
    row.changed_at = timezone.now()
    row.changed_by = user
    row.save()


def edit_draft(edit: Callable[[JourneyMap], JourneyMap], user: User | None) -> JourneyMap:
    """Applies one change to the draft as it stands now, so that changes of different cells both hold.

    The draft begins with the revision in force. Raises what `edit` raises, `DocumentError`, and
    `MikomiError` where there is no map yet.
    """
    with transaction.atomic():
        row = Draft.objects.select_for_update().first()
        latest = queries.current_map()
        begun_with = ""
        if row is not None and row.document:
            start = load_map(row.document)
        elif latest is not None:
            start = latest.map
            begun_with = dump_map(start)
        else:
            raise MikomiError(
                Words(
                    "地図がまだありません。先にひな形を選んでください",
                    "there is no map yet; pick a template first",
                )
            )
        found = edit(start)
        _write(dump_map(found), user, begun_with=begun_with)
    return found


def undo(user: User | None) -> Redrawn | None:
    """Takes back the last step that this person took with the draft; None where there is none.

    What others drew at the same place since stays as it is.
    """
    with transaction.atomic():
        row = _draft()
        step = DraftStep.objects.filter(user=user, undone=False).order_by("-pk").first()
        return _redraw(row, step, step.after, step.before, user) if step else None


def redo(user: User | None) -> Redrawn | None:
    """Takes the step again that this person took back last; None where there is none."""
    with transaction.atomic():
        row = _draft()
        step = DraftStep.objects.filter(user=user, undone=True).order_by("pk").first()
        return _redraw(row, step, step.before, step.after, user) if step else None


def _redraw(row: Draft, step: DraftStep, start: str, end: str, user: User | None) -> Redrawn:
    standing, left = row.document, 0
    if standing == start:
        drawn = end
    elif not (standing and start and end):
        drawn, left = standing, 1
    else:
        found, left = redraw(load_map(standing), load_map(start), load_map(end))
        drawn = dump_map(found)
    DraftStep.objects.filter(pk=step.pk).update(undone=not step.undone)
    if drawn != standing:
        _keep(row, drawn, user)
    return Redrawn(drawn != standing, left)


def discard_draft(user: User | None) -> None:
    """Puts the draft back to the revision in force; without one, back to nothing. `undo` brings it back."""
    with transaction.atomic():
        latest = queries.current_map()
        if Draft.objects.exists():
            _write(dump_map(latest.map) if latest else "", user)
            Draft.objects.update(based_on=latest.number if latest else None)


def restore_revision(number: int, user: User | None) -> None:
    """Takes an old revision as the draft; `undo` takes that back. Raises `MikomiError` for no such number."""
    old = queries.revision(number)
    if old is None:
        raise MikomiError(Words(f"第{number}版はありません", f"there is no version {number}"))
    save_draft(old.map, user)


def record_answers(role: str, answers: Sequence[Answered], user: User | None) -> None:
    """Writes what somebody answered (`interview`) into the cells of the draft and keeps who said it.

    An answer joins what stands in its cell. Raises `MikomiError` where there is no map, `DocumentError`
    where a cell would grow too long.
    """
    with transaction.atomic():
        now = timezone.now()

        def write(journey: JourneyMap) -> JourneyMap:
            for answer in answers:
                stage = journey.stage(answer.stage)
                held = getattr(stage, answer.lane) if stage else ""
                if answer.text not in held:
                    joined = f"{held}\n{answer.text}".strip()
                    journey = change_stage(journey, answer.stage, **{answer.lane: joined})
            return journey

        edit_draft(write, user)
        Answer.objects.bulk_create(
            Answer(role=role, question=a.question, stage=a.stage, lane=a.lane, text=a.text, at=now, by=user)
            for a in answers
        )


def look(user: User) -> None:
    """Keeps that a person looks at the map now; once an hour is enough."""
    now = timezone.now()
    if not Looked.objects.filter(user=user, at__gt=now - timedelta(hours=1)).exists():
        Looked.objects.update_or_create(user=user, defaults={"at": now})


def keep_revision(user: User | None, *, reason: str = "", at: datetime | None = None) -> KeptMap:
    """版として残す: the draft becomes the revision in force, and the stages are computed anew by a job.

    `at` (aware) is when; None for now.

    Raises `MikomiError` where there is no draft or it changes nothing.
    """
    with transaction.atomic():
        row = Draft.objects.select_for_update().first()
        if row is None or not row.document:
            raise MikomiError(Words("残す地図がありません", "there is no map to keep; draw one first"))
        latest = queries.current_map()
        if latest is not None and latest.map == load_map(row.document):
            raise MikomiError(
                Words(
                    f"第{latest.number}版から変わったところがありません",
                    f"the map does not differ from version {latest.number}",
                )
            )
        number = latest.number + 1 if latest else 1
        Revision.objects.create(
            number=number, document=row.document, reason=reason.strip(), at=at or timezone.now(), by=user
        )
        row.based_on = number
        row.save()
        DraftStep.objects.all().delete()
        enqueue("site.score_all")
        enqueue("site.prepare_journey", once=True)
    found = queries.revision(number)
    assert found is not None
    return found


def keep_map(
    journey: JourneyMap, by: int | None = None, *, reason: str = "", at: datetime | None = None
) -> KeptMap:
    """Takes `journey` as the draft and keeps it as a revision of the user `by` (number): for the demo."""
    with transaction.atomic():
        save_draft(journey, None)
        number = keep_revision(None, reason=reason, at=at).number
        Revision.objects.filter(number=number).update(by=by)
    found = queries.revision(number)
    assert found is not None
    return found
