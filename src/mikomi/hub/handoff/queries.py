"""Reading hand-offs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from mikomi.core.words import Words
from mikomi.hub.handoff.models import ClosedLead, HandedLead, Handoff, HandoffChange, Result
from mikomi.hub.handoff.types import (
    Cause,
    ChangeView,
    Frozen,
    Kind,
    Member,
    ResultView,
    Standing,
    State,
)
from mikomi.hub.kit.setwise import FEW

LONGEST_LOG = 500


def today(on: date, owner: int | None = None) -> list[Standing]:
    """What stands on Today on the local day `on`: open hand-offs without a date, or whose date has come.

    Of `owner` (a user's number) with those of nobody, or of everybody. Urgent ones first, then follow-ups
    on their date, then the rest, the oldest first: how they are ordered by score is told above.
    """
    rows = _standing(on)
    if owner is not None:
        rows = rows.filter(Q(owner=owner) | Q(owner=None))
    return views(rows.order_by("-urgent", "-next_first", "opened_at", "pk"))


def today_counts(on: date) -> dict[int | None, int]:
    """How many stand on Today of each owner (None: of nobody)."""
    found = _standing(on).values_list("owner").annotate(n=Count("pk")).order_by()
    return dict(found)


def handoff(number: int) -> Standing | None:
    """One hand-off, or None."""
    return next(iter(views(Handoff.objects.filter(pk=number))), None)


def open_of(*, company: int | None = None, lead: int | None = None) -> Standing | None:
    """The open hand-off of a company, or the one that a lead is in (by itself or by its company)."""
    found = None
    if lead is not None:
        found = (
            Handoff.objects.filter(state=State.OPEN, members__lead=lead, members__left_at=None)
            .order_by("pk")
            .first()
        )
    if found is None and company is not None:
        found = Handoff.objects.filter(state=State.OPEN, company=company).first()
    return None if found is None else views([found])[0]


def of_lead(lead: int) -> list[Standing]:
    """All hand-offs that a lead was part of, the latest first."""
    numbers = set(HandedLead.objects.filter(lead=lead).values_list("handoff", flat=True))
    if not numbers:
        return []
    return views(Handoff.objects.filter(pk__in=numbers).order_by("-opened_at", "-pk"))


def of_company(company: int) -> list[Standing]:
    """All hand-offs of a company, the latest first."""
    return views(Handoff.objects.filter(company=company).order_by("-opened_at", "-pk"))


def owners_of_companies(companies: Collection[int]) -> dict[int, tuple[int | None, str]]:
    """Who has each company's open hand-off: company -> (user's number, name), (None, "") for nobody; those
    without an open one are left out."""
    rows = Handoff.objects.filter(state=State.OPEN, company__in=companies).select_related("owner")
    return {row.company: (row.owner_id, str(row.owner or "")) for row in rows if row.company is not None}


FILTERS = ("open", "overdue", "waiting", "done", "returned")


def listed(which: str, now: datetime, owner: int | None, *, nobody: bool = False) -> QuerySet[Handoff]:
    """The rows of one of `FILTERS` (waiting: open, with a later date), of everybody or of one owner (with
    `nobody`: of nobody), for a page of them that `views` reads."""
    rows = Handoff.objects.select_related("owner")
    today = timezone.localdate(now)
    if which == "done":
        rows = rows.filter(state=State.DONE).order_by("-closed_at", "-pk")
    elif which == "returned":
        rows = rows.filter(state=State.RETURNED).order_by("-closed_at", "-pk")
    elif which == "overdue":
        rows = rows.filter(state=State.OPEN, due_at__lt=now).order_by("due_at", "pk")
    elif which == "waiting":
        rows = rows.filter(state=State.OPEN, next_on__gt=today).order_by("next_on", "pk")
    else:
        rows = rows.filter(state=State.OPEN).order_by("-urgent", F("due_at").asc(nulls_last=True), "pk")
    if nobody:
        return rows.filter(owner=None)
    return rows if owner is None else rows.filter(owner=owner)


def of_numbers(numbers: Sequence[int]) -> list[Standing]:
    """The hand-offs with these numbers, in their order."""
    found = {one.number: one for one in views(Handoff.objects.filter(pk__in=numbers))}
    return [found[number] for number in numbers if number in found]


def to_look_again(on: date, most: int = 500) -> list[Standing]:
    """Returned hand-offs whose day to look again has come and that nothing followed yet, earliest first."""
    rows = Handoff.objects.filter(state=State.RETURNED, look_again_on__lte=on, followed_by=None)
    return views(list(rows.select_related("owner").order_by("look_again_on", "pk")[:most]))


def open_leads(leads: Collection[int]) -> set[int]:
    """Those of `leads` who are people to call of an open hand-off."""
    rows = HandedLead.objects.filter(left_at=None, handoff__state=State.OPEN)
    if len(leads) <= FEW:
        rows = rows.filter(lead__in=leads)
    return set(rows.values_list("lead", flat=True)).intersection(leads)


def every_open_lead() -> set[int]:
    """All people to call of open hand-offs."""
    rows = HandedLead.objects.filter(left_at=None, handoff__state=State.OPEN)
    return set(rows.values_list("lead", flat=True))


def opened_at_once(at: datetime, owner: int | None) -> tuple[int, bool]:
    """How many hand-offs were opened at exactly this instant for an owner (None: for nobody), and whether
    any is for being hot."""
    rows = Handoff.objects.filter(opened_at=at, owner=owner, urgent=False)
    return rows.count(), rows.filter(members__cause=Cause.HOT).exists()


def drawn_since(day: date) -> int:
    """How many hand-offs were opened as checks since the local day."""
    entry = f"week:{day.isoformat()}"
    return HandedLead.objects.filter(cause=Cause.CHECK, entry=entry).values("handoff").distinct().count()


def companies_before(companies: Collection[int]) -> set[int]:
    """Those of `companies` that were handed over before and are in nobody's hands now."""
    rows = Handoff.objects.filter(company__in=companies).values_list("company", "state")
    held = list(rows)
    now = {company for company, state in held if state == State.OPEN}
    return {company for company, _ in held if company is not None} - now


def results_of(number: int) -> list[ResultView]:
    """The results of a hand-off, the latest first."""
    return result_views(Result.objects.filter(handoff=number))


def history(lead: int) -> list[ResultView]:
    """The results that concern a lead, the latest first; those that were undone included."""
    return result_views(Result.objects.filter(lead=lead))


def log_of(number: int) -> list[ChangeView]:
    """The log of a hand-off, the latest first."""
    rows = HandoffChange.objects.filter(handoff=number).select_related("by").order_by("-at", "-pk")
    return [ChangeView(row.at, str(row.by or ""), row.what, row.detail) for row in rows[:LONGEST_LOG]]


def counts(now: datetime, owner: int | None = None, *, nobody: bool = False) -> dict[str, int]:
    """How many hand-offs are `open`, `overdue`, `waiting`, `done` and `returned`."""
    rows = Handoff.objects.filter(owner=None) if nobody else Handoff.objects.all()
    rows = rows if owner is None else rows.filter(owner=owner)
    return rows.aggregate(
        open=Count("pk", filter=Q(state=State.OPEN)),
        overdue=Count("pk", filter=Q(state=State.OPEN, due_at__lt=now)),
        done=Count("pk", filter=Q(state=State.DONE)),
        returned=Count("pk", filter=Q(state=State.RETURNED)),
        waiting=Count("pk", filter=Q(state=State.OPEN, next_on__gt=timezone.localdate(now))),
    )


def closed_leads(leads: Collection[int]) -> set[int]:
    """Those of `leads` that are 対象外 and were not opened again."""
    return set(ClosedLead.objects.filter(lead__in=leads, opened_at=None).values_list("lead", flat=True))


def views(rows: QuerySet[Handoff] | Sequence[Handoff]) -> list[Standing]:
    """Rows as others see them, in their order."""
    held = list(rows.select_related("owner")) if isinstance(rows, QuerySet) else list(rows)
    members: dict[int, list[Member]] = {}
    found = HandedLead.objects.filter(handoff__in=[row.pk for row in held]).defer("why").order_by("pk")
    for one in found:
        members.setdefault(one.handoff_id, []).append(_member(one))
    return [_view(row, members.get(row.pk, ())) for row in held]


def whys_of(number: int) -> dict[int, list[dict[str, object]]]:
    """The frozen lines of the why table by the member's number (`Member.number`)."""
    return dict(HandedLead.objects.filter(handoff=number).values_list("pk", "why"))


def _standing(on: date) -> QuerySet[Handoff]:
    return Handoff.objects.filter(Q(next_on=None) | Q(next_on__lte=on), state=State.OPEN)


def _view(row: Handoff, members: Iterable[Member]) -> Standing:
    return Standing(
        number=row.pk,
        company=row.company,
        owner=row.owner_id,
        owner_name=str(row.owner or ""),
        state=State(row.state),
        urgent=row.urgent,
        check=row.is_check,
        probability=row.draw_probability,
        opened_at=row.opened_at,
        due_at=row.due_at,
        reminded_at=row.reminded_at,
        escalated_at=row.escalated_at,
        next_on=row.next_on,
        next_first=row.next_first,
        tries=row.tries,
        last_result=row.last_result,
        last_contact_at=row.last_contact_at,
        closed_at=row.closed_at,
        close_reason=row.close_reason,
        look_again_on=row.look_again_on,
        members=tuple(members),
    )


def _member(row: HandedLead) -> Member:
    return Member(
        number=row.pk,
        lead=row.lead,
        cause=Cause(row.cause),
        entry=row.entry,
        detail=row.detail,
        at=row.at,
        frozen=Frozen(
            fit=row.fit,
            engagement=row.engagement,
            total=row.total,
            fit_grade=row.fit_grade,
            engagement_grade=row.engagement_grade,
            hot=row.hot,
            heat=row.heat,
            version=row.version,
            reason=Words(row.reason_ja, row.reason_en),
        ),
        left=row.left,
    )


def result_views(rows: QuerySet[Result]) -> list[ResultView]:
    """Results as others see them, the latest first."""
    return [
        ResultView(
            number=row.pk,
            handoff=row.handoff_id,
            lead=row.lead,
            kind=Kind(row.kind),
            at=row.at,
            by=str(row.by or ""),
            by_number=row.by_id,
            note=row.note,
            reason=row.reason,
            next_on=row.next_on,
            undone=row.undone_at is not None,
        )
        for row in rows.select_related("by").order_by("-at", "-pk")
    ]
