"""Merging all sure pairs of leads at once, and taking that back."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from mikomi.core.matching.groups import HELD
from mikomi.hub.people.duplicates import queries
from mikomi.hub.people.duplicates.leads import LEADS
from mikomi.hub.people.same import queries as same
from mikomi.hub.site.actions import merge_sure

SURE_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def sure(request: HttpRequest) -> HttpResponse:
    """What a merge of all sure ones would do, and its start."""
    if request.method == "POST":
        return redirect("site:merge_run", merge_sure.ask_merge(request.user.pk))
    found = queries.sure_groups()
    shown = [
        pair
        for group in found.groups[:SURE_SHOWN]
        for other in group[1:]
        if (pair := same.pair(LEADS, group[0], other)) is not None
    ]
    context = {
        "sure": found,
        "shown": shown[:SURE_SHOWN],
        "held": [(HELD[code], count) for code, count in sorted(found.held.items())],
        "menu_key": "duplicates",
    }
    return render(request, "site/same/sure.html", context)


@require_safe
def merge_run(request: HttpRequest, number: int) -> HttpResponse:
    """How far a bulk merge is; `?poll` answers with the bar alone."""
    run = queries.merge_run(number)
    if run is None:
        raise Http404
    context = {"run": run, "merges": len(queries.run_merges(number)), "menu_key": "duplicates"}
    if "poll" in request.GET:
        if run.finished_at:
            return HttpResponseClientRefresh()
        return render(request, "site/same/run_progress.html", context)
    return render(request, "site/same/run.html", context)


@require_POST
def part_run(request: HttpRequest, number: int) -> HttpResponse:
    """Takes a bulk merge back."""
    run = queries.merge_run(number)
    if run is None:
        raise Http404
    if run.undone_at is None and run.finished_at is not None:
        merge_sure.ask_part(number, request.user.pk)
    return redirect("site:merge_run", number)
