"""電話の前に読む, and 引き渡す by hand."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import queries as accounts
from mikomi.hub.handoff import services
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.people import queries as people
from mikomi.hub.site.actions.edit_value import hear as keep_heard
from mikomi.hub.site.standing import standing
from mikomi.hub.site.today import by_hand, hearing
from mikomi.hub.site.today.brief import brief_of
from mikomi.hub.site.today.cards import cards_of
from mikomi.hub.site.views.today import card_words, sees_all


@require_safe
def brief(request: PageRequest, number: int) -> HttpResponse:
    """Who it is, what was read in which order, what to say first, what was said before."""
    found = cards_of([number], timezone.now(), standing()) if number < 2**31 else []
    card = found[0] if found else None
    if card is None or not (sees_all(request) or card.standing.owner in (None, request.user.pk)):
        raise Http404(_("この引き渡しは見つかりません。一覧から開き直してください。"))
    context = card_words(request, everybody=False) | {
        "card": card,
        "brief": brief_of(card.first.row.lead_id, card.first.row.company_id),
        "heard": hearing.heard_of(card.first.row.lead_id),
        "calling": True,
        "next": request.get_full_path(),
        "menu_key": "today",
    }
    return render(request, "site/today/brief.html", context)


@require_POST
def hand_lead(request: PageRequest, number: int) -> HttpResponse:
    """引き渡す of a lead's page or its company's; `open`: a lead that was 対象外 may be handed over again."""
    if number >= 2**31 or people.person(number) is None:
        raise Http404
    to = request.POST.get("to", "")
    user = cast("int", request.user.pk)
    try:
        if "open" in request.POST:
            services.open_again(number, user)
            messages.success(request, _("もう一度対象にしました。引き渡すと、担当の今日の画面に出ます"))
        else:
            known = int(to) if to.isascii() and to.isdigit() and len(to) < 10 else None
            given = by_hand.hand_over(number, user, known, request.POST.get("why", ""))
            name = dict(accounts.colleagues()).get(given.owner or 0, "")
            messages.success(
                request,
                _("%(name)sさんに引き渡しました") % {"name": name}
                if name
                else _("引き渡しました。担当はまだ決まっていません"),
            )
    except MikomiError as error:
        messages.warning(request, words(error.words))
    return redirect(_back(request, number))


@require_http_methods(["GET", "POST"])
def hear(request: PageRequest, number: int) -> HttpResponse:
    """One answer of a ヒアリング, by one tap; pressed again it is taken away. GET asks for the questions."""
    person = people.person(number) if number < 2**31 else None
    if person is None:
        raise Http404
    if request.method == "GET":
        return render(request, "site/today/hearing.html", {"heard": hearing.heard_of(number)})
    field, value = request.POST.get("field", ""), request.POST.get("value", "")
    refused: Words | None = None
    try:
        kept = hearing.pressed(field, value, person.attributes.get(field, ""))
        keep_heard(number, field, kept, cast("int", request.user.pk))
    except MikomiError as error:
        refused = error.words
    if not request.htmx:
        if refused is not None:
            messages.warning(request, words(refused))
        return redirect(_back(request, number))
    context = {"heard": hearing.heard_of(number), "said": refused}
    return render(request, "site/today/hearing.html", context, status=422 if refused else 200)


def _back(request: PageRequest, lead: int) -> str:
    asked = request.POST.get("next", "")
    safe = asked.startswith(("/leads/", "/companies/", "/today/")) and "//" not in asked and "\\" not in asked
    return asked if safe else reverse("site:lead", args=[lead])
