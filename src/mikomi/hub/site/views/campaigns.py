"""Campaigns of one lead: joined and left by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mikomi.hub.capture.campaigns import editing
from mikomi.hub.capture.campaigns.queries import choices
from mikomi.hub.people import queries as people
from mikomi.hub.people.duplicates.queries import merged_into


@require_POST
def join(request: HttpRequest, number: int) -> HttpResponse:
    """Adds the lead to a campaign, as somebody says."""
    chosen = next((one for one in choices() if str(one.number) == request.POST.get("campaign")), None)
    if chosen is None or number not in people.standing_numbers([number]):
        messages.error(request, _("施策を選んでください"))
    elif editing.add_leads(chosen.number, [number], by=request.user.pk):
        messages.success(request, _("施策「%(name)s」に加えました") % {"name": chosen.name})
    return redirect(reverse("site:lead", args=[number]) + "#campaigns")


@require_POST
def leave(request: HttpRequest, number: int, campaign: int) -> HttpResponse:
    """Takes back that somebody said so; what else brought the lead to the campaign stays."""
    if editing.remove_by_hand(campaign, [number, *merged_into([number])]):
        messages.success(request, _("施策から外しました"))
    return redirect(reverse("site:lead", args=[number]) + "#campaigns")
