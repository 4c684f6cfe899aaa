"""The pages that browsers were on, counted as they come, and read for the self-check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl
from django.db.models import Max, Sum
from django.utils import timezone

from mikomi.hub.activity.contents import normal_content
from mikomi.hub.activity.queries import instant, titles
from mikomi.hub.capture.models import SeenPage
from mikomi.hub.kit.setwise import fetch, staged

EPOCH = date(1970, 1, 1).toordinal()
MOST_A_DAY = 5_000
"""Pages that a source may have on a day; a site with an id in each address must not fill the table."""
KEEP_DAYS = 35
SHOWN = 100
_KEY = ("source", "day", "site", "content")


@dataclass(frozen=True, slots=True)
class PageSeen:
    """A page as it was seen: how often today and yesterday, and when last."""

    site: str
    content: str
    title: str
    today: int
    yesterday: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Arriving:
    """What arrives from a source: the pages since yesterday, most seen first, and what was last seen
    of all that is kept."""

    pages: tuple[PageSeen, ...]
    more: int
    today: int
    last: PageSeen | None


def note(messages: pl.DataFrame) -> None:
    """Counts the page views among messages (`source`, `kind`, `content`, `site`, `at` in µs).

    Must stand in a transaction.
    """
    views = messages.filter(pl.col("kind") == "page_view")
    if views.is_empty():
        return
    zone = timezone.get_default_timezone_name()
    local = pl.from_epoch("at", "us").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    seen = (
        views.with_columns(
            day=local.dt.date().to_physical().cast(pl.Int32), content=normal_content(pl.col("content"))
        )
        .group_by(*_KEY)
        .agg(n=pl.len().cast(pl.Int64), last=pl.col("at").max())
        .sort(_KEY)
    )
    with staged(seen, "seeing"):
        full = fetch(
            "select p.source, p.day, count(*) as n from capture_seenpage p"
            " join (select distinct source, day from seeing) s on s.source = p.source and s.day = p.day"
            f" group by p.source, p.day having count(*) >= {MOST_A_DAY}",
            {"source": pl.Int32, "day": pl.Int32, "n": pl.Int64},
        )
    kept = seen.join(full, on=["source", "day"], how="anti") if full.height else seen
    if kept.is_empty():
        return
    with staged(kept, "seeing"):
        fetch(
            "insert into capture_seenpage (source, day, site, content, n, last)"
            " select source, day, site, content, n, last from seeing where true"
            " on conflict (source, day, site, content) do update set n = capture_seenpage.n + excluded.n,"
            " last = case when excluded.last > capture_seenpage.last then excluded.last"
            " else capture_seenpage.last end returning day",
            {"day": pl.Int32},
        )


def forget_pages(before: date) -> int:
    """Forgets pages of days before `before`."""
    return SeenPage.objects.filter(day__lt=before.toordinal() - EPOCH).delete()[0]


def arriving(source: int, today: date) -> Arriving:
    """What arrives from a source, as of the local day `today`."""
    day = today.toordinal() - EPOCH
    rows = list(
        SeenPage.objects.filter(source=source, day__gte=day - 1)
        .values_list("site", "content", "day", "n", "last")
        .order_by("-n")
    )
    called = titles({content for _s, content, _d, _n, _l in rows})
    pages: dict[tuple[str, str], PageSeen] = {}
    for site, content, on, n, last in rows:
        known = pages.get((site, content))
        pages[site, content] = PageSeen(
            site,
            content,
            called.get(content, ""),
            (known.today if known else 0) + (n if on == day else 0),
            (known.yesterday if known else 0) + (n if on < day else 0),
            max(instant(last), known.last) if known else instant(last),
        )
    ordered = sorted(pages.values(), key=lambda page: (-page.today - page.yesterday, page.content))
    return Arriving(
        tuple(ordered[:SHOWN]),
        max(0, len(ordered) - SHOWN),
        sum(page.today for page in ordered),
        max(ordered, key=lambda page: page.last, default=None) or _last(source),
    )


def last_views(sources: Iterable[int]) -> dict[int, datetime]:
    """When each source's tag was last heard of, of what is kept."""
    rows = SeenPage.objects.filter(source__in=list(sources)).values("source").annotate(at=Max("last"))
    return {row["source"]: instant(row["at"]) for row in rows}


def seen_since(source: int, since: date) -> dict[str, int]:
    """Content -> how often it was seen on or after the local day `since`."""
    rows = (
        SeenPage.objects.filter(source=source, day__gte=since.toordinal() - EPOCH)
        .values("content")
        .annotate(times=Sum("n"))
    )
    return {row["content"]: row["times"] for row in rows}


def _last(source: int) -> PageSeen | None:
    found = SeenPage.objects.filter(source=source).order_by("-day", "-last").first()
    if found is None:
        return None
    title = titles({found.content}).get(found.content, "")
    return PageSeen(found.site, found.content, title, 0, 0, instant(found.last))
