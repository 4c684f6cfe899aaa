"""かんたん設定: from nothing to a published model."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mikomi.core.words import MikomiError
from mikomi.hub.scores import easy, services, starters
from mikomi.hub.scores.views.work import language, open_work, way_back


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """これで始める: keeps the sentence as it is shown and publishes it."""
    work = open_work()
    user = cast(Any, request.user)
    try:
        if not work.kept:
            services.save_draft(work.model, user)
        version = services.publish(user)
    except MikomiError as error:
        messages.error(request, error.words.text(language()))
    else:
        messages.success(request, _("第%(number)s版を公開しました") % {"number": version.number})
    return redirect("scores:edit")


@require_POST
def add_clause(request: HttpRequest) -> HttpResponse:
    """One more または."""
    work = open_work()
    services.edit_draft(
        lambda model: easy.with_clause(model, work.desk.language), work.model, cast(Any, request.user)
    )
    return redirect("scores:edit")


@require_POST
def details(request: HttpRequest) -> HttpResponse:
    """Shows 詳しく設定, or the one sentence again (`easy=1`)."""
    work = open_work()
    if not work.kept:
        services.save_draft(work.model, cast(Any, request.user))
    services.show_details(detailed="easy" not in request.POST)
    return redirect("scores:edit")


@require_POST
def take_template(request: HttpRequest, name: str) -> HttpResponse:
    """Takes a template as the draft."""
    if name not in starters.NAMES:
        raise Http404
    work = open_work()
    model = starters.starter(name, settings.TIME_ZONE)
    services.save_draft(model, cast(Any, request.user), undoable=True)
    services.show_details()
    messages.success(
        request,
        _("ひな型を下書きにしました。公開するまで点数は変わりません"),
        extra_tags=way_back(work),
    )
    return redirect("scores:edit")
