"""リード and ホット: lists of leads, and the same as a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from mikomi.core.scoring.describe import describe_hot
from mikomi.hub.kit import temperature as levels
from mikomi.hub.people import queries as people
from mikomi.hub.site.evidence import tell
from mikomi.hub.site.lists import address, chips, export
from mikomi.hub.site.lists.pages import list_page
from mikomi.hub.site.rows import cells, log
from mikomi.hub.site.standing import standing
from mikomi.hub.site.types import Filters, ListQuery, Page, Standing

LIST_SIZE = 50
HOT_SIZE = 25


@dataclass(frozen=True, slots=True)
class Head:
    """A head of the table: pressing it sorts. `direction`: how the list is sorted by it now."""

    label: str | Promise
    url: str
    direction: str
    number: bool = False


LEAD_HEADS = (
    ("kana", _("名前"), False),
    ("company", _("会社"), False),
    ("total", _("スコア"), False),
    ("fit", _("属性"), True),
    ("engagement", _("行動"), True),
    ("industry", _("業種"), False),
    ("owner", _("担当"), False),
    ("last_day", _("最後の動き"), True),
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page: the hot list."""
    return redirect("site:hot")


@require_safe
def lead_list(request: HttpRequest) -> HttpResponse:
    """All leads: search, filters, any order."""
    now = standing()
    query = address.read(request.GET, size=LIST_SIZE)
    page = _without_leavers(list_page(query, now))
    context = _list_context(request, query, page)
    context |= {
        "standing": now,
        "query": query,
        "heads": [_head(request, query, *head) for head in LEAD_HEADS],
        "chips": chips.make_chips(request.GET, now.model if now else None),
        "fit_labels": chips.fit_labels(now.model if now else None),
        "engagement_labels": chips.engagement_labels(now.model if now else None),
        "nobody": not page.rows and not query.text and not query.filters.asked,
        "import_url": _address("people:upload", "people:imports"),
        "export_url": f"{reverse('site:export')}?{request.GET.urlencode()}",
        "menu_key": "leads",
    }
    return render(request, "site/leads.html", context)


@require_safe
def hot_list(request: HttpRequest) -> HttpResponse:
    """Leads above the published threshold, each with its curve and its reason."""
    now = standing()
    query = address.read(request.GET, size=HOT_SIZE)
    query = _hot_only(query)
    page = _without_leavers(list_page(query, now))
    counts = cells.heat_counts()
    before = log.hot_before(now.on, 7) if now else None
    context = _list_context(request, query, page)
    context |= {
        "standing": now,
        "who": _who(now) if now else "",
        "query": query,
        "told": tell(page.rows, now) if now else {},
        "chips": chips.make_chips(request.GET, now.model if now else None, leave_out=["heat"]),
        "leads": sum(counts.values()),
        "hot": counts[levels.HOT],
        "more": None if before is None else counts[levels.HOT] - before,
        "fewer": None if before is None else before - counts[levels.HOT],
        "head_urls": {
            sort: address.sorted_by(request.GET, query, sort)
            for sort in ("company", "total", "owner", "last_day")
        },
        "directions": {query.sort: "descending" if query.descending else "ascending"},
        "filtered": query.filters != Filters(heat=(levels.HOT,)) or bool(query.text),
        "score_url": _address("scores:edit"),
        "import_url": _address("people:upload", "people:imports"),
        "export_url": f"{reverse('site:export')}?{address.with_values(request.GET, 'heat', '4')[1:]}",
        "menu_key": "hot",
    }
    return render(request, "site/hot.html", context)


@require_safe
def export_list(request: HttpRequest) -> StreamingHttpResponse:
    """The whole list as a CSV file, in its order."""
    query = address.read(request.GET, size=LIST_SIZE)
    pieces = export.csv_pieces(query, standing())
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="leads.csv"'
    return response


def _who(now: Standing) -> str:
    """Who is hot, in words, where more than a total is asked for."""
    hot = now.model.hot
    if (hot.fit, hot.engagement) == (None, None):
        return ""
    return describe_hot(hot, "ja" if (get_language() or "ja").startswith("ja") else "en").text


def _without_leavers(page: Page) -> Page:
    """The page without leads that went into the trash, or were merged, while a run holds the rows."""
    gone = people.out_of([row.lead_id for row in page.rows])
    return replace(page, rows=tuple(row for row in page.rows if row.lead_id not in gone)) if gone else page


def _hot_only(query: ListQuery) -> ListQuery:
    asked = query.filters
    only = Filters(
        (levels.HOT,),
        asked.fit_grade,
        asked.engagement_grade,
        asked.recency,
        asked.owner,
        asked.industry,
    )
    return ListQuery(only, query.text, query.sort, query.descending, query.cursor, query.size)


def _list_context(request: HttpRequest, query: ListQuery, page: Page) -> dict[str, Any]:
    first = address.first_row(request.GET) if page.before is not None else 1
    last = first + len(page.rows) - 1
    return {
        "page": page,
        "first": first,
        "last": last,
        "before_url": page.before and address.at_place(request.GET, page.before, first - query.size),
        "after_url": page.after and address.at_place(request.GET, page.after, last + 1),
    }


def _head(request: HttpRequest, query: ListQuery, sort: str, label: str | Promise, number: bool) -> Head:
    direction = ("descending" if query.descending else "ascending") if query.sort == sort else ""
    return Head(label, address.sorted_by(request.GET, query, sort), direction, number)


def _address(*names: str) -> str:
    """The address of the first of these pages that there is, else empty."""
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""
