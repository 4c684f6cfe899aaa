"""Reading sources and visitors."""

from __future__ import annotations

from collections.abc import Sequence

from mikomi.hub.activity.queries import instant
from mikomi.hub.capture.models import Linking, Source, Visitor
from mikomi.hub.capture.types import Browser, Published


def browsers_of(leads: Sequence[int], limit: int) -> list[Browser]:
    """The browsers that are, or may be, one of these leads' (numbers, those merged into one included),
    seen last first."""
    held = Visitor.objects.filter(lead__in=leads).exclude(certainty="").order_by("-last_seen")[:limit]
    names = dict(Source.objects.values_list("pk", "name"))
    return [
        Browser(
            number=visitor.pk,
            certainty=visitor.certainty,
            how=visitor.how,
            joined=visitor.joined,
            source=names.get(visitor.source, ""),
            first_seen=instant(visitor.first_seen),
            last_seen=instant(visitor.last_seen),
            first_touch=visitor.first_touch or {},
            last_touch=visitor.last_touch or {},
        )
        for visitor in held
    ]


def published() -> Published | None:
    """That the privacy text is published, as somebody said; None while nobody did."""
    held = Linking.objects.first()
    return None if held is None else Published(held.confirmed_at, held.confirmed_by, held.url)
