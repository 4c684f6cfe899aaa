"""The networks by which companies are guessed, and those that do not count."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mikomi.core.words import MikomiError, Words
from mikomi.hub.capture import networks as known
from mikomi.hub.capture import visiting
from mikomi.hub.capture.models import Network


@require_http_methods(["GET", "POST"])
def networks(request: HttpRequest) -> HttpResponse:
    """The lists of networks, and what may be asked outside."""
    refused: Words | None = None
    if request.method == "POST":
        try:
            read = {
                kind: known.read_ranges(request.POST.get(kind, ""), kind)
                for kind in (Network.Kind.OWN, Network.Kind.COMPANY)
            }
            visiting.set_up(
                names=bool(request.POST.get("names")),
                service_url=request.POST.get("service_url", ""),
                service_key=request.POST.get("service_key", ""),
            )
        except MikomiError as error:
            refused = error.words
        else:
            for kind, ranges in read.items():
                known.replace_networks(kind, ranges)
            messages.success(request, _("保存しました。これからの訪問に使います"))
            return redirect("capture:networks")
    held = visiting.settings()
    typed = request.POST if refused else {}
    context = {
        "own": typed.get("own", known.written(Network.Kind.OWN)),
        "company": typed.get("company", known.written(Network.Kind.COMPANY)),
        "names": bool(typed.get("names")) if refused else held.names,
        "service_url": typed.get("service_url", held.service_url),
        "service_key": typed.get("service_key", held.service_key),
        "refused": refused,
        "menu_key": "visiting",
    }
    return render(request, "capture/networks.html", context, status=422 if refused else 200)
