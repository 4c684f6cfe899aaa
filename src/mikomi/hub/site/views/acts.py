"""履歴: what was done to many leads at once, and the way back."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from mikomi.core.words import MikomiError
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.people import batches
from mikomi.hub.people.value_sources import source_words
from mikomi.hub.site.actions.edit_leads import undo_edit
from mikomi.hub.site.models import Act

ACTS_SIZE = 30
BUSY = (Act.State.WAITING, Act.State.RUNNING, Act.State.UNDOING)


@require_safe
def acts(request: HttpRequest) -> HttpResponse:
    """Everything that was done to many leads at once, the latest first."""
    page = Paginator(batches.batches(), ACTS_SIZE).get_page(request.GET.get("page"))
    held = Act.objects.in_bulk([batch.pk for batch in page.object_list])
    entries = [(batch, held.get(batch.pk)) for batch in page.object_list]
    context = {"page": page, "entries": entries, "menu_key": "leads"}
    return render(request, "site/acts.html", context)


@require_safe
def act(request: HttpRequest, number: int) -> HttpResponse:
    """One act: how far it is, what it did, what became of it."""
    batch = batches.batch(number)
    if batch is None:
        raise Http404
    found = Act.objects.filter(pk=number).first()
    stayed = [one | {"by": source_words(one["by"])} for one in batch.report.get("stayed", ())]
    context = {
        "batch": batch,
        "act": found,
        "stayed": stayed,
        "busy": found and found.state in BUSY,
        "menu_key": "leads",
    }
    return render(request, "site/act.html", context)


@require_safe
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """How far an act is; its page is loaded anew once it is through."""
    found = Act.objects.filter(pk=number).first()
    batch = batches.batch(number)
    if found is None or batch is None or found.state not in BUSY:
        return HttpResponseClientRefresh()
    return render(request, "site/partials/act_progress.html", {"act": found, "batch": batch})


@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Takes an act back; back to the page it was asked from."""
    if not Act.objects.filter(pk=number).exists():
        raise Http404
    try:
        found = undo_edit(number, request.user.pk)
    except MikomiError as error:
        messages.error(request, words(error.words))
        return redirect("site:act", number)
    batch = batches.batch(number)
    left = batch.report.get("left", 0) if batch else 0
    if found.state != Act.State.UNDONE or left:
        return redirect("site:act", number)
    messages.success(request, _("元に戻しました"))
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(back)
    return redirect("site:act", number)
