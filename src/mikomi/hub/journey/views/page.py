"""The page of the map."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mikomi.hub.journey import queries


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The map in force."""
    return render(request, "journey/map.html", {"kept": queries.current_map()})
