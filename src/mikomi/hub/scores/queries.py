"""Reading drafts and versions."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils import timezone

from mikomi.core.scoring.model import Model
from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.scores.models import ModelDraft, ModelVersion
from mikomi.hub.scores.types import Draft, PublishedModel


def published() -> PublishedModel | None:
    """The version that scores today; None before the first publication."""
    return _version(ModelVersion.objects.select_related("published_by").order_by("-number").first())


def version(number: int) -> PublishedModel | None:
    """One version, None where there is no such number."""
    return _version(ModelVersion.objects.select_related("published_by").filter(number=number).first())


def version_as_of(day: date) -> PublishedModel | None:
    """The version that ruled at the end of `day` (local); None before the first publication."""
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    rows = ModelVersion.objects.select_related("published_by").filter(published_at__lt=end)
    return _version(rows.order_by("-number").first())


def versions() -> list[PublishedModel]:
    """All versions, newest first."""
    rows = ModelVersion.objects.select_related("published_by").order_by("-number")
    return [found for row in rows if (found := _version(row))]


def draft() -> Draft | None:
    """The draft, None before anything was set up."""
    row = ModelDraft.objects.select_related("saved_by").first()
    if row is None or not row.yaml:
        return None
    return Draft(
        model=_parsed(row.yaml),
        revision=row.revision,
        based_on=row.based_on,
        detailed=row.detailed,
        saved_at=row.saved_at,
        saved_by=str(row.saved_by or ""),
    )


@lru_cache(maxsize=64)
def _parsed(text: str) -> Model:
    return parse_model(text)


def _version(row: ModelVersion | None) -> PublishedModel | None:
    if row is None:
        return None
    return PublishedModel(
        number=row.number,
        name=row.name,
        model=_parsed(row.yaml),
        published_at=row.published_at,
        published_by=str(row.published_by or ""),
        note=row.note,
    )
