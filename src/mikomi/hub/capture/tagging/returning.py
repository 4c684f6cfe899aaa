"""How long browsers have really been known again: the absences after which their visitors came back.

A cookie that is renewed by each visit lives as long as no absence outlasts it, so absences are what shows
how long it lives. Only visitors whose browser was known from their first visit on are asked: of those who
came before, only those who came back would have one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.core.cache import cache
from django.db.models import Count, Max, Min, Q

from mikomi.core.machines.browsers import CHROME, EDGE, FAMILIES, FIREFOX, OTHER, SAFARI
from mikomi.core.words import Words
from mikomi.hub.capture.models import Source, Visitor

DAY = 86_400_000_000
WEEK, SIXTY = 7, 60
ENOUGH = 100
"""So many visitors whose first visit is a week ago, before nobody's return means anything."""
KEPT_SECONDS = 2 * 3600
"""So long a count stands; a job counts every hour, so that no page has to."""

NAMES = {
    SAFARI: Words("Safari と、iPhone・iPad のすべて", "Safari, and all on iPhone and iPad"),
    CHROME: Words("Chrome", "Chrome"),
    EDGE: Words("Edge", "Edge"),
    FIREFOX: Words("Firefox", "Firefox"),
    OTHER: Words("ほかのブラウザと、アプリの中", "other browsers, and inside apps"),
}


@dataclass(frozen=True, slots=True)
class Returning:
    """What was measured for browsers of a family.

    `old`: visitors whose first visit is a week ago or more. `week`, `sixty`: those who were known again
    after an absence of so many days; `sixty` is None where nobody's first visit is so long ago. `longest`:
    the longest absence in days after which somebody was known again. `state`: `young` (nothing can be said
    yet), `nobody` (has come back), `lost` (nobody, but where others have), `known`.
    """

    browsers: Words
    visitors: int
    old: int
    week: int
    sixty: int | None
    longest: int
    state: Literal["young", "nobody", "lost", "known"]


def returning(source: int, now: int) -> list[Returning]:
    """By family, how long browsers of a source were known again, as of `now` (µs UTC); families of which
    nobody came are left out. May be an hour old."""
    found = cache.get(_name(source))
    return _keep(source, now) if found is None else found


def count_again(now: int) -> None:
    """Counts what `returning` tells of all sites that are measured, as of `now` (µs UTC)."""
    sites = Source.objects.filter(disabled_at=None, kind=Source.Kind.WEB)
    for source in sites.values_list("pk", flat=True):
        _keep(source, now)


def _keep(source: int, now: int) -> list[Returning]:
    found = _count(source, now)
    cache.set(_name(source), found, KEPT_SECONDS)
    return found


def _name(source: int) -> str:
    return f"capture.returning:{source}"


def _count(source: int, now: int) -> list[Returning]:
    rows = (
        Visitor.objects.filter(source=source)
        .exclude(browser="")
        .values("browser")
        .annotate(
            visitors=Count("pk"),
            old=Count("pk", filter=Q(first_seen__lte=now - WEEK * DAY)),
            week=Count("pk", filter=Q(absent__gte=WEEK)),
            sixty=Count("pk", filter=Q(absent__gte=SIXTY)),
            longest=Max("absent"),
            since=Min("first_seen"),
        )
    )
    counted = {row["browser"]: row for row in rows}
    others = {family: any(row["week"] for f, row in counted.items() if f != family) for family in counted}
    return [
        Returning(
            NAMES[family],
            row["visitors"],
            row["old"],
            row["week"],
            row["sixty"] if row["since"] <= now - SIXTY * DAY else None,
            row["longest"],
            _state(row["old"], row["week"], others[family]),
        )
        for family in FAMILIES
        if (row := counted.get(family))
    ]


def _state(old: int, week: int, others: bool) -> Literal["young", "nobody", "lost", "known"]:
    if week:
        return "known"
    if not old:
        return "young"
    return "lost" if others and old >= ENOUGH else "nobody"
