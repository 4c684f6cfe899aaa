"""The page of the map: what a team believes, with what is really so beside it."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mikomi.core.journey.edits import called_now
from mikomi.hub.activity import content_moves
from mikomi.hub.journey import queries, services, starters
from mikomi.hub.journey.board import laid
from mikomi.hub.journey.overlaid import overlaid
from mikomi.hub.journey.views.work import board_of, language, open_work

VIEWS = ("both", "hypothesis", "reality")


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The map in force; before one was kept, the draft; before anything was drawn, how to begin."""
    work = open_work()
    if work is None:
        return render(request, "journey/start.html", {"starters": starters.starters(language())})
    reminder = queries.forgotten_since(timezone.now())
    services.look(cast(Any, request.user))
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "both"
    shown = called_now(work.kept.map if work.kept else work.map, content_moves.now_at())
    names = {"hypothesis": _("仮説"), "reality": _("実態"), "both": _("並べて見る")}
    board = board_of(work, shown)
    figures = queries.figures(work.kept.number) if work.kept and view != "hypothesis" else None
    real = overlaid(figures, shown, language(), request.GET.get("way", "")) if figures else None
    if real is not None:
        board = laid(board, real.marks, real.used)
    context = {
        "work": work,
        "reminder": reminder,
        "board": board,
        "view": view,
        "views": [
            {"url": f"{reverse('journey:map')}?view={key}", "label": label, "current": key == view}
            for key, label in names.items()
        ],
        "lanes": [
            lane
            for lane in board.lanes
            # The band says what was expected beside what is.
            if view != "reality" and not lane.empty and not (lane.key == "expected" and real)
        ],
        "real": real,
    }
    return render(request, "journey/map.html", context)
