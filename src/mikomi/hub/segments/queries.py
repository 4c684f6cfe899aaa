"""Reading segments: how they are defined, who belongs to them, who came and went."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache, reduce

import numpy as np
from django.db.models import Count, Q
from django.utils.timezone import make_aware

from mikomi.core.conditions.parse_who import read_who
from mikomi.core.conditions.who import Who
from mikomi.hub.kit.setwise import on_postgres
from mikomi.hub.segments.bits import PART, Flags, Numbers, Places
from mikomi.hub.segments.models import Definition, MemberPart, Move, Segment
from mikomi.hub.segments.types import Defined, Membership, Moved, Priority, SegmentView


def segments() -> list[SegmentView]:
    """All segments, those that say whom to work on first before the others, then by name."""
    held = [_view(one) for one in Segment.objects.filter(deleted_at=None).order_by("key")]
    return sorted(held, key=lambda one: one.priority or max(Priority) + 1)


def segment(number: int) -> SegmentView | None:
    """One segment, None where there is none."""
    held = Segment.objects.filter(pk=number, deleted_at=None).first()
    return None if held is None else _view(held)


def names() -> dict[int, str]:
    """What every segment is called."""
    return dict(Segment.objects.filter(deleted_at=None).order_by("key").values_list("pk", "name"))


def definitions_of(number: int) -> list[Defined]:
    """The conditions that a segment had, the latest first."""
    rows = Definition.objects.filter(segment=number).select_related("by").order_by("-number")
    return [_defined(row) for row in rows]


def defined_then(day: date) -> dict[int, Defined]:
    """The condition that each segment had at the end of the local day, by number; of one that was made
    later, the first it had. One that was deleted since is there as long as it can be brought back."""
    end = make_aware(datetime.combine(day + timedelta(days=1), time.min))
    there = Q(segment__deleted_at=None) | Q(segment__deleted_at__gte=end)
    found: dict[int, Defined] = {}
    for row in Definition.objects.filter(there).select_related("by", "segment").order_by("segment", "number"):
        if row.segment.pk not in found or row.at < end:
            found[row.segment.pk] = _defined(row)
    return found


def passing(number: int) -> Flags:
    """Who belongs to a segment, by lead number; leads beyond the end do not."""
    rows = dict(MemberPart.objects.filter(segment=number).values_list("part", "bits"))
    return Places.up_to(max(rows, default=-1)).read(rows)


def members(number: int) -> Numbers:
    """The numbers of the leads of a segment, ascending."""
    rows = dict(MemberPart.objects.filter(segment=number).values_list("part", "bits"))
    places = Places(np.array(sorted(rows), dtype=np.int64))
    return places.leads(places.read(rows))


def in_any(numbers: Iterable[int]) -> Flags:
    """Who belongs to any of these segments, by lead number."""
    found = [passing(number) for number in numbers]
    end = max(map(len, found), default=0)
    whole = [np.pad(flags, (0, end - len(flags))) for flags in found]
    return reduce(np.logical_or, whole, np.zeros(end, dtype=np.bool_))


def belongs(leads: str, count: int) -> str:
    """SQL that holds where the lead of the table `leads` belongs to any of `count` segments (parameters).

    Asked row by row, as `people.labels.has_label`.
    """
    lead = f"{leads}.lead_id"
    if on_postgres():
        held = f"get_bit(p.bits, cast({lead} %% {PART} as integer)) = 1"
    else:
        # SQLite has no bits of blobs, but their digits: two of them a byte, the low four bits the second.
        digit = f"substr(hex(substr(p.bits, ({lead} %% {PART}) / 8 + 1, 1)), 2 - ({lead} %% 8) / 4, 1)"
        held = f"((instr('0123456789ABCDEF', {digit}) - 1) >> ({lead} %% 4)) & 1"
    places = ", ".join(["%s"] * count)
    return (
        f"(select 1 from segments_memberpart p where p.segment in ({places})"
        f" and p.part = {lead} / {PART} and {held} limit 1) = 1"
    )


def segments_of(lead: int) -> list[Membership]:
    """The segments that a lead (its number) belongs to, and since when."""
    place = lead % PART
    held = {
        part.segment
        for part in MemberPart.objects.filter(part=lead // PART)
        if bytes(part.bits)[place // 8] >> (place % 8) & 1
    }
    if not held:
        return []
    moves = Move.objects.filter(lead=lead, segment__in=held, entered=True).order_by("id")
    entered = {move.segment: move for move in moves}
    return [_membership(one, entered.get(one.number)) for one in segments() if one.number in held]


def segments_of_leads(leads: Sequence[int]) -> dict[int, list[int]]:
    """The numbers of the segments of a page's leads, by lead."""
    found: dict[int, list[int]] = {lead: [] for lead in leads}
    asked = np.array(sorted(found), dtype=np.int64)
    places = Places.around(asked)
    rows: dict[int, dict[int, bytes]] = {}
    for part in MemberPart.objects.filter(part__in=places.parts.tolist()).order_by("segment"):
        rows.setdefault(part.segment, {})[part.part] = part.bits
    for number, stored in rows.items():
        for lead in asked[places.read(stored)[places.of(asked)]].tolist():
            found[lead].append(number)
    return found


def moves_of(lead: int, limit: int = 200) -> list[Moved]:
    """When a lead entered segments and left them, the latest first."""
    return [_moved(row) for row in Move.objects.filter(lead=lead).order_by("-id")[:limit]]


def moves_in(number: int, since: date, until: date) -> tuple[int, int]:
    """How often leads entered a segment and left it from `since` through `until` (local days)."""
    rows = Move.objects.filter(segment=number, on__range=(since, until))
    told = rows.aggregate(came=Count("id", filter=Q(entered=True)), went=Count("id", filter=Q(entered=False)))
    return told["came"], told["went"]


def latest_moves(number: int, *, entered: bool, limit: int) -> list[Moved]:
    """Who entered a segment, or left it, last."""
    rows = Move.objects.filter(segment=number, entered=entered).order_by("-on", "-id")[:limit]
    return [_moved(row) for row in rows]


def entered_on(on: date, numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Who entered one of these segments on the local day: (lead, segment)."""
    rows = Move.objects.filter(on=on, segment__in=numbers, entered=True)
    return list(rows.order_by("pk").values_list("lead", "segment"))


def priority_of(leads: Sequence[int]) -> dict[int, Priority]:
    """What was said of whom to work on first, by lead; those of whom nothing was said are left out.
    To be left alone goes before all else, then the highest."""
    levels = dict(
        Segment.objects.filter(deleted_at=None).exclude(priority=None).values_list("pk", "priority")
    )
    if not levels:
        return {}
    found = {
        lead: {Priority(levels[number]) for number in numbers if number in levels}
        for lead, numbers in segments_of_leads(leads).items()
    }
    return {lead: Priority.NOT if Priority.NOT in said else min(said) for lead, said in found.items() if said}


@lru_cache(maxsize=1024)
def _condition(text: str) -> Who:
    """A stored condition: every run of scoring reads all of them."""
    return read_who(json.loads(text))


def _view(row: Segment) -> SegmentView:
    return SegmentView(
        number=row.pk,
        name=row.name,
        note=row.note,
        who=_condition(json.dumps(row.condition)),
        priority=None if row.priority is None else Priority(row.priority),
        definition=row.definition,
        defined_at=row.defined_at,
        counted_on=row.counted_on if row.counted == row.definition else None,
        members=row.members,
        begun_on=row.begun_on,
    )


def _defined(row: Definition) -> Defined:
    return Defined(row.number, _condition(json.dumps(row.condition)), row.at, str(row.by or ""))


def _membership(one: SegmentView, entered: Move | None) -> Membership:
    begun = one.begun_on
    # On the day of the first count, what was seen before it followed the definition before.
    if entered and (
        begun is None or entered.on > begun or (entered.on == begun and entered.at >= one.defined_at)
    ):
        return Membership(one, entered.on, at_latest=False)
    return Membership(one, begun, at_latest=True)


def _moved(row: Move) -> Moved:
    return Moved(row.segment, row.lead, row.on, row.at, row.entered)
