"""リード and ホット: lists of leads, and the same as a file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from mikomi.core.scoring.describe import describe_hot
from mikomi.hub.kit import sight
from mikomi.hub.kit import temperature as levels
from mikomi.hub.people import queries as people
from mikomi.hub.site.evidence import tell
from mikomi.hub.site.lists import address, chips, columns, field_chips, kept, search
from mikomi.hub.site.lists.pages import FIRST_DOWN, count_of, list_page
from mikomi.hub.site.rows import cells, kept_out, log
from mikomi.hub.site.standing import standing
from mikomi.hub.site.types import ListQuery, Page, Standing

LIST_SIZE = 50
HOT_SIZE = 25


@dataclass(frozen=True, slots=True)
class Head:
    """A head of the table: pressing it sorts. `direction`: how the list is sorted by it now."""

    label: str | Promise
    url: str
    direction: str
    number: bool = False


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page: whom to call today."""
    return redirect("site:today")


@require_safe
def lead_list(request: HttpRequest) -> HttpResponse:
    """All leads: search, filters, any order, any columns, as a view keeps them or as asked."""
    now = standing()
    shown = kept.open_list(request.user, request.GET)
    given = shown.given
    query = address.read(given, size=LIST_SIZE)
    page = _without_leavers(list_page(query, now))
    chosen = columns.chosen_columns(given, shown.view.columns if shown.view else ())
    context = _list_context(given, query, page)
    context |= {
        "standing": now,
        "query": query,
        "given": given,
        "heads": [_head(given, query, _name()), *(_head(given, query, column) for column in chosen)],
        "columns": chosen,
        "offered": _offered(chosen),
        "beside": columns.beside(page.rows, chosen),
        "chips": chips.make_chips(
            given, now.model if now else None, more=field_chips.field_chips(given, query.tests)
        ),
        "field_choices": field_chips.field_choices(given),
        "views": kept.views_of(request.user),
        "shown": shown,
        "mine": shown.view is not None and shown.view.owner == request.user,
        "kept_query": kept.kept_query(given),
        "sorts": _sorts(given, query, chosen),
        "hidden": _hidden(given, "q"),
        "hidden_columns": _hidden(given, columns.PARAM),
        "hidden_sort": _hidden(given, "sort"),
        "fit_labels": chips.fit_labels(now.model if now else None),
        "engagement_labels": chips.engagement_labels(now.model if now else None),
        "nobody": not page.rows and not query.asked,
        "not_shown": _not_shown(query, page),
        "import_url": _address("people:upload", "people:imports"),
        "export_url": f"{reverse('site:export')}?{_with_columns(given, chosen)}",
        "menu_key": "leads",
    }
    return render(request, "site/leads.html", context)


@require_safe
def hot_list(request: HttpRequest) -> HttpResponse:
    """Leads above the published threshold, each with its curve and its reason; it follows what happens."""
    now = standing()
    context = _hot_context(request.GET, now)
    return render(request, "site/hot.html", context | _live(request, request.GET, context, now))


@require_safe
def hot_live(request: HttpRequest) -> HttpResponse:
    """The same list for a page that asks again and again: nothing while nothing was scored since, or while
    it would look the same."""
    given = request.GET.copy()
    at, _dot, look = given.pop("seen", [""])[-1].partition(".")
    now = standing()
    if at == _scored(now):
        return HttpResponse(status=204)
    context = _hot_context(given, now)
    live = _live(request, given, context, now)
    if look == live["look"]:
        return HttpResponse(status=204)
    return render(request, "site/partials/hot_live.html", context | live)


def _live(
    request: HttpRequest, given: QueryDict, context: dict[str, Any], now: Standing | None
) -> dict[str, Any]:
    """The list itself, and where it asks whether it is still so."""
    shown = render_to_string("site/partials/hot_list.html", context, request)
    look = hashlib.sha256(shown.encode()).hexdigest()[:16]
    asked = given.copy()
    asked["seen"] = f"{_scored(now)}.{look}"
    # What was rendered by a template is safe already.
    return {"list": shown, "look": look, "live_url": f"{reverse('site:hot_live')}?{asked.urlencode()}"}


def _scored(now: Standing | None) -> str:
    """When the rows were written last; another one after each run."""
    return f"{now.scored_at.timestamp():.6f}".replace(".", "-") if now else "-"


def _hot_context(given: QueryDict, now: Standing | None) -> dict[str, Any]:
    query = address.read(given, size=HOT_SIZE)
    query = _hot_only(query)
    page = _without_leavers(list_page(query, now))
    counts = cells.counted_heats()
    before = log.hot_before(now.on, 7) if now else None
    context = _list_context(given, query, page)
    context |= {
        "standing": now,
        "who": _who(now) if now else "",
        "query": query,
        "told": tell(page.rows, now) if now else {},
        "chips": chips.make_chips(given, now.model if now else None, leave_out=["heat"]),
        "leads": sum(counts.values()),
        "hot": counts[levels.HOT],
        "hot_kept": kept_out.kept_from_hot(0)[0],
        "more": None if before is None else counts[levels.HOT] - before,
        "fewer": None if before is None else before - counts[levels.HOT],
        "head_urls": {
            sort: address.sorted_by(given, query, sort) for sort in ("company", "total", "owner", "last_day")
        },
        "directions": {query.sort: "descending" if query.descending else "ascending"},
        "filtered": replace(query, filters=replace(query.filters, heat=())).asked,
        "score_url": _address("scores:edit"),
        "import_url": _address("people:upload", "people:imports"),
        "export_url": f"{reverse('site:export')}?{address.with_values(given, 'heat', '4')[1:]}",
        "menu_key": "hot",
    }
    return context


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


def _not_shown(query: ListQuery, page: Page) -> int:
    """How many leads a search finds that whoever asks may not see; 0 where they are many."""
    if sight.present() is None or not query.text or page.total is None:
        return 0
    if search.find(query.text).lead_ids is None:
        return 0
    with sight.looking(None):
        return count_of(query) - page.total


def _hot_only(query: ListQuery) -> ListQuery:
    return replace(query, filters=replace(query.filters, heat=(levels.HOT,)))


def _list_context(given: QueryDict, query: ListQuery, page: Page) -> dict[str, Any]:
    first = address.first_row(given) if page.before is not None else 1
    last = first + len(page.rows) - 1
    return {
        "page": page,
        "badges": kept_out.badges([row.lead_id for row in page.rows]),
        "first": first,
        "last": last,
        "before_url": page.before and address.at_place(given, page.before, first - query.size),
        "after_url": page.after and address.at_place(given, page.after, last + 1),
    }


def _name() -> columns.Column:
    return columns.Column("kana", str(_("名前")))


def _head(given: QueryDict, query: ListQuery, column: columns.Column) -> Head:
    if not column.sort:
        return Head(column.label, "", "", column.number)
    direction = ("descending" if query.descending else "ascending") if query.sort == column.sort else ""
    return Head(column.label, address.sorted_by(given, query, column.sort), direction, column.number)


def _sorts(
    given: QueryDict, query: ListQuery, chosen: Sequence[columns.Column]
) -> list[tuple[str, str | Promise, bool]]:
    """What a phone, whose lists have no heads, can sort by: parameter, words, whether it does now."""
    found: list[tuple[str, str | Promise, bool]] = [("", _("おすすめの順"), query.sort == "rank")]
    for column in (_name(), *chosen):
        if not column.sort:
            continue
        ways = ("-", "") if column.sort in FIRST_DOWN else ("", "-")
        for way in ways:
            words = (
                _("%(column)s（大きい順・新しい順）")
                if column.sort in FIRST_DOWN and way
                else _("%(column)s")
            )
            if column.sort in FIRST_DOWN and not way:
                words = _("%(column)s（小さい順・古い順）")
            elif column.sort not in FIRST_DOWN and way:
                words = _("%(column)s（逆順）")
            now = query.sort == column.sort and query.descending == bool(way)
            found.append((way + column.sort, str(words) % {"column": column.label}, now))
    return found


def _offered(chosen: Sequence[columns.Column]) -> list[tuple[columns.Column, bool]]:
    """All columns for the chooser, those that are shown first; each with whether it is."""
    taken = {column.key for column in chosen}
    rest = [column for key, column in columns.all_columns().items() if key not in taken]
    return [*((column, True) for column in chosen), *((column, False) for column in rest)]


def _hidden(given: QueryDict, *without: str) -> list[tuple[str, str]]:
    """The rest of the address, for a form that changes `without`."""
    left_out = {*without, *address.PLACE}
    return [(name, one) for name, every in given.lists() if name not in left_out for one in every]


def _with_columns(given: QueryDict, chosen: Sequence[columns.Column]) -> str:
    query = given.copy()
    query.setlist(columns.PARAM, [column.key for column in chosen])
    return query.urlencode()


def _address(*names: str) -> str:
    """The address of the first of these pages that there is, else empty."""
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""
