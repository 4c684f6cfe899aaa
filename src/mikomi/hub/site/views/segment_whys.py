"""Why a lead is in a segment, or not; how two segments overlap."""

from __future__ import annotations

from datetime import date

import numpy as np
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from mikomi.core.conditions.describe_who import describe_who
from mikomi.core.words import MikomiError
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.people import queries as people
from mikomi.hub.segments import queries
from mikomi.hub.site.lists.pages import rows_of
from mikomi.hub.site.segments.overlap import Overlap
from mikomi.hub.site.segments.why import why
from mikomi.hub.site.views.segments import offer_now


@require_safe
def segment_why(request: PageRequest, number: int) -> HttpResponse:
    """The condition part by part, for one lead (`lead`) and day (`on`; left out: today)."""
    held = queries.segment(number)
    lead = _number(request.GET, "lead")
    if held is None or lead is None:
        raise Http404
    offer, today = offer_now(), timezone.localdate()
    on = day_asked(request.GET.get("on", ""), today)
    person = people.person(lead)
    if person is None:
        raise Http404
    then = queries.defined_then(on).get(number) if on < today else None
    who = then.who if then else held.who
    reason, error = None, None
    try:
        reason = why(who, lead, on, today, offer.language, offer.names)
    except MikomiError as failed:
        error = failed.words
    context = {
        "segment": held,
        "sentence": describe_who(who, offer.language, offer.names),
        "then": then,
        "person": person,
        "row": next(iter(rows_of([lead])), None),
        "reason": reason,
        "error": error,
        "on": on,
        "today": today,
        "moves": [move for move in queries.moves_of(lead) if move.segment == number][:10],
        "menu_key": "segments",
    }
    return render(request, "site/segments/why.html", context)


@require_safe
def overlap(request: PageRequest) -> HttpResponse:
    """Two segments side by side: how many are in both, and in one alone."""
    names = queries.names()
    wanted = [one for one in (_number(request.GET, "a"), _number(request.GET, "b")) if one in names]
    others = [number for number in names if number not in wanted]
    chosen = (wanted + others)[:2]
    shown = None
    if len(chosen) == 2:
        first, second = (queries.members(number) for number in chosen)
        both = len(np.intersect1d(first, second, assume_unique=True))
        shown = Overlap(len(first) - both, both, len(second) - both)
    context = {
        "names": names,
        "a": chosen[0] if chosen else None,
        "b": chosen[1] if len(chosen) == 2 else None,
        "a_name": names.get(chosen[0], "") if chosen else "",
        "b_name": names.get(chosen[1], "") if len(chosen) == 2 else "",
        "shown": shown,
        "menu_key": "segments",
    }
    return render(request, "site/segments/overlap.html", context)


def _number(given: QueryDict, name: str) -> int | None:
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def day_asked(text: str, today: date) -> date:
    """The day that was asked for; what is no day, or lies ahead, is today."""
    try:
        day = parse_date(text)
    except ValueError:
        return today
    return min(day, today) if day else today
