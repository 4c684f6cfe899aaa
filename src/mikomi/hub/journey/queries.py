"""Reading the map: the draft, the revisions, and what was answered when it was begun."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils import timezone

from mikomi.core.journey.map import JourneyMap, load_map
from mikomi.hub.journey.models import Draft, Revision
from mikomi.hub.journey.types import DraftMap, KeptMap


def current_map() -> KeptMap | None:
    """The revision that is in force: whose stages leads stand in. None before the first was kept."""
    return _kept(Revision.objects.select_related("by").order_by("-number").first())


def revision(number: int) -> KeptMap | None:
    """One revision, None where there is no such number."""
    return _kept(Revision.objects.select_related("by").filter(number=number).first())


def map_as_of(day: date) -> KeptMap | None:
    """The revision that was in force at the end of `day` (local); None before the first."""
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    return _kept(Revision.objects.select_related("by").filter(at__lt=end).order_by("-number").first())


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
        edits=row.edits,
        based_on=row.based_on,
        changed_at=row.changed_at,
        changed_by=str(row.changed_by or ""),
        undoable=bool(row.before),
    )


def keys_ever_used() -> set[str]:
    """The keys of all stages of the draft and of every revision."""
    documents = [
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
