"""The browsers of a lead: taken away from a person who was not there, and given back."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mikomi.hub.capture import visitors
from mikomi.hub.kit.jobs import enqueue


@require_POST
def part(request: HttpRequest, number: int, visitor: int) -> HttpResponse:
    """Says that somebody else is at this browser; its visits leave the lead."""
    try:
        with transaction.atomic():
            visitors.part(visitor, number)
            enqueue("site.score_changed", once=True)
    except LookupError:
        messages.warning(
            request, _("このブラウザは、もうこの人のものではありません。画面を開き直してください。")
        )
    else:
        way_back = reverse("site:give_browser", args=[number, visitor])
        messages.success(request, _("このブラウザの訪問を、この人から外しました"), extra_tags=way_back)
    return redirect(reverse("site:lead", args=[number]) + "#browsers")


@require_POST
def give_back(request: HttpRequest, number: int, visitor: int) -> HttpResponse:
    """Takes that back."""
    try:
        with transaction.atomic():
            visitors.give_back(visitor, number)
            enqueue("site.score_changed", once=True)
    except LookupError:
        messages.warning(request, _("このブラウザには、そのあと別の人がいたので、元に戻せませんでした。"))
    return redirect(reverse("site:lead", args=[number]) + "#browsers")
