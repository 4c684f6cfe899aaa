"""ごみ箱: leads that were put away, and the way back."""

from __future__ import annotations

import numpy as np
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mikomi.hub.people import trash
from mikomi.hub.site.actions.edit_leads import Deed, edit_leads

TRASH_SIZE = 50


@require_safe
def trash_page(request: HttpRequest) -> HttpResponse:
    """What is in the trash, the latest first, and when it goes for good."""
    page = Paginator(trash.trashed_leads(), TRASH_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "leads": trash.as_shown(list(page.object_list)),
        "days": trash.KEPT_DAYS,
        "menu_key": "leads",
    }
    return render(request, "site/trash.html", context)


@require_POST
def restore(request: HttpRequest) -> HttpResponse:
    """Brings the chosen leads back."""
    back = trash.restore([int(n) for n in request.POST.getlist("lead") if n.isascii() and n.isdigit()])
    if back:
        messages.success(request, _("%(count)s人を一覧に戻しました。すぐに並びます") % {"count": f"{back:,}"})
    return redirect("site:trash")


@require_POST
def put_away(request: HttpRequest, number: int) -> HttpResponse:
    """Puts one lead into the trash, from its page."""
    said = _("1人をごみ箱に入れました")
    act = edit_leads(Deed("trash"), np.array([number]), said, request.user.pk)
    messages.success(request, said, extra_tags=reverse("site:undo_act", args=[act.batch]))
    return redirect("site:leads")
