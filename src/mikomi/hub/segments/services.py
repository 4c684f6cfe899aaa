"""Writing segments. Each function is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from django.db import connection, transaction
from django.utils import timezone

from mikomi.core.conditions.parse_who import read_who, who_data
from mikomi.core.conditions.text import fold_text
from mikomi.core.conditions.who import Who, order_of, used_segments
from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import audit
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.setwise import run, staged
from mikomi.hub.people.labels import check_name
from mikomi.hub.segments.bits import PART, Flags, Numbers, Places
from mikomi.hub.segments.models import Definition, MemberPart, Move, Segment
from mikomi.hub.segments.types import Priority

if TYPE_CHECKING:
    from mikomi.hub.accounts.models import User

KEPT = timedelta(days=30)
"""So long a deleted segment can be brought back."""
COUNT = "site.score_all"
"""The job that counts the members of what was defined anew, in the one pass over everything."""


class StaleSegmentError(MikomiError):
    """Someone else changed the segment meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "ほかの人が先にこのセグメントを変えました。画面を開き直して、もう一度変えてください",
                "someone else changed this segment first; reload the page and change it again",
            )
        )


def make_segment(
    name: str, who: Who, user: User | None, *, note: str = "", priority: Priority | None = None
) -> int:
    """The number of a new segment. Its members are counted by a job.

    Raises `MikomiError` for a name that is empty, too long or taken, and for a condition that asks for a
    segment that is not there.
    """
    shown = check_name(name)
    with audit.deed():
        _check_name_free(shown)
        _check_asked(None, who)
        row = Segment.objects.create(
            name=shown,
            key=fold_text(shown),
            note=note.strip(),
            condition=who_data(who),
            priority=priority,
            defined_at=timezone.now(),
        )
        _keep_definition(row, user)
        enqueue(COUNT, once=True)
    return row.pk


def define(number: int, who: Who, user: User | None, *, definition: int | None = None) -> None:
    """Gives a segment another condition; its members are counted anew by a job.

    `definition` is the one that the edit started from. Raises `StaleSegmentError` where it has moved on, and
    `MikomiError` where the segment would come to speak of itself, or of one that is not there.
    """
    with audit.deed():
        row = _held(number)
        if definition is not None and row.definition != definition:
            raise StaleSegmentError
        data = who_data(who)
        if data == row.condition:
            return
        _check_asked(row, who)
        row.condition = data
        row.definition += 1
        row.defined_at = timezone.now()
        row.save()
        _keep_definition(row, user)
        enqueue(COUNT, once=True)


def set_priorities(said: Mapping[Priority, Who], names: Mapping[Priority, str], user: User | None) -> None:
    """Makes, changes and deletes the segments of priorities, so that there are those of `said` alone.

    Raises `MikomiError` where a name of `names` is taken by another segment.
    """
    with audit.deed():
        held = {row.priority: row for row in Segment.objects.filter(deleted_at=None).exclude(priority=None)}
        for row in held.values():
            if Priority(row.priority) not in said:
                delete_segment(row.pk)
        for priority, who in said.items():
            if priority in held:
                define(held[priority].pk, who, user)
            else:
                make_segment(names[priority], who, user, priority=priority)


def rename(number: int, name: str, note: str) -> None:
    """Gives a segment another name and note. Raises `MikomiError` where the name is taken."""
    shown = check_name(name)
    with transaction.atomic():
        row = _held(number)
        if row.key != fold_text(shown):
            _check_name_free(shown)
        row.name, row.key, row.note = shown, fold_text(shown), note.strip()
        row.save()


def delete_segment(number: int) -> None:
    """Takes a segment off all pages; `restore_segment` brings it back within `KEPT`. Raises `MikomiError`
    where other segments ask for it."""
    with transaction.atomic():
        row = _held(number)
        users = [
            other.name
            for other in Segment.objects.filter(deleted_at=None).exclude(pk=number).order_by("key")
            if number in used_segments(read_who(other.condition))
        ]
        if users:
            raise MikomiError(
                Words(
                    f"「{row.name}」は「{'」「'.join(users)}」の条件で使われています。先にその条件を変えてください",
                    f"“{row.name}” is used by {', '.join(users)}; change those conditions first",
                )
            )
        # No folded name has a line break: another segment may have this one's name from now on.
        row.key, row.deleted_at = f"{row.key}\n{row.pk}", timezone.now()
        row.save()


def restore_segment(number: int) -> bool:
    """Brings a deleted segment back; its members are counted anew. False where there is none. Raises
    `MikomiError` where another one has its name by now, or where what its condition asks for is gone."""
    with transaction.atomic():
        row = Segment.objects.select_for_update().filter(pk=number, deleted_at__isnull=False).first()
        if row is None:
            return False
        _check_name_free(row.name)
        row.key, row.deleted_at, row.counted = fold_text(row.name), None, 0
        _check_asked(row, read_who(row.condition))
        row.save()
        enqueue(COUNT, once=True)
    return True


def sweep_deleted(now: datetime) -> None:
    """Forgets segments that were deleted long enough ago, with their members and moves."""
    with transaction.atomic():
        old = list(Segment.objects.filter(deleted_at__lt=now - KEPT).values_list("pk", flat=True))
        MemberPart.objects.filter(segment__in=old).delete()
        Move.objects.filter(segment__in=old).delete()
        Segment.objects.filter(pk__in=old).delete()


def write_members(
    holds: Mapping[int, Flags], numbers: Numbers, gone: Numbers, on: date, *, every: bool
) -> int:
    """Writes who belongs to each segment of `holds` on the local day `on`; how many leads moved.

    `numbers`: the leads asked, ascending, that the flags stand for; `gone`: those that are none any more.
    `every`: `numbers` are all leads there are. Moves are written where the members before were counted by
    the same definition. Belongs into the transaction of the run that found them.
    """
    rows = {row.pk: row for row in Segment.objects.select_for_update().filter(pk__in=list(holds))}
    stored = _stored(rows, numbers, gone, every=every)
    moves, puts, counted = [], [], []
    for number, row in rows.items():
        held = stored.get(number, {})
        last = max(int(numbers.max(initial=-1)) // PART, *held, -1)
        places = Places.up_to(last) if every else Places.around(np.union1d(numbers, gone))
        before = places.read(held)
        after = np.zeros_like(before) if every else before.copy()
        after[places.of(numbers)] = holds[number]
        if not every:
            after[places.of(gone)] = False
        puts += [(number, part, packed) for part, packed in places.changed(before, after).items()]
        moved = places.leads(before != after)
        if row.counted == row.definition and len(moved):
            moves.append(
                pl.DataFrame({"lead": moved, "entered": after[places.of(moved)]}).with_columns(
                    pl.lit(number, pl.Int32).alias("segment")
                )
            )
        if every:
            if row.counted != row.definition:
                row.begun_on = on
            row.members, row.counted, row.counted_on = int(after.sum()), row.definition, on
        elif len(moved):
            row.members += int(after.sum()) - int(before.sum())
            counted.append(row)
    _put_parts(puts)
    Segment.objects.bulk_update(
        rows.values() if every else counted, ["members", "counted", "counted_on", "begun_on"], batch_size=200
    )
    return _put_moves(pl.concat(moves) if moves else None, on, timezone.now())


def forget(leads: Sequence[int]) -> None:
    """Deletes what is known of leads that are erased: their bits and their moves."""
    gone = np.unique(np.array(leads, dtype=np.int64))
    with transaction.atomic():
        numbers = list(Segment.objects.values_list("pk", flat=True))
        nobody = {number: np.zeros(0, dtype=np.bool_) for number in numbers}
        write_members(nobody, np.zeros(0, dtype=np.int64), gone, timezone.localdate(), every=False)
        with staged(pl.DataFrame({"lead": gone}), "forgotten"):
            run("delete from segments_move where lead in (select lead from forgotten)")


def _held(number: int) -> Segment:
    row = Segment.objects.select_for_update().filter(pk=number, deleted_at=None).first()
    if row is None:
        raise MikomiError(Words("このセグメントはもうありません", "this segment is there no more"))
    return row


def _check_name_free(shown: str) -> None:
    if Segment.objects.filter(key=fold_text(shown)).exists():
        raise MikomiError(
            Words(
                f"「{shown}」というセグメントはもうあります。ほかの名前にしてください",
                f"there is a segment “{shown}” already; choose another name",
            )
        )


def _check_asked(row: Segment | None, who: Who) -> None:
    """The segments that a condition asks for are there, and none of them comes back to this one.

    All are held: two edits at the same moment could close a circle together, and no run could count it.
    """
    held = Segment.objects.select_for_update().filter(deleted_at=None).order_by("pk")
    known = dict(held.values_list("pk", "condition"))
    missing = [number for number in used_segments(who) if number not in known]
    if missing:
        raise MikomiError(
            Words(
                "条件にあるセグメントが、もうありません。選び直してください",
                "a segment in this condition is there no more; choose another",
            )
        )
    if row is not None:
        names = dict(Segment.objects.values_list("pk", "name"))
        order_of({number: read_who(data) for number, data in known.items()} | {row.pk: who}, names)


def _keep_definition(row: Segment, user: User | None) -> None:
    Definition.objects.create(
        segment=row, number=row.definition, condition=row.condition, at=row.defined_at, by=user
    )


def _stored(
    rows: Mapping[int, Segment], numbers: Numbers, gone: Numbers, *, every: bool
) -> dict[int, dict[int, bytes]]:
    """The stored parts that may change, by segment and part."""
    held = MemberPart.objects.filter(segment__in=list(rows))
    if not every:
        held = held.filter(part__in=Places.around(np.union1d(numbers, gone)).parts.tolist())
    found: dict[int, dict[int, bytes]] = {}
    for segment, part, bits in held.values_list("segment", "part", "bits"):
        found.setdefault(segment, {})[part] = bits
    return found


def _put_parts(puts: list[tuple[int, int, bytes]]) -> None:
    MemberPart.objects.bulk_create(
        [MemberPart(segment=segment, part=part, bits=bits) for segment, part, bits in puts],
        batch_size=2_000,
        update_conflicts=True,
        unique_fields=["segment", "part"],
        update_fields=["bits"],
    )


def _put_moves(moves: pl.DataFrame | None, on: date, at: datetime) -> int:
    if moves is None or moves.is_empty():
        return 0
    with staged(moves, "moved"):
        return run(
            'insert into segments_move (segment, lead, "on", at, entered)'
            " select segment, lead, %s, %s, entered from moved order by segment, lead",
            [connection.ops.adapt_datefield_value(on), connection.ops.adapt_datetimefield_value(at)],
        )
