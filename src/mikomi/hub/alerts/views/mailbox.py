"""The mail box: what would have been sent, were a mail server set."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mikomi.hub.kit import mailbox as box

ON_A_PAGE = 50


@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """The mails, the newest first."""
    page = Paginator(box.mails(), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "alerts/mailbox.html", {"page": page, "in_use": box.in_use(), "menu_key": "mailbox"}
    )


@require_GET
def mail(request: HttpRequest, number: int) -> HttpResponse:
    """One mail as it would have left."""
    held = box.mails().filter(pk=number).first() if number < 2**63 else None
    if held is None:
        raise Http404(_("このメールはありません。新しいものから500通を残しています。"))
    return render(request, "alerts/mail.html", {"mail": held, "menu_key": "mailbox"})
