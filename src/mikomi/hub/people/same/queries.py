"""Reading proposals, comparisons and past merges."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from mikomi.core.matching.levels import Level, Told
from mikomi.core.words import Words
from mikomi.hub.people.fields import every_field, field_place, field_view
from mikomi.hub.people.models import Batch, Scope
from mikomi.hub.people.models.same import Merging, Pair
from mikomi.hub.people.queries import history_of
from mikomi.hub.people.same.kinds import Kind
from mikomi.hub.people.same.types import Brief, FieldPair, PastMerge, Proposal
from mikomi.hub.people.value_sources import source_words


def open_counts(kind: Kind) -> dict[int, int]:
    """How many proposals wait, by level, the surest first."""
    held = dict(_waiting(kind).values_list("level").annotate(n=Count("level")))
    return {int(level): held.get(int(level), 0) for level in sorted(Level, reverse=True)}


def proposals[B: Brief](kind: Kind[Any, B], level: int | None, start: int, size: int) -> list[Proposal[B]]:
    """Open proposals from place `start` on, surest first; of one level, or of all."""
    rows = _waiting(kind).order_by("-level", "low", "high")
    if level is not None:
        rows = rows.filter(level=level)
    return _proposed(kind, list(rows[start : start + size]))


def told_apart[B: Brief](kind: Kind[Any, B], start: int, size: int) -> list[Proposal[B]]:
    """The pairs told not to be the same, the latest first."""
    rows = kind.pairs.objects.filter(verdict=Pair.Verdict.NOT_SAME).order_by("-decided_at", "low")
    return _proposed(kind, list(rows[start : start + size]))


def told_apart_count(kind: Kind) -> int:
    """How many pairs were told not to be the same."""
    return kind.pairs.objects.filter(verdict=Pair.Verdict.NOT_SAME).count()


def pairs_of[B: Brief](kind: Kind[Any, B], number: int, limit: int = 5) -> list[Proposal[B]]:
    """The open proposals that a lead or company is in, surest first."""
    rows = _waiting(kind).filter(Q(low=number) | Q(high=number)).order_by("-level", "low", "high")
    return _proposed(kind, list(rows[:limit]))


def pair[B: Brief](kind: Kind[Any, B], one: int, two: int) -> Proposal[B] | None:
    """Any two that are there, beside each other; None where one is out."""
    low, high = min(one, two), max(one, two)
    held = kind.pairs.objects.filter(low=low, high=high).first()
    row = held or kind.pairs(low=low, high=high, level=0, reasons=[])
    return next(iter(_proposed(kind, [row])), None)


def side_by_side(kind: Kind, kept: int, gone: int, take: Collection[str] | None = None) -> list[FieldPair]:
    """All fields of two that are there; `take` names those whose value is to come from `gone`."""
    found = kind.subjects.objects.in_bulk([kept, gone])
    one, two = found[kept].attributes, found[gone].attributes
    wanted = kind.filled(one, two) if take is None else take
    sources = {number: _sources(kind.scope, number) for number in (kept, gone)}
    known = {f for f in kind.choosable(one | two) if one.get(f) or two.get(f)}
    fields = [view for view in map(field_view, every_field()) if view.key in known]
    return [
        FieldPair(
            key=field.key,
            label=Words(field.label_ja, field.label_en),
            kept=one.get(field.key, ""),
            gone=two.get(field.key, ""),
            differs=one.get(field.key, "") != two.get(field.key, ""),
            takes=bool(two.get(field.key)) and field.key in wanted,
            kept_source=sources[kept].get(field.key),
            gone_source=sources[gone].get(field.key),
        )
        for field in sorted(fields, key=field_place)
    ]


def merges_of(kind: Kind, number: int) -> list[PastMerge]:
    """What was merged into one and can be taken back, the latest first."""
    return _past(list(_holding(kind).filter(kept=number)))


def past_merges(kind: Kind, start: int, size: int) -> list[PastMerge]:
    """All merges that hold, the latest first."""
    return _past(list(_holding(kind)[start : start + size]))


def merge_count(kind: Kind) -> int:
    """How many merges hold."""
    return _holding(kind).count()


def merge_of(kind: Kind, batch: int) -> int | None:
    """The merge that was act `batch`."""
    return kind.merges.objects.filter(batch=batch).values_list("pk", flat=True).first()


def stands_for(kind: Kind, number: int) -> int | None:
    """Whom a merged one went into; None where it was not merged."""
    return kind.subjects.objects.filter(pk=number).values_list("merged_into", flat=True).first()


def _waiting(kind: Kind) -> QuerySet[Pair]:
    return kind.pairs.objects.filter(verdict=Pair.Verdict.OPEN)


def _holding(kind: Kind) -> QuerySet[Merging]:
    return kind.merges.objects.filter(undone_at=None).order_by("-pk")


def _proposed[B: Brief](kind: Kind[Any, B], rows: Sequence[Pair]) -> list[Proposal[B]]:
    if not rows:
        return []
    briefs = kind.briefs(sorted({number for row in rows for number in (row.low, row.high)}))
    found = []
    for row in rows:
        if row.low not in briefs or row.high not in briefs:
            continue
        # The heavier one stays; of equals the one that came first.
        low, high = briefs[row.low], briefs[row.high]
        kept, gone = (high, low) if high.weight > low.weight else (low, high)
        words = kind.levels[Level(row.level)] if row.level else Words("", "")
        found.append(Proposal(kept, gone, row.level, words, _told(kind, row.reasons)))
    return found


def _told(kind: Kind, codes: Sequence[str]) -> tuple[Told, ...]:
    known = kind.reasons.__members__
    return kind.tell(sum(int(known[code.upper()]) for code in codes if code.upper() in known))


def _sources(scope: Scope, number: int) -> dict[str, Words]:
    """The source that each value came from last."""
    return {change.field: source_words(change.source) for change in history_of(scope, number)}


def _past(rows: Sequence[Merging]) -> list[PastMerge]:
    if not rows:
        return []
    batches = Batch.objects.filter(pk__in=[row.batch for row in rows])
    acts = {pk: (label, by or "") for pk, label, by in batches.values_list("pk", "label", "by__name")}
    return [PastMerge(row.pk, row.kept, row.gone, *acts[row.batch], row.at) for row in rows]
