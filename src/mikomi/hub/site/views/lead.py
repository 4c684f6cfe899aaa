"""The page of one lead, today or as of any past day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mikomi.core.words import Language
from mikomi.hub.activity import queries as activity
from mikomi.hub.activity.types import KnownOutcome
from mikomi.hub.people import exclusions, notes
from mikomi.hub.people import queries as people
from mikomi.hub.people.types import Person
from mikomi.hub.site import lead_page as pages
from mikomi.hub.site.closed import closed_leads
from mikomi.hub.site.correcting import correction
from mikomi.hub.site.lists.pages import rows_of
from mikomi.hub.site.panels import Asked, panels_of
from mikomi.hub.site.standing import standing
from mikomi.hub.site.timeline import entries, outcomes_between
from mikomi.hub.site.titles import Names, names_of
from mikomi.hub.site.types import Standing

TIMELINE_SIZE = 40
NOTES_A_PAGE = 100
PHONES = ("direct_phone", "mobile", "phone")
"""Which number to call, best first."""


@require_safe
def lead_page(request: HttpRequest, number: int) -> HttpResponse:
    """Header, curve, why, timeline, colleagues and attributes of a lead. `?on=` names a past day."""
    person = _person(number)
    if person.merged_into is not None:
        return redirect("site:lead", person.merged_into)
    now = standing()
    row = next(iter(rows_of([number])), None)
    facts = pages.facts_of(number)
    on = _day(request.GET.get("on", ""))
    context: dict[str, Any] = {
        "person": person,
        "phone": next((person.attributes[name] for name in PHONES if person.attributes.get(name)), ""),
        "called": person.name or person.email or person.key,
        "row": row,
        "standing": now,
        "menu_key": "hot" if row is not None and row.hot else "leads",
    }
    past = on if now is not None and on is not None and on < now.on else None
    kept = exclusions.exclusions_of(number)
    context["kept"] = kept
    context["closed"] = closed_leads([number], timezone.localdate()).get(number)
    context |= _timeline(request, number, now, past, facts.outcomes, facts.names)
    if now is not None:
        not_hot = past is None and any("hot" in one.keeps_out for one in kept)
        context |= _score(request, number, now, on, facts, not_hot)
    today = now.on if now else timezone.localdate()
    score = context.get("score")
    then = score.values if score else None
    context["panels"] = panels_of(Asked(person, row, facts, min(on or today, today), today, then))
    return render(request, "site/lead.html", context)


@require_safe
def lead_timeline(request: HttpRequest, number: int) -> HttpResponse:
    """More of a lead's timeline, older than `?before=`."""
    _person(number)
    found = _timeline(request, number, standing(), None, activity.outcomes_of(number), names_of())
    return render(request, "site/partials/timeline.html", found)


def _score(
    request: HttpRequest, number: int, now: Standing, on: date | None, facts: pages.Facts, not_hot: bool
) -> dict[str, Any]:
    as_then = request.GET.get("version") == "then"
    chosen = pages.choose(now, on, as_then=as_then)

    def address(day: date) -> str:
        on = "" if day >= now.on else f"on={day.isoformat()}"
        asked = "&".join(filter(None, (on, "version=then" if as_then else "")))
        return f"?{asked}" if asked else "."

    found = pages.lead_score(number, now, chosen, address, _language(), facts, kept_out=not_hot)
    past = chosen.on < now.on
    mended = correction(number, chosen, found.total) if past and found else None
    day = {"on": chosen.on.isoformat()} if past else {}
    return {
        "chosen": chosen,
        "score": found,
        "past": past,
        "mended": mended,
        "day_before_url": address(chosen.on - timedelta(days=1)),
        "day_after_url": address(chosen.on + timedelta(days=1)) if past else "",
        "today_url": "." if past else "",
        "then_url": f"?{urlencode(day | {'version': 'then'})}",
        "now_url": f"?{urlencode(day)}" if day else ".",
        "as_then": as_then,
    }


def _timeline(
    request: HttpRequest,
    number: int,
    now: Standing | None,
    past: date | None,
    outcomes: Sequence[KnownOutcome],
    names: Names,
) -> dict[str, Any]:
    """A page of the timeline; on a past day from its end backwards."""
    before = request.GET.get("before") or (_end_of(past) if past else None)
    only_people = request.GET.get("who") == "people"
    page = activity.timeline(number, TIMELINE_SIZE, before)
    newest = None
    if before:
        at = before.partition(".")[0]
        newest = activity.instant(int(at)) if at.isdigit() and len(at) < 18 else None
    oldest = page.moments[-1].first if page.before and page.moments else None
    ended = outcomes_between(outcomes, newest, oldest)
    written = notes.notes_among([number], oldest, newest, NOTES_A_PAGE)
    told = entries(page.moments, ended, now.model if now else None, names.labels, written, names.moved)
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


def _end_of(day: date) -> str:
    """The place in a timeline just after a local day."""
    midnight = datetime.combine(day + timedelta(days=1), time.min)
    return f"{int(timezone.make_aware(midnight).timestamp()) * 1_000_000}.0"


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
