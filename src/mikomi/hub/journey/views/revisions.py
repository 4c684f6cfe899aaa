"""From draft to revision, two revisions side by side, and back to an old one."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mikomi.core.words import MikomiError
from mikomi.hub.journey import queries, services
from mikomi.hub.journey.board import board, speech
from mikomi.hub.journey.stage_users import left_behind
from mikomi.hub.journey.telling import side_by_side, told
from mikomi.hub.journey.types import KeptMap
from mikomi.hub.journey.views.work import board_of, language, open_work


@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """What the draft changes."""
    work = open_work()
    if work is None or work.kept is None:
        return redirect("journey:edit")
    differences = told(work.kept.map, work.map, work.speech)
    return render(request, "journey/changes.html", {"work": work, "differences": differences})


@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest) -> HttpResponse:
    """版として残す: what it would change, the reason, and doing it."""
    work = open_work()
    if work is None or not work.open:
        return redirect("journey:map")
    failed = None
    if request.method == "POST":
        try:
            kept = services.keep_revision(cast(Any, request.user), reason=request.POST.get("reason", ""))
        except MikomiError as error:
            failed = error.words
        else:
            said = _("第%(number)s版として残しました。だれがどこにいるかを数え直しています")
            messages.success(request, said % {"number": kept.number})
            return redirect("journey:map")
    context = {
        "work": work,
        "board": board_of(work),
        "differences": told(work.kept.map, work.map, work.speech) if work.kept else [],
        "number": work.kept.number + 1 if work.kept else 1,
        "left_behind": left_behind(work.kept.map if work.kept else None, work.map),
        "reason": request.POST.get("reason", ""),
        "failed": failed,
    }
    return render(request, "journey/keep.html", context, status=422 if failed else 200)


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """変更を捨てる; the toast brings the draft back."""
    services.discard_draft(cast(Any, request.user))
    messages.success(request, _("変更を捨てました"), extra_tags=reverse("journey:undo"))
    return redirect("journey:map")


@require_GET
def revisions(request: HttpRequest) -> HttpResponse:
    """版の履歴: who kept what when, why, and what changed."""
    found = queries.revisions()
    names = speech(language(), [kept.map for kept in found])
    listed = [
        (kept, told(found[place + 1].map, kept.map, names) if place + 1 < len(found) else [])
        for place, kept in enumerate(found)
    ]
    return render(request, "journey/revisions.html", {"revisions": listed, "draft": queries.draft()})


@require_GET
def revision(request: HttpRequest, number: int) -> HttpResponse:
    """One revision as it was."""
    kept = _kept(number)
    shown = board(kept.map, speech(language(), [kept.map]))
    context = {
        "kept": kept,
        "board": shown,
        "lanes": [lane for lane in shown.lanes if not lane.empty],
        "latest": queries.current_map(),
    }
    return render(request, "journey/revision.html", context)


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Two revisions side by side; `all` shows what is the same, too."""
    found = queries.revisions()
    if len(found) < 2:
        return redirect("journey:revisions")
    after = _chosen(request, "b") or found[0]
    before = _chosen(request, "a") or next((k for k in found if k.number < after.number), found[-1])
    whole = "all" in request.GET
    pairs = side_by_side(before.map, after.map, speech(language(), [before.map, after.map]))
    context = {
        "revisions": found,
        "before": before,
        "after": after,
        "pairs": [pair for pair in pairs if whole or pair.kind],
        "whole": whole,
    }
    return render(request, "journey/compare.html", context)


@require_POST
def restore(request: HttpRequest, number: int) -> HttpResponse:
    """Takes an old revision as the draft."""
    try:
        services.restore_revision(number, cast(Any, request.user))
    except MikomiError as error:
        raise Http404 from error
    messages.success(
        request,
        _("第%(number)s版を下書きにしました。版として残すまで、今の版のままです") % {"number": number},
        extra_tags=reverse("journey:undo"),
    )
    return redirect("journey:edit")


def _chosen(request: HttpRequest, name: str) -> KeptMap | None:
    typed = request.GET.get(name, "")
    return _kept(int(typed)) if typed.isdecimal() else None


def _kept(number: int) -> KeptMap:
    kept = queries.revision(number)
    if kept is None:
        raise Http404
    return kept
