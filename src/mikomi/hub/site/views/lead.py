"""The page of one lead, today or as of any past day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mikomi.core.words import Language
from mikomi.hub.activity import queries as activity
from mikomi.hub.people import queries as people
from mikomi.hub.people.types import Person
from mikomi.hub.site import lead_page as pages
from mikomi.hub.site.lists.pages import colleagues_of, rows_of
from mikomi.hub.site.standing import standing
from mikomi.hub.site.timeline import entries, outcomes_between
from mikomi.hub.site.titles import labels_of
from mikomi.hub.site.types import Standing

TIMELINE_SIZE = 40
COLLEAGUES = 6
PHONES = ("direct_phone", "mobile", "phone")
"""Which number to call, best first."""


@require_safe
def lead_page(request: HttpRequest, number: int) -> HttpResponse:
    """Header, curve, why, timeline, colleagues and attributes of a lead. `?on=` names a past day."""
    person = _person(number)
    now = standing()
    row = next(iter(rows_of([number])), None)
    language = _language()
    on = _day(request.GET.get("on", ""))
    context: dict[str, Any] = {
        "person": person,
        "phone": next((person.attributes[name] for name in PHONES if person.attributes.get(name)), ""),
        "called": person.name or person.email or person.key,
        "row": row,
        "standing": now,
        "menu_key": "leads",
        "outcomes": activity.outcomes_of(number)[:10],
    }
    context |= _timeline(request, number, now)
    if row is not None:
        context["colleagues"] = colleagues_of(number, row.company_id, COLLEAGUES)
    if now is not None:
        context |= _score(request, number, now, on, language)
    today = now.on if now else date.max
    context["values"] = pages.known_values(number, min(on, today) if on else today, today)
    return render(request, "site/lead.html", context)


@require_safe
def lead_timeline(request: HttpRequest, number: int) -> HttpResponse:
    """More of a lead's timeline, older than `?before=`."""
    _person(number)
    return render(request, "site/partials/timeline.html", _timeline(request, number, standing()))


def _score(
    request: HttpRequest, number: int, now: Standing, on: date | None, language: Language
) -> dict[str, Any]:
    as_then = request.GET.get("version") == "then"
    chosen = pages.choose(now, on, as_then=as_then)

    def address(day: date) -> str:
        asked = {} if day >= now.on else {"on": day.isoformat()}
        if as_then:
            asked["version"] = "then"
        return f"?{urlencode(asked)}" if asked else "."

    found = pages.lead_score(number, now, chosen, address, language, labels_of())
    past = chosen.on < now.on
    day = {"on": chosen.on.isoformat()} if past else {}
    return {
        "chosen": chosen,
        "score": found,
        "past": past,
        "day_before_url": address(chosen.on - timedelta(days=1)),
        "day_after_url": address(chosen.on + timedelta(days=1)) if past else "",
        "today_url": "." if past else "",
        "then_url": f"?{urlencode(day | {'version': 'then'})}",
        "now_url": f"?{urlencode(day)}" if day else ".",
        "as_then": as_then,
    }


def _timeline(request: HttpRequest, number: int, now: Standing | None) -> dict[str, Any]:
    before = request.GET.get("before")
    only_people = request.GET.get("who") == "people"
    page = activity.timeline(number, TIMELINE_SIZE, before)
    newest = None
    if before:
        at = before.partition(".")[0]
        newest = activity.instant(int(at)) if at.isdigit() and len(at) < 18 else None
    oldest = page.moments[-1].first if page.before and page.moments else None
    outcomes = outcomes_between(activity.outcomes_of(number), newest, oldest)
    told = entries(page.moments, outcomes, now.model if now else None, labels_of())
    keep = {"who": "people"} if only_people else {}
    more = f"{reverse('site:timeline', args=[number])}?{urlencode(keep | {'before': page.before or ''})}"
    return {
        "entries": [entry for entry in told if not (only_people and entry.machine)],
        "more_url": more if page.before else "",
        "only_people": only_people,
        "who_options": [
            {"label": _("すべて"), "url": _who(request, ""), "current": not only_people},
            {"label": _("人の動きだけ"), "url": _who(request, "people"), "current": only_people},
        ],
    }


def _who(request: HttpRequest, who: str) -> str:
    query = request.GET.copy()
    query.pop("before", None)
    query.pop("who", None)
    if who:
        query["who"] = who
    return f"?{query.urlencode()}#timeline" if query else ".#timeline"


def _person(number: int) -> Person:
    found = people.person(number) if number < 2**31 else None
    if found is None:
        raise Http404(_("このリードは見つかりません。消されたか、アドレスが違っているのかもしれません。"))
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _language() -> Language:
    return "ja" if (get_language() or "ja").startswith("ja") else "en"
