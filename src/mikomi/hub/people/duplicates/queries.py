"""Reading proposals, comparisons and past merges."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import polars as pl
from django.db.models import Q
from django.utils import timezone

from mikomi.core.matching.groups import group_sure
from mikomi.core.matching.levels import LEVEL_WORDS, Level, Reason, Told, tell_reasons
from mikomi.core.words import Words
from mikomi.hub.activity import queries as facts
from mikomi.hub.kit.setwise import fetch
from mikomi.hub.people.duplicates.finding import apart
from mikomi.hub.people.duplicates.keys import COLUMNS, SCHEMA, compared
from mikomi.hub.people.duplicates.merging import choosable, filled
from mikomi.hub.people.duplicates.types import Brief, FieldPair, PastMerge, Proposal, Sure
from mikomi.hub.people.fields import label_of
from mikomi.hub.people.models import Batch, Change, DuplicatePair, Field, Lead, Merge, Scope
from mikomi.hub.people.models.same import DuplicateRun, MergeRun
from mikomi.hub.people.queries import full_name

_ORDER = (
    "name", "family_name", "given_name", "name_kana", "family_name_kana", "given_name_kana", "email",
    "company", "department", "title", "phone", "direct_phone", "mobile",
)  # fmt: skip


def open_counts() -> dict[int, int]:
    """How many proposals wait, by level, the surest first."""
    found = fetch(
        "select level, count(*) from people_duplicatepair where verdict = '' group by level",
        {"level": pl.Int16, "n": pl.Int64},
    )
    held = dict(found.iter_rows())
    return {int(level): held.get(int(level), 0) for level in sorted(Level, reverse=True)}


def looked_at() -> datetime | None:
    """When duplicates were last looked for; None where they never were."""
    return DuplicateRun.objects.filter(pk=1).values_list("at", flat=True).first()


def proposals(level: int | None, start: int, size: int) -> list[Proposal]:
    """Open proposals from place `start` on, surest first; of one level, or of all."""
    rows = DuplicatePair.objects.filter(verdict="").order_by("-level", "low", "high")
    if level is not None:
        rows = rows.filter(level=level)
    return _proposed(list(rows[start : start + size]))


def not_same(start: int, size: int) -> list[Proposal]:
    """The pairs told not to be the same person, the latest first."""
    rows = DuplicatePair.objects.filter(verdict="not_same").order_by("-decided_at", "low")
    return _proposed(list(rows[start : start + size]))


def not_same_count() -> int:
    """How many pairs were told not to be the same person."""
    return DuplicatePair.objects.filter(verdict="not_same").count()


def pairs_of(lead: int, limit: int = 5) -> list[Proposal]:
    """The open proposals that a lead is in, surest first."""
    rows = DuplicatePair.objects.filter(Q(low=lead) | Q(high=lead), verdict="").order_by(
        "-level", "low", "high"
    )
    return _proposed(list(rows[:limit]))


def pair(one: int, two: int) -> Proposal | None:
    """Any two leads that are there, beside each other; None where one is out."""
    low, high = min(one, two), max(one, two)
    held = DuplicatePair.objects.filter(low=low, high=high).first()
    row = held or DuplicatePair(low=low, high=high, level=0, reasons=[])
    return next(iter(_proposed([row])), None)


def side_by_side(kept: int, gone: int, take: Collection[str] | None = None) -> list[FieldPair]:
    """All fields of two leads; `take` names those whose value is to come from `gone`."""
    leads = Lead.objects.in_bulk([kept, gone])
    one, two = leads[kept].attributes, leads[gone].attributes
    wanted = filled(one, two) if take is None else take
    sources = {lead: _sources(lead) for lead in (kept, gone)}
    labels = {f.key: Words(f.label_ja, f.label_en) for f in Field.objects.all()}
    keys = sorted({f for f in choosable(one | two) if one.get(f) or two.get(f)}, key=_place)
    return [
        FieldPair(
            key=key,
            label=labels.get(key, label_of(key)),
            kept=one.get(key, ""),
            gone=two.get(key, ""),
            differs=one.get(key, "") != two.get(key, ""),
            takes=bool(two.get(key)) and key in wanted,
            kept_source=sources[kept].get(key, ""),
            gone_source=sources[gone].get(key, ""),
        )
        for key in keys
    ]


def merges_of(lead: int) -> list[PastMerge]:
    """What was merged into a lead and can be taken back, the latest first."""
    return _past(list(Merge.objects.filter(kept=lead, undone_at=None).order_by("-pk")))


def past_merges(start: int, size: int) -> list[PastMerge]:
    """All merges that hold, the latest first."""
    return _past(list(Merge.objects.filter(undone_at=None).order_by("-pk")[start : start + size]))


def merge_count() -> int:
    """How many merges hold."""
    return Merge.objects.filter(undone_at=None).count()


def merge_of(batch: int) -> int | None:
    """The merge that was act `batch`."""
    return Merge.objects.filter(batch=batch).values_list("pk", flat=True).first()


def stands_for(lead: int) -> int | None:
    """The lead that a merged lead went into; None where it was not merged."""
    return Lead.objects.filter(pk=lead).values_list("merged_into", flat=True).first()


def merged_into(leads: Collection[int]) -> list[int]:
    """The leads that were merged into one of these."""
    return list(Lead.objects.filter(merged_into__in=leads).values_list("pk", flat=True))


def sure_groups(until: datetime | None = None) -> Sure:
    """What a merge of all sure ones would do; `until`: of those found up to then. Groups that
    contradict themselves are held back."""
    mine = "from people_duplicatepair where verdict = '' and level = %s and found_at <= %s"
    asked = [int(Level.SURE), until or timezone.now()]
    rows = fetch(f"select low, high {mine}", {"first": pl.Int64, "second": pl.Int64}, asked)
    if rows.is_empty():
        return Sure((), {})
    pairs = rows.with_columns(level=pl.lit(int(Level.SURE), pl.UInt8), reasons=pl.lit(0, pl.UInt32))
    both = f"in (select low {mine} union select high {mine})"
    keys = fetch(
        f"select lead, {', '.join(COLUMNS)} from people_matchkey where lead {both}", SCHEMA, asked * 2
    )
    counts = fetch(
        f"select lead, sum(n) from activity_activity where lead {both} group by lead",
        {"lead": pl.Int64, "events": pl.Int64},
        asked * 2,
    )
    groups = group_sure(compared(keys), pairs, apart())
    held = groups.drop_nulls("held").group_by("held").agg(pl.col("group").n_unique())
    free = groups.filter(pl.col("held").is_null())
    # The busiest stays; of equals the one that came first.
    ordered = free.join(counts, on="lead", how="left").sort(
        "group", pl.col("events").fill_null(0), "lead", descending=[False, True, False]
    )
    listed = ordered.group_by("group", maintain_order=True).agg("lead")["lead"].to_list()
    return Sure(tuple(tuple(group) for group in listed), dict(held.iter_rows()))


def merge_run(number: int) -> MergeRun | None:
    """One bulk merge."""
    return MergeRun.objects.filter(pk=number).first()


def latest_run() -> MergeRun | None:
    """The bulk merge that was asked for last, unless it was taken back."""
    return MergeRun.objects.filter(undone_at=None).order_by("-pk").first()


def run_merges(run: int) -> list[int]:
    """The merges of a bulk merge that hold, the latest first."""
    return list(Merge.objects.filter(run=run, undone_at=None).order_by("-pk").values_list("pk", flat=True))


def _proposed(rows: Sequence[DuplicatePair]) -> list[Proposal]:
    numbers = sorted({number for row in rows for number in (row.low, row.high)})
    there = Lead.objects.filter(merged_into=None, trashed_at=None)
    leads = there.select_related("company").in_bulk(numbers)
    events = facts.event_counts(numbers)
    found = []
    for row in rows:
        if row.low not in leads or row.high not in leads:
            continue
        # The busier one stays; of equals the one that came first.
        low, high = (_brief(leads[n], events.get(n, 0)) for n in (row.low, row.high))
        kept, gone = (high, low) if high.events > low.events else (low, high)
        words = LEVEL_WORDS[Level(row.level)] if row.level else Words("", "")
        found.append(Proposal(kept, gone, row.level, words, _told(row.reasons)))
    return found


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


def _told(codes: Sequence[str]) -> tuple[Told, ...]:
    bits = 0
    for code in codes:
        bits |= int(Reason[code.upper()]) if code.upper() in Reason.__members__ else 0
    return tell_reasons(bits)


def _sources(lead: int) -> dict[str, str]:
    """The source that each value of a lead came from last."""
    rows = Change.objects.filter(scope=Scope.LEAD, subject=lead).values_list(
        "known_from", "recorded_at", "pk", "values", "source"
    )
    found: dict[str, str] = {}
    for _, _, _, values, source in sorted(rows, key=lambda r: (-1 if r[0] is None else r[0], r[1], r[2])):
        found |= dict.fromkeys(values, source)
    return found


def _past(rows: Sequence[Merge]) -> list[PastMerge]:
    batches = Batch.objects.filter(pk__in=[row.batch for row in rows])
    acts = {pk: (label, by or "") for pk, label, by in batches.values_list("pk", "label", "by__name")}
    return [
        PastMerge(
            number=row.pk,
            kept=row.kept,
            gone=row.gone,
            label=acts[row.batch][0],
            by=acts[row.batch][1],
            at=row.at,
        )
        for row in rows
    ]


def _place(key: str) -> tuple[int, str]:
    return (_ORDER.index(key) if key in _ORDER else len(_ORDER), key)
