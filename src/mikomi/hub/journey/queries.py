"""Reading the map: the draft, the revisions, and what was answered when it was begun."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils import timezone

from mikomi.core.journey.map import TEXTS, JourneyMap, load_map
from mikomi.hub.journey.models import Answer, Draft, DraftStep, Figures, Looked, Revision
from mikomi.hub.journey.types import DraftMap, FiguresOf, KeptMap, Steps

if TYPE_CHECKING:
    from mikomi.hub.accounts.models import User

FORGOTTEN_AFTER = timedelta(days=30)


def current_map() -> KeptMap | None:
    """The revision that is in force: whose stages leads stand in. None before the first was kept."""
    return _kept(Revision.objects.select_related("by").order_by("-number").first())


def revision(number: int) -> KeptMap | None:
    """One revision, None where there is no such number."""
    return _kept(Revision.objects.select_related("by").filter(number=number).first())


def map_then(day: date) -> KeptMap | None:
    """The revision that was in force at the end of `day` (local); before the first, the first one. None
    where there is none at all."""
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    rows = Revision.objects.select_related("by").order_by("number")
    return _kept(rows.filter(at__lt=end).last() or rows.first())


def revisions() -> list[KeptMap]:
    """All revisions, newest first."""
    rows = Revision.objects.select_related("by").order_by("-number")
    return [kept for row in rows if (kept := _kept(row))]


def draft() -> DraftMap | None:
    """The draft, None before anything was drawn."""
    row = Draft.objects.select_related("changed_by").first()
    if row is None or not row.document:
        return None
    return DraftMap(
        map=_loaded(row.document),
        based_on=row.based_on,
        changed_at=row.changed_at,
        changed_by=str(row.changed_by or ""),
    )


def steps(user: User) -> Steps:
    """What this person can take back of the draft, and take again."""
    found = set(DraftStep.objects.filter(user=user).values_list("undone", flat=True).distinct())
    return Steps(back=False in found, again=True in found)


def keys_ever_used() -> set[str]:
    """The keys of all stages of the draft, of what can come back to it, and of every revision."""
    documents = [
        *DraftStep.objects.values_list("before", flat=True),
        *DraftStep.objects.values_list("after", flat=True),
        *Draft.objects.values_list("document", flat=True),
        *Revision.objects.values_list("document", flat=True),
    ]
    return {key for document in documents if document for key in _loaded(document).keys()}  # noqa: SIM118 - no mapping


@lru_cache(maxsize=64)
def _loaded(document: str) -> JourneyMap:
    return load_map(document)


def _kept(row: Revision | None) -> KeptMap | None:
    if row is None:
        return None
    return KeptMap(row.number, _loaded(row.document), row.reason, row.at, str(row.by or ""))


def said_in(journey: JourneyMap) -> dict[tuple[str, str], list[str]]:
    """By stage and lane: whose answers still stand in the cell, each once, oldest first."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in Answer.objects.select_related("by").order_by("at", "pk"):
        stage = journey.stage(row.stage)
        if stage is None or row.lane not in TEXTS or row.text not in getattr(stage, row.lane):
            continue
        names = found.setdefault((row.stage, row.lane), [])
        name = str(row.by or "")
        if name and name not in names:
            names.append(name)
    return found


def forgotten_since(now: datetime) -> datetime | None:
    """Since when nobody has looked at the map or changed it, where that is longer than a month; else None."""
    times = [
        Looked.objects.aggregate(at=Max("at"))["at"],
        Draft.objects.aggregate(at=Max("changed_at"))["at"],
    ]
    last = max((at for at in times if at), default=None)
    return last if last is not None and now - last > FORGOTTEN_AFTER else None


def figures(revision: int) -> FiguresOf | None:
    """The latest figures of a revision; None before they were prepared."""
    row = Figures.objects.filter(revision=revision).order_by("-on").first()
    return FiguresOf(row.revision, row.on, row.document, row.prepared_at) if row else None


def answered_by_role() -> dict[str, list[str]]:
    """By role: the names of those who answered, each once."""
    found: dict[str, list[str]] = {}
    for row in Answer.objects.select_related("by").order_by("at", "pk"):
        names = found.setdefault(row.role, [])
        if (name := str(row.by or "")) and name not in names:
            names.append(name)
    return found
