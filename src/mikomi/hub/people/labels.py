"""Tags and lists: words that people hang on leads, and lists that they keep by hand. All set-wise.

Whoever gets or loses one has changed: segments ask for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.timezone import make_aware

from mikomi.core.conditions.text import fold_text
from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.kit.setwise import fetch, listed, run, staged
from mikomi.hub.people.models import LeadList, PastLabel, Tag
from mikomi.hub.people.types import Label

type Kind = Literal["tag", "list"]
type Numbers = npt.NDArray[np.int64]

HUNG = {"tag": ("people_leadtag", "tag"), "list": ("people_listmember", "list")}
"""The table that says which leads have a label, and its column of labels."""
MODELS: dict[Kind, type[Tag] | type[LeadList]] = {"tag": Tag, "list": LeadList}
KEPT = timedelta(days=30)
"""So long a deleted tag or list can be brought back."""
LONGEST = 60
TAKEN = {"lead": pl.Int32, "import_id": pl.Int32, "batch_id": pl.Int32, "at": pl.String, "by_id": pl.Int32}


def labels(kind: Kind) -> list[Label]:
    """All tags, or all lists, by name."""
    if kind == "tag":
        return [Label(tag.pk, tag.name) for tag in Tag.objects.filter(deleted_at=None).order_by("key")]
    lists = LeadList.objects.filter(deleted_at=None).order_by("key")
    return [Label(kept.pk, kept.name, kept.note) for kept in lists]


def deleted_labels(kind: Kind) -> list[Label]:
    """The tags or lists that can be brought back, the latest deleted first."""
    gone = MODELS[kind].objects.filter(deleted_at__isnull=False).order_by("-deleted_at", "pk")
    return [Label(one.pk, one.name) for one in gone]


def known_then(kind: Kind, day: date) -> set[int]:
    """The numbers of the labels that were not deleted by the end of the local day, as far as deleted ones
    can be brought back still."""
    held = Q(deleted_at=None) | Q(deleted_at__gte=_end_of(day))
    return set(MODELS[kind].objects.filter(held).values_list("pk", flat=True))


def label(kind: Kind, number: int) -> Label | None:
    """One tag or list, or None."""
    return next((found for found in labels(kind) if found.number == number), None)


def lead_counts(kind: Kind) -> dict[int, int]:
    """How many leads each label is on; those that are out count, too."""
    table, column = HUNG[kind]
    with connection.cursor() as cursor:
        cursor.execute(f"select {column}, count(*) from {table} group by {column}")
        return dict(cursor.fetchall())


def make_label(kind: Kind, name: str, by: int | None = None) -> int:
    """The number of the tag or list of this name, made where there is none. Names are compared folded.

    Raises `MikomiError` for an empty name and one of more than 60 characters.
    """
    shown = check_name(name)
    key = fold_text(shown)
    now = timezone.now()
    if kind == "tag":
        return Tag.objects.get_or_create(key=key, defaults={"name": shown, "at": now})[0].pk
    return LeadList.objects.get_or_create(key=key, defaults={"name": shown, "at": now, "by_id": by})[0].pk


def rename_label(kind: Kind, number: int, name: str) -> None:
    """Gives a label another name. Raises `MikomiError` where another one has it already."""
    shown = check_name(name)
    key = fold_text(shown)
    model = MODELS[kind]
    with transaction.atomic():
        if model.objects.filter(key=key).exclude(pk=number).exists():
            raise MikomiError(
                Words(
                    f"「{shown}」はもうあります。ほかの名前にしてください",
                    f"“{shown}” is taken; choose another name",
                )
            )
        model.objects.filter(pk=number).update(key=key, name=shown)


def delete_label(kind: Kind, number: int) -> bool:
    """Takes a label off all pages; `restore_label` brings it back, on the leads it was on, within
    `KEPT`. False where there is none."""
    model = MODELS[kind]
    with transaction.atomic():
        held = model.objects.select_for_update().filter(pk=number, deleted_at=None).first()
        if held is None:
            return False
        # No folded name has a line break: another label may have this one's name from now on.
        away = f"{held.key}\n{held.pk}"
        model.objects.filter(pk=number).update(key=away, deleted_at=timezone.now())
        _touch(bearers(kind, number))
    return True


def restore_label(kind: Kind, number: int) -> bool:
    """Brings a deleted label back. False where there is none. Raises `MikomiError` where another one
    has its name by now."""
    model = MODELS[kind]
    with transaction.atomic():
        held = model.objects.select_for_update().filter(pk=number, deleted_at__isnull=False).first()
        if held is None:
            return False
        key = fold_text(held.name)
        if model.objects.filter(key=key).exists():
            raise MikomiError(
                Words(
                    f"「{held.name}」という名前のものが新しくできています。その名前を変えてから、元に戻してください",
                    f"there is a new one called “{held.name}”; rename that one first",
                )
            )
        model.objects.filter(pk=number).update(key=key, deleted_at=None)
        _touch(bearers(kind, number))
    return True


def sweep_labels(now: datetime) -> None:
    """Forgets labels that were deleted long enough ago, with what says on whom they were."""
    for kind, model in MODELS.items():
        table, column = HUNG[kind]
        old = list(model.objects.filter(deleted_at__lt=now - KEPT).values_list("pk", flat=True))
        for number in old:
            with transaction.atomic():
                run(f"delete from {table} where {column} = %s", [number])
                PastLabel.objects.filter(kind=kind, label=number).delete()
                model.objects.filter(pk=number, deleted_at__isnull=False).delete()


def put_label(
    kind: Kind,
    number: int,
    leads: Sequence[int] | pl.Series,
    *,
    batch_id: int | None = None,
    import_id: int | None = None,
    by: int | None = None,
) -> int:
    """Hangs a label on leads; on how many it was not yet."""
    table, column = HUNG[kind]
    with transaction.atomic(), staged(_numbers(leads), "labelled"):
        _touch(leads)
        return run(
            f"insert into {table} (lead, {column}, import_id, batch_id, at, by_id)"
            " select lead, %s, %s, %s, %s, %s from labelled where true on conflict do nothing",
            [
                number,
                import_id,
                batch_id,
                connection.ops.adapt_datetimefield_value(timezone.now()),
                by,
            ],
        )


def take_label(kind: Kind, number: int, leads: Sequence[int] | pl.Series) -> pl.DataFrame:
    """Takes a label off leads; past days know that it was there. Gives what `give_labels` needs to hang it
    on again as it was."""
    table, column = HUNG[kind]
    with transaction.atomic(), staged(_numbers(leads), "labelled"):
        _touch(leads)
        run(
            "insert into people_pastlabel (kind, label, lead, since, until, import_id, batch_id)"
            f" select %s, h.{column}, h.lead, h.at, %s, h.import_id, h.batch_id from {table} h"
            f" where h.{column} = %s and h.lead in (select lead from labelled)",
            [kind, connection.ops.adapt_datetimefield_value(timezone.now()), number],
        )
        return fetch(
            f"delete from {table} where {column} = %s and lead in (select lead from labelled)"
            f" returning lead, import_id, batch_id, cast(at as text), by_id",
            TAKEN,
            [number],
        )


def give_labels(kind: Kind, number: int, taken: pl.DataFrame) -> int:
    """Hangs a label on the leads of `taken` (as `take_label` gave it) where it is not; on how many.

    None where the label itself is there no more."""
    table, column = HUNG[kind]
    if label(kind, number) is None:
        return 0
    at = "t.at::timestamptz" if connection.vendor == "postgresql" else "t.at"
    with transaction.atomic(), staged(taken.select(list(TAKEN)), "given"):
        _touch(taken["lead"])
        run(
            "delete from people_pastlabel where kind = %s and label = %s and exists (select 1 from given t"
            f" where t.lead = people_pastlabel.lead and {at} = people_pastlabel.since) and not exists"
            f" (select 1 from {table} h where h.lead = people_pastlabel.lead and h.{column} = %s)",
            [kind, number, number],
        )
        return run(
            f"insert into {table} (lead, {column}, import_id, batch_id, at, by_id)"
            f" select t.lead, %s, t.import_id, t.batch_id, {at}, t.by_id from given t"
            " join people_lead l on l.id = t.lead where true on conflict do nothing",
            [number],
        )


def take_back_labels(kind: Kind, number: int, batch_id: int) -> int:
    """Takes a label off the leads that an act hung it on, and where it hangs from that act still. Past days
    know nothing of it either: the act is taken back."""
    table, column = HUNG[kind]
    PastLabel.objects.filter(kind=kind, label=number, batch_id=batch_id).delete()
    gone = fetch(
        f"delete from {table} where {column} = %s and batch_id = %s returning lead",
        {"lead": pl.Int32},
        [number, batch_id],
    )
    _touch(gone["lead"])
    return gone.height


def labels_of(kind: Kind, leads: Sequence[int]) -> dict[int, list[str]]:
    """The names of the labels of a page's leads, by lead."""
    table, column = HUNG[kind]
    named = "people_tag" if kind == "tag" else "people_leadlist"
    with transaction.atomic(), staged(_numbers(leads), "labelled"):
        rows = fetch(
            f"select h.lead, n.name from labelled l join {table} h on h.lead = l.lead"
            f" join {named} n on n.id = h.{column} where n.deleted_at is null order by n.key",
            {"lead": pl.Int32, "name": pl.String},
        )
    grouped = rows.group_by("lead", maintain_order=True).agg("name")
    return dict(zip(grouped["lead"].to_list(), grouped["name"].to_list(), strict=True))


def leads_with(kind: Kind, numbers: Iterable[int], most: int) -> list[int] | None:
    """The leads with any of these labels, or None where they are more than `most`."""
    table, column = HUNG[kind]
    wanted = [int(number) for number in numbers]
    places = ", ".join(["%s"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(f"select lead from {table} where {column} in ({places}) limit %s", [*wanted, most + 1])
        found = [row[0] for row in cursor.fetchall()]
    return None if len(found) > most else sorted(set(found))


def bearers(
    kind: Kind, number: int, *, until: date | None = None, among: Sequence[int] | None = None
) -> Numbers:
    """The numbers of the leads with a label, or of those `among` these; with `until`, of those that had it
    at the end of that local day."""
    table, column = HUNG[kind]
    asked = pl.Series("lead", [] if among is None else among, dtype=pl.Int32)
    with listed(asked, "among", "lead") as (beginning, given):
        start = f"{beginning if among is not None else ''}select h.lead from "
        only = "among q cross join " if among is not None else ""
        mine = " and h.lead = q.lead" if among is not None else ""
        sql = f"{start}{only}{table} h where h.{column} = %s{mine}"
        params: list[Any] = [*(given if among is not None else ()), number]
        if until is not None:
            end = connection.ops.adapt_datetimefield_value(_end_of(until))
            sql += (
                f" and h.at < %s union select h.lead from {only}people_pastlabel h"
                f" where h.kind = %s and h.label = %s{mine} and h.since < %s and h.until >= %s"
            )
            params += [end, kind, number, end, end]
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)


def has_label(kind: Kind, leads: str, count: int) -> str:
    """SQL that holds where the lead of the table `leads` has any of `count` labels (parameters).

    Asked row by row: a planner that made a join of it could change the order of the rows.
    """
    table, column = HUNG[kind]
    places = ", ".join(["%s"] * count)
    held = f"h.lead = {leads}.lead_id and h.{column} in ({places})"
    return f"(select 1 from {table} h where {held} limit 1) = 1"


def check_name(name: str) -> str:
    """A label's name as it is shown. Raises `MikomiError` where it is empty or too long."""
    shown = " ".join(name.replace("\0", "").split())
    if not shown:
        raise MikomiError(Words("名前を入れてください", "give it a name"))
    if len(shown) > LONGEST:
        raise MikomiError(
            Words(f"名前は{LONGEST}文字までにしてください", f"a name may have {LONGEST} characters at most")
        )
    return shown


def _end_of(day: date) -> datetime:
    return make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _touch(leads: Sequence[int] | Numbers | pl.Series) -> None:
    with changing() as number:
        mark_changed(pl.Series("lead", leads, dtype=pl.Int32), number, activity=False)


def _numbers(leads: Sequence[int] | pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"lead": leads}, schema={"lead": pl.Int32}).unique()
