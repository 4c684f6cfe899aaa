"""Saved views of the list: making, changing, deleting."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mikomi.core.words import MikomiError
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.site.lists import kept
from mikomi.hub.site.models import SavedView


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keeps the list as it is shown under a name."""
    query = request.POST.get("query", "")
    try:
        view = kept.keep_view(
            request.user,
            request.POST.get("name", ""),
            query,
            request.POST.getlist("col"),
            shared="shared" in request.POST,
            default="default" in request.POST,
        )
    except MikomiError as error:
        messages.error(request, words(error.words))
        return redirect(f"{reverse('site:leads')}?{query}")
    messages.success(request, _("「%(name)s」を保存しました") % {"name": view.name})
    return redirect(f"{reverse('site:leads')}?{kept.OPEN}={view.pk}")


@require_POST
def keep_again(request: HttpRequest, number: int) -> HttpResponse:
    """Keeps what a view was changed to."""
    view = _mine(request, number)
    kept.keep_again(view, request.POST.get("query", ""), request.POST.getlist("col"))
    messages.success(request, _("「%(name)s」を上書きしました") % {"name": view.name})
    return redirect(f"{reverse('site:leads')}?{kept.OPEN}={view.pk}")


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, number: int) -> HttpResponse:
    """A view's name, who sees it, whether it opens by itself; and the way to delete it."""
    view = kept.views_of(request.user).filter(pk=number).first()
    if view is None:
        raise Http404
    mine = view.owner == request.user
    error = None
    if request.method == "POST":
        try:
            if mine:
                kept.change_view(view, request.POST.get("name", ""), shared="shared" in request.POST)
            before = kept.default_of(request.user)
            if "default" in request.POST:
                kept.set_default(request.user, view.pk)
            elif before == view.pk:
                kept.set_default(request.user, 0)
            messages.success(request, _("「%(name)s」を変えました") % {"name": view.name})
            return redirect(f"{reverse('site:leads')}?{kept.OPEN}={view.pk}")
        except MikomiError as refused:
            error = refused.words
    context = {
        "view": view,
        "mine": mine,
        "error": error,
        "default": kept.default_of(request.user) == view.pk,
        "menu_key": "leads",
    }
    return render(request, "site/view.html", context, status=422 if error else 200)


@require_POST
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """Deletes a view; the leads stay as they are."""
    view = _mine(request, number)
    kept.delete_view(view)
    messages.success(request, _("「%(name)s」を消しました") % {"name": view.name})
    return redirect(f"{reverse('site:leads')}?{kept.OPEN}=0")


def _mine(request: HttpRequest, number: int) -> SavedView:
    view = SavedView.objects.filter(pk=number, owner=request.user).first()
    if view is None:
        raise Http404
    return view
