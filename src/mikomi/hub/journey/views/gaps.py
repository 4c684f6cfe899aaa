"""One gap: the people it concerns, and the change of the map it calls for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mikomi.core.journey.edits import called_now
from mikomi.core.journey.gap_types import change_map, load_change
from mikomi.core.words import MikomiError
from mikomi.hub.activity import content_moves
from mikomi.hub.journey import queries
from mikomi.hub.journey.overlaid import GapCard, overlaid
from mikomi.hub.journey.views.work import edit, language
from mikomi.hub.kit import sight
from mikomi.hub.people import queries as people

PAGE = 50


@require_GET
def gap(request: HttpRequest, number: int) -> HttpResponse:
    """The gap's evidence and the people concerned, as they were found."""
    card, held = _gap(number)
    first = request.GET.get("from", "")
    begin = int(first) if first.isascii() and first.isdecimal() and len(first) < 7 else 0
    leads = held["leads"]
    shown = leads[begin : begin + PAGE]
    gone = sight.hidden(shown)
    context = {
        "gap": card,
        "rows": people.persons([lead for lead in shown if lead not in gone]),
        "hidden": len(gone),
        "more": begin + PAGE if begin + PAGE < len(leads) else 0,
        "kept": len(leads),
        "further": begin > 0,
    }
    return render(request, "journey/gap.html", context)


@require_POST
def adopt(request: HttpRequest, number: int) -> HttpResponse:
    """Makes the gap's change in the draft; the map in force stays until the draft is kept."""
    card, held = _gap(number)
    try:
        change = load_change(held["change"])
        edit(
            request,
            lambda drawn: change_map(called_now(drawn, content_moves.now_at()), change, language()),
        )
    except MikomiError as error:
        messages.error(request, error.words.text(language()))
        return redirect(reverse("journey:map") + f"#gap-{number}")
    said = _("下書きを直しました（%(title)s）") % {"title": card.title}
    messages.success(request, said, extra_tags=reverse("journey:undo"))
    return redirect(reverse("journey:edit") + f"#stage-{card.stage}")


def _gap(number: int) -> tuple[GapCard, dict[str, Any]]:
    kept = queries.current_map()
    figures = queries.figures(kept.number) if kept else None
    if kept is None or figures is None or not 0 < number <= len(figures.document["gaps"]):
        raise Http404
    shown = overlaid(figures, kept.map, language())
    return shown.gaps[number - 1], figures.document["gaps"][number - 1]
