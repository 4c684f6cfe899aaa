"""One's own alerts."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mikomi.hub.alerts import queries, services
from mikomi.hub.alerts.types import Told

ON_A_PAGE = 50


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The list, the newest first, with what is not read yet marked. `?seen=` what an open page shows: it asks
    again and again, and is answered with 204 while nothing came."""
    user = int(request.user.pk or 0)
    page = Paginator(queries.alerts_of(user), ON_A_PAGE).get_page(request.GET.get("page"))
    newest = page.object_list[0].pk if page.object_list else 0
    seen = f"{newest}.{queries.unread(user)}"
    if request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    context = {
        "page": page,
        "seen": seen if page.number == 1 else "",
        "rows": [(one, Told.of(one.told, get_language() or "ja")) for one in page],
        "unread": queries.unread(user),
    }
    return render(request, "alerts/mine.html", context)


@require_GET
def open_alert(request: HttpRequest, number: int) -> HttpResponse:
    """Marks an alert as read and goes on to what it is about."""
    held = queries.alerts_of(int(request.user.pk or 0)).filter(pk=number).first() if number < 2**63 else None
    if held is None:
        raise Http404(_("このお知らせは見つかりません。一覧から選び直してください。"))
    services.mark_read(int(request.user.pk or 0), [held.pk])
    return redirect(reverse("site:lead", args=[held.lead]) if held.lead else "site:home")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Marks all as read."""
    services.mark_read(int(request.user.pk or 0))
    return redirect("alerts:mine")
