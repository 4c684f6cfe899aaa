"""Reading sources and visitors."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from django.db.models import Sum

from mikomi.hub.activity.queries import contents_of_keys, instant
from mikomi.hub.capture.identity import subject_key
from mikomi.hub.capture.models import Linking, RefusedCount, Source, Visitor
from mikomi.hub.capture.types import Browser, PassedOn, Published


def browsers_of(leads: Sequence[int], limit: int) -> list[Browser]:
    """The browsers that are, or may be, one of these leads' (numbers, those merged into one included),
    seen last first."""
    held = Visitor.objects.filter(lead__in=leads).exclude(certainty="").order_by("-last_seen")[:limit]
    # The visitors first: most people were seen at none, and then nothing more is asked.
    found = list(held)
    names = source_names() if found else {}
    return [
        Browser(
            number=visitor.pk,
            certainty=visitor.certainty,
            how=visitor.how,
            joined=visitor.joined,
            source=names.get(visitor.source, ""),
            first_seen=instant(visitor.first_seen),
            last_seen=instant(visitor.last_seen),
        )
        for visitor in found
    ]


def passed_on(leads: Sequence[int], contents: int) -> PassedOn | None:
    """The visits by links of mails that went to these leads (numbers, those merged into one included) and
    were passed on: they speak for the company. The first `contents` of what was seen; None without visits,
    and while nobody says that the privacy text is published."""
    rows = Visitor.objects.filter(lead__in=leads, certainty=Visitor.Certainty.FORWARDED)
    told = rows.values_list("source", "anonymous", "generation", "last_seen")
    held = list(told) if published() else []
    if not held:
        return None
    keys = pl.Series([subject_key(*visitor[:3]) for visitor in held], dtype=pl.String)
    done = contents_of_keys(keys)
    seen = done.filter(pl.col("content") != "").group_by("content").agg(pl.col("n").sum())
    return PassedOn(
        visitors=len(held),
        events=int(done["n"].sum()),
        contents=seen.sort("n", "content", descending=[True, False]).head(contents).rows(),
        last_seen=instant(max(visitor[3] for visitor in held)),
    )


def source_names() -> dict[int, str]:
    """The name of every source, those that are refused now included."""
    return dict(Source.objects.values_list("pk", "name"))


def refused_between(first: int, last: int) -> list[tuple[int, str, int]]:
    """What the collector refused from hour `first` through `last` (hours since 1970, UTC): source (0: none
    that we know), reason and how many, most first."""
    rows = RefusedCount.objects.filter(hour__gte=first, hour__lte=last).values_list("source", "reason")
    return list(rows.annotate(times=Sum("n")).order_by("-times", "source", "reason"))


def published() -> Published | None:
    """That the privacy text is published, as somebody said; None while nobody did."""
    held = Linking.objects.first()
    return None if held is None else Published(held.confirmed_at, held.confirmed_by, held.url)
