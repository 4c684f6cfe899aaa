"""電話の前に読む: one page about one hand-off."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.site.today.brief import brief_of
from mikomi.hub.site.today.cards import cards_of
from mikomi.hub.site.views.today import card_words


@require_safe
def brief(request: PageRequest, number: int) -> HttpResponse:
    """Who it is, what was read in which order, what to say first, what was said before."""
    found = cards_of([number], timezone.now()) if number < 2**31 else []
    if not found:
        raise Http404
    card = found[0]
    context = card_words(request) | {
        "card": card,
        "brief": brief_of(card.first.row.lead_id, card.first.row.company_id),
        "calling": True,
        "next": request.get_full_path(),
        "open": card.standing.state == "open",
        "menu_key": "today",
    }
    return render(request, "site/today/brief.html", context)
