"""来訪企業: which companies seem to have visited, guessed from where visitors of nobody connected."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mikomi.hub.activity import content_moves
from mikomi.hub.activity import queries as activity
from mikomi.hub.capture import visiting

SHOWN = 200


@require_safe
def companies(request: HttpRequest) -> HttpResponse:
    """The companies, latest first."""
    found = list(visiting.visiting(SHOWN))
    names = content_moves.names()
    rows = [
        (one, activity.instant(one.last_seen), [*dict.fromkeys(names.get(c, c) for c in one.contents)])
        for one in found
    ]
    context = {"rows": rows, "days": visiting.DAYS, "told": visiting.begun()}
    return render(request, "site/visiting.html", context)
