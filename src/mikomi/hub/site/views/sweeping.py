"""範囲を指定して取り消す: many events at once said to be machines', counted before, with a way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from mikomi.core.words import MikomiError
from mikomi.hub.activity import sweeps
from mikomi.hub.site import sweeping
from mikomi.hub.site.lists.pages import rows_of
from mikomi.hub.site.timeline import kind_name

SHOWN = 30


@require_http_methods(["GET", "POST"])
def new_sweep(request: HttpRequest) -> HttpResponse:
    """Choosing what machines did, and what was chosen before."""
    refused, typed = None, request.POST or request.GET
    if request.method == "POST":
        try:
            choice = sweeping.read_choice(request.POST.dict())
        except MikomiError as error:
            refused = error.words
        else:
            human = request.POST.get("said") == "human"
            return redirect(
                "site:sweep", sweeps.begin(choice, human=human, at=timezone.now(), by=request.user.pk)
            )
    now = timezone.localtime()
    context = {
        "refused": refused,
        "since": typed.get("since") or f"{now - timedelta(days=1):%Y-%m-%dT00:00}",
        "until": typed.get("until") or f"{now:%Y-%m-%dT%H:%M}",
        "part": typed.get("part", ""),
        "networks": typed.get("networks", ""),
        "human": typed.get("said") == "human",
        "done": [(one, sweeping.said(one.choice)) for one in sweeps.sweeps(SHOWN)],
        "menu_key": "measuring",
    }
    return render(request, "site/measuring/new_sweep.html", context, status=422 if refused else 200)


@require_safe
def sweep(request: HttpRequest, number: int) -> HttpResponse:
    """One sweep: what it hits, whether it shall be done, what became of it."""
    held = _held(number)
    context: dict[str, Any] = {
        "sweep": held,
        "chips": sweeping.said(held.choice),
        "menu_key": "measuring",
    }
    if held.state != "counting":
        found = sweeps.swept(number)
        context["swept"] = found
        context["leads"] = [
            (row, n)
            for row in rows_of([lead for lead, _n in found.most_leads])
            for lead, n in found.most_leads
            if lead == row.lead_id
        ]
        context["kinds"] = [(kind_name(kind), n) for kind, n in found.kinds]
    return render(request, "site/measuring/sweep.html", context)


@require_safe
def sweep_progress(request: HttpRequest, number: int) -> HttpResponse:
    """How far a sweep is; its page is loaded anew once it is through."""
    held = sweeps.sweep(number)
    if held is None or not held.busy:
        return HttpResponseClientRefresh()
    return render(request, "site/measuring/sweep_progress.html", {"sweep": held})


@require_POST
def confirm_sweep(request: HttpRequest, number: int) -> HttpResponse:
    """Has it done as it was counted."""
    _held(number)
    sweeps.confirm(number)
    return redirect("site:sweep", number)


@require_POST
def discard_sweep(request: HttpRequest, number: int) -> HttpResponse:
    """Forgets a choice that was only counted."""
    sweeps.discard(number)
    messages.success(request, _("やめました。何も変えていません"))
    return redirect("site:new_sweep")


@require_POST
def undo_sweep(request: HttpRequest, number: int) -> HttpResponse:
    """Takes a sweep back."""
    _held(number)
    sweeps.take_back(number)
    return redirect("site:sweep", number)


def _held(number: int) -> sweeps.SweepView:
    held = sweeps.sweep(number) if number < 2**31 else None
    if held is None:
        raise Http404(_("見つかりません。確かめないまま7日たった選び方は、消えます。"))
    return held
