"""Hand-offs when leads or companies turn out to be one, change places, part again, or are erased.

A hand-off is its company's. Where two open ones would be one company's, the older stays and the other ends as
`merged`; its people join, with what was frozen of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from mikomi.hub.handoff.announcing import announce, note
from mikomi.hub.handoff.models import ClosedLead, HandedLead, Handoff, HandoffChange, Occasion, Result
from mikomi.hub.handoff.types import Cause, Kind, State
from mikomi.hub.people import queries as people

MERGED = "merged"


def repoint(source: int, target: int) -> None:
    """Lead `source` is lead `target`: what was handed over of one was of the other."""
    now = timezone.now()
    with transaction.atomic():
        for model in (HandedLead, Result, ClosedLead):
            model.objects.filter(lead=source).update(lead=target)
        known = Occasion.objects.filter(lead=target).values("cause", "entry")
        there = {(row["cause"], row["entry"]) for row in known}
        for row in Occasion.objects.filter(lead=source, settled_at=None):
            if (row.cause, row.entry) not in there:
                Occasion.objects.filter(pk=row.pk).update(lead=target)
        alone = Handoff.objects.select_for_update().filter(company=None, state=State.OPEN)
        mine, theirs = alone.filter(lead=source).first(), alone.filter(lead=target).first()
        if mine is not None and theirs is not None:
            _unite(theirs, mine, now)
        elif mine is not None:
            alone.filter(pk=mine.pk).update(lead=target)
        follow([target], now)


def part(subjects: Collection[int], gone: int) -> None:
    """After a merge was taken back: what was handed over as one of `subjects` (lead `gone`, and those that
    were merged into it before) is lead `gone`'s again, and so is the hand-off that ended by the merge."""
    now = timezone.now()
    with transaction.atomic():
        for model in (HandedLead, Result, ClosedLead):
            model.objects.filter(subject__in=subjects).update(lead=gone)
        Handoff.objects.filter(lead__in=subjects).update(lead=gone)
        ended = HandedLead.objects.filter(subject__in=subjects, left=MERGED, handoff__close_reason=MERGED)
        for number in sorted(set(ended.values_list("handoff", flat=True))):
            _open_again(number, now)
        follow([gone], now)


def merge_companies(kept: int, gone: int) -> None:
    """Company `gone` is a part of company `kept` now; its leads were moved already."""
    now = timezone.now()
    with transaction.atomic():
        Handoff.objects.filter(company=gone).exclude(state=State.OPEN).update(company=kept)
        for row in Handoff.objects.select_for_update().filter(company=gone, state=State.OPEN):
            _move(row, kept, now)


def part_companies(subjects: Collection[int], gone: int, leads: Sequence[int]) -> None:
    """After a merge of companies was taken back: hand-offs that were of one of `subjects` (company `gone`,
    and those that were merged into it) are of company `gone` again, with its `leads`."""
    now = timezone.now()
    with transaction.atomic():
        was = Handoff.objects.filter(first_company__in=subjects)
        was.exclude(state=State.OPEN).update(company=gone)
        ended = was.filter(close_reason=MERGED, state=State.DONE).order_by("-closed_at", "-pk")
        number = ended.values_list("pk", flat=True).first()
        if number is not None:
            _open_again(number, now)
        follow(list(leads), now)


def follow(leads: Sequence[int], now: datetime) -> None:
    """Brings open hand-offs of these leads (numbers) to the companies they belong to now."""
    mine = HandedLead.objects.filter(lead__in=leads, left_at=None, handoff__state=State.OPEN)
    held = sorted(set(mine.values_list("handoff", "lead", "handoff__company")), key=lambda one: one[:2])
    if not held:
        return
    company = dict(people.company_numbers(sorted({lead for _, lead, _ in held})).iter_rows())
    for number, lead, was in held:
        if company.get(lead) in (None, was):
            continue
        with transaction.atomic():
            row = Handoff.objects.select_for_update().filter(pk=number, state=State.OPEN).first()
            if row is not None:
                _follow_one(row, lead, company[lead], now)
    several = Counter(lead for _, lead, _ in held)
    _unite_doubles([lead for lead, n in several.items() if n > 1], now)


def erase(leads: Collection[int]) -> None:
    """Deletes everything about the leads (numbers), and hand-offs that were of nobody else."""
    with transaction.atomic():
        touched = set(HandedLead.objects.filter(lead__in=leads).values_list("handoff", flat=True))
        touched |= set(HandedLead.objects.filter(subject__in=leads).values_list("handoff", flat=True))
        theirs = Result.objects.filter(Q(lead__in=leads) | Q(subject__in=leads)).exclude(reason="")
        said = set(theirs.values_list("handoff", "reason"))
        for model in (Result, HandedLead, ClosedLead):
            model.objects.filter(lead__in=leads).delete()
            model.objects.filter(subject__in=leads).delete()
        Occasion.objects.filter(lead__in=leads).delete()
        HandoffChange.objects.filter(handoff__in=touched, detail__lead__in=list(leads)).delete()
        for row in Handoff.objects.select_for_update().filter(pk__in=touched):
            others = HandedLead.objects.filter(handoff=row).order_by(F("left_at").asc(nulls_first=True), "pk")
            first = others.values_list("lead", "left_at").first()
            if first is None:
                row.delete()
                continue
            if row.lead in leads:
                row.lead = first[0]
            if (row.pk, row.close_reason) in said:
                # What somebody wrote of the erased.
                row.close_reason = Kind.TOO_EARLY
            if row.state == State.OPEN and first[1] is not None:
                row.state, row.close_reason, row.closed_at = State.DONE, "gone", timezone.now()
                row.next_on, row.due_at = None, None
            row.save()


def _follow_one(row: Handoff, lead: int, company: int, now: datetime) -> None:
    if row.company == company:
        return
    others = HandedLead.objects.filter(handoff=row, left_at=None).exclude(lead=lead)
    at = dict(people.company_numbers(sorted(set(others.values_list("lead", flat=True)))).iter_rows())
    if all(number == company for number in at.values()):
        _move(row, company, now)
        return
    theirs = list(HandedLead.objects.filter(handoff=row, lead=lead, left_at=None))
    there = _open_of(company)
    other = there or Handoff.objects.create(
        company=company,
        first_company=company,
        lead=lead,
        owner=row.owner,
        opened_at=now,
        due_at=row.due_at,
        next_on=row.next_on,
        next_first=row.next_first,
        urgent=row.urgent,
    )
    _join(other, theirs, now, was=row.pk)
    if there is not None and row.urgent and any(one.cause == Cause.URGENT for one in theirs):
        _hasten(there, row)
        there.save()
    note(row, "left", now, None, why="moved", leads=[lead])


def _move(row: Handoff, company: int, now: datetime) -> None:
    other = _open_of(company)
    if other is not None and other.pk != row.pk:
        _unite(other, row, now)
        return
    row.company = company
    row.edits += 1
    row.save(update_fields=["company", "edits"])
    note(row, "company", now, None)


def _open_of(company: int) -> Handoff | None:
    return Handoff.objects.select_for_update().filter(company=company, state=State.OPEN).first()


def _unite_doubles(leads: Sequence[int], now: datetime) -> None:
    for lead in leads:
        mine = HandedLead.objects.filter(lead=lead, left_at=None, handoff__state=State.OPEN)
        numbers = sorted(set(mine.values_list("handoff", flat=True)))
        if len(numbers) < 2:
            continue
        rows = list(Handoff.objects.select_for_update().filter(pk__in=numbers).order_by("company", "pk"))
        company = people.company_numbers([lead])["company_id"][0]
        kept = next((row for row in rows if row.company == company), rows[0])
        for row in rows:
            if row.pk != kept.pk:
                theirs = list(HandedLead.objects.filter(handoff=row, lead=lead, left_at=None))
                _join(kept, theirs, now, was=row.pk)
                if not HandedLead.objects.filter(handoff=row, left_at=None).exists():
                    _end(row, now, into=kept.pk)


def _unite(kept: Handoff, other: Handoff, now: datetime) -> None:
    """The people of `other` join `kept`; what is more pressing of the two holds."""
    _join(kept, list(HandedLead.objects.filter(handoff=other, left_at=None)), now, was=other.pk)
    kept.owner = kept.owner or other.owner
    _hasten(kept, other)
    kept.save()
    _end(other, now, into=kept.pk)


def _hasten(kept: Handoff, other: Handoff) -> None:
    """What `other` asks of its owner is `kept`'s owner's to do now: whoever did not know of it is told."""
    pressing = other.urgent and not kept.urgent
    kept.urgent = kept.urgent or other.urgent
    if other.due_at and (kept.due_at is None or other.due_at < kept.due_at):
        kept.due_at, kept.reminded_at, kept.escalated_at = other.due_at, None, None
    if kept.next_on is not None and (other.next_on is None or other.next_on < kept.next_on):
        kept.next_on = other.next_on
    kept.edits += 1
    if pressing or kept.owner_id != other.owner_id:
        announce("given", kept.pk, kept.owner_id)


def _join(kept: Handoff, theirs: list[HandedLead], now: datetime, was: int) -> None:
    HandedLead.objects.filter(pk__in=[one.pk for one in theirs]).update(left_at=now, left=MERGED)
    for one in theirs:
        one.pk, one.handoff, one.left_at, one.left = None, kept, None, ""
        one._state.adding = True
        one.save()
    note(kept, "united", now, None, other=was, leads=sorted({one.lead for one in theirs}))


def _end(row: Handoff, now: datetime, into: int) -> None:
    row.state, row.close_reason, row.closed_at, row.followed_by = State.DONE, MERGED, now, into
    row.next_on, row.next_first, row.due_at = None, False, None
    row.edits += 1
    row.save()
    note(row, "ended", now, None, why=MERGED, other=into)


def _open_again(number: int, now: datetime) -> None:
    """Opens a hand-off that ended by a merge, unless its company has an open one by now."""
    row = Handoff.objects.select_for_update().get(pk=number)
    theirs = HandedLead.objects.filter(handoff=row, left=MERGED)
    leads = sorted(set(theirs.values_list("lead", flat=True)))
    into = row.followed_by
    row.state, row.close_reason, row.closed_at, row.followed_by = State.OPEN, "", None, None
    company = people.company_numbers(leads)["company_id"].drop_nulls().to_list()
    row.company = company[0] if company else None
    row.lead = leads[0] if leads else row.lead
    row.edits += 1
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        return
    theirs.update(left_at=None, left="")
    HandedLead.objects.filter(handoff=into, lead__in=leads, left_at=None).update(left_at=now, left="parted")
    note(row, "parted", now, None)
