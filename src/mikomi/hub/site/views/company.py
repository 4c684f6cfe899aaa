"""会社: their list, and the page of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mikomi.core.words import Language
from mikomi.hub.activity import content_moves
from mikomi.hub.activity import queries as activity
from mikomi.hub.activity.types import KnownOutcome
from mikomi.hub.capture import queries as capture
from mikomi.hub.kit import sight
from mikomi.hub.people import company_facts, exclusions, notes
from mikomi.hub.people import queries as people
from mikomi.hub.people.duplicates.queries import merged_into
from mikomi.hub.people.same.queries import open_counts, stands_for
from mikomi.hub.people.same_companies.companies import COMPANIES
from mikomi.hub.people.types import CompanyView
from mikomi.hub.site import company_page as pages
from mikomi.hub.site.closed import closed_company
from mikomi.hub.site.lists import address
from mikomi.hub.site.lists import companies as lists
from mikomi.hub.site.lists.pages import rows_of
from mikomi.hub.site.panels import deals_card, notes_card, same_as
from mikomi.hub.site.same import FIRMS
from mikomi.hub.site.standing import standing
from mikomi.hub.site.timeline import entries, outcomes_between
from mikomi.hub.site.titles import labels_of
from mikomi.hub.site.today.by_hand import held_of
from mikomi.hub.site.views.lists import Head

LIST_SIZE = 50
PEOPLE_SIZE = 50
TIMELINE_SIZE = 40
NOTES_A_PAGE = 100
DEALS = 20
PASSED_ON = 8
SHOWN_FACTS = ("industry", "prefecture", "employees")
HEADS = (
    ("sort", gettext_lazy("会社"), False),
    ("rank", gettext_lazy("いちばん温度の高い人"), False),
    ("leads", gettext_lazy("人数"), True),
    ("last_day", gettext_lazy("最後の動き"), True),
)


@require_safe
def companies(request: HttpRequest) -> HttpResponse:
    """All companies: search, any order."""
    query = lists.read(request.GET, size=LIST_SIZE)
    page = lists.company_list(query)
    known = company_facts.company_values([row.company_id for row in page.rows])
    first = address.first_row(request.GET) if page.before is not None else 1
    last = first + len(page.rows) - 1
    context = {
        "standing": standing(),
        "query": query,
        "page": page,
        "not_shown": lists.not_shown(query, page),
        "rows": [
            (row, [known.get(row.company_id, {}).get(key, "") for key in SHOWN_FACTS]) for row in page.rows
        ],
        "heads": [_head(request, query, *head) for head in HEADS],
        "first": first,
        "last": last,
        "before_url": page.before and address.at_place(request.GET, page.before, first - query.size),
        "after_url": page.after and address.at_place(request.GET, page.after, last + 1),
        "waiting": sum(open_counts(COMPANIES).values()),
        "nobody": not page.rows and not query.text and query.cursor is None,
        "menu_key": "companies",
    }
    return render(request, "site/companies.html", context)


@require_safe
def company_page(request: HttpRequest, number: int) -> HttpResponse:
    """Header, people, curve, timeline, deals, attributes, notes and files of a company."""
    stands = stands_for(COMPANIES, number) if number < 2**31 else None
    if stands is not None:
        return redirect("site:company", stands)
    company = _company(number)
    now = standing()
    numbers = pages.member_ids(number)
    rows = rows_of(numbers)
    names = {row.lead_id: row.name or row.email or row.key for row in rows}
    outcomes = activity.outcomes_among(numbers)
    page = Paginator(numbers, PEOPLE_SIZE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "company": company,
        "head": pages.head_of(company, rows),
        "standing": now,
        "members": pages.members(list(page.object_list), outcomes),
        "page": page,
        **_more(company, len(numbers)),
        "names": names,
        "best": rows[0] if rows else None,
        "warmth": pages.warmth_of(number, numbers, now, outcomes, names, _language()) if now else None,
        "too_many": len(numbers) > pages.CURVE_PEOPLE,
        "curve_people": pages.CURVE_PEOPLE,
        "deals": deals_card(outcomes, DEALS, people=names, company=number),
        "closed": closed_company(number, numbers[:1], timezone.localdate()),
        "journey": pages.journey_of(number, numbers, outcomes, names),
        "values": pages.values_of(company, timezone.localdate()),
        "handoff": {"held": held_of(numbers[0], number, whole=True), "can": True} if numbers else None,
        "notes": notes_card("company", number)[1],
        "kept": exclusions.exclusions_of_company(number),
        "same": same_as(FIRMS, number),
        "passed_on": capture.passed_on([*numbers, *merged_into(numbers)], PASSED_ON),
        "content_names": labels_of().contents,
        "menu_key": "companies",
    }
    context |= _timeline(request, number, numbers, names, outcomes)
    return render(request, "site/company.html", context)


@require_safe
def company_timeline(request: HttpRequest, number: int) -> HttpResponse:
    """More of a company's timeline, older than `?before=`."""
    _company(number)
    numbers = pages.member_ids(number)
    names = {row.lead_id: row.name or row.email or row.key for row in rows_of(numbers)}
    found = _timeline(request, number, numbers, names, activity.outcomes_among(numbers))
    return render(request, "site/partials/timeline.html", found | {"names": names})


def _timeline(
    request: HttpRequest,
    number: int,
    numbers: Sequence[int],
    names: dict[int, str],
    outcomes: Sequence[KnownOutcome],
) -> dict[str, Any]:
    """A page of what all of its people did, or one of them (`?person=`), and the company's notes."""
    asked = request.GET.get("person", "")
    person = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    person = person if person in names else 0
    only_people = request.GET.get("who") == "people"
    whose = [person] if person else numbers
    before = request.GET.get("before")
    page = activity.timeline_among(whose, TIMELINE_SIZE, before)
    at = (before or "").partition(".")[0]
    newest = activity.instant(int(at)) if at.isascii() and at.isdigit() and len(at) < 18 else None
    oldest = page.moments[-1].first if page.before and page.moments else None
    mine = [outcome for outcome in outcomes if not person or outcome.lead == person]
    written = notes.notes_among(whose, oldest, newest, NOTES_A_PAGE)
    if not person:
        own = notes.notes_of("company", number)
        written += [
            n for n in own if (newest is None or n.at < newest) and (oldest is None or n.at >= oldest)
        ]
    now = standing()
    ended = outcomes_between(mine, newest, oldest)
    model, now_at = now.model if now else None, content_moves.now_at()
    told = entries(page.moments, ended, model, labels_of(), written, now_at)
    keep = ({"who": "people"} if only_people else {}) | ({"person": person} if person else {})
    more = (
        f"{reverse('site:company_timeline', args=[number])}?{urlencode(keep | {'before': page.before or ''})}"
    )
    return {
        "entries": [entry for entry in told if not (only_people and entry.machine)],
        "more_url": more if page.before else "",
        "person": person,
        "only_people": only_people,
        "who_options": [
            {"label": _("すべて"), "url": _who(person, ""), "current": not only_people},
            {"label": _("人の動きだけ"), "url": _who(person, "people"), "current": only_people},
        ],
    }


def _more(company: CompanyView, shown: int) -> dict[str, int]:
    """How many more people there are: too many for the page, or not to be seen by whoever asks."""
    rest = max(company.leads - shown, 0)
    return {"more_people": rest} if sight.present() is None else {"not_shown": rest}


def _who(person: int, who: str) -> str:
    asked = ({"who": who} if who else {}) | ({"person": person} if person else {})
    return f"?{urlencode(asked)}#timeline" if asked else ".#timeline"


def _head(request: HttpRequest, query: lists.CompanyQuery, sort: str, label: Any, number: bool) -> Head:
    here = query.sort == sort
    down = not query.descending if here else lists.SORTS[sort]
    direction = ("descending" if query.descending else "ascending") if here else ""
    url = address.with_values(request.GET, "sort", f"-{sort}" if down else sort)
    return Head(label, url, direction, number)


def _company(number: int) -> CompanyView:
    found = people.company(number) if number < 2**31 else None
    if found is None:
        raise Http404(_("この会社は見つかりません。アドレスが違っているのかもしれません。"))
    return found


def _language() -> Language:
    return "ja" if (get_language() or "ja").startswith("ja") else "en"
