"""From draft to version, and back to an old one."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.scoring.describe import describe_model
from mikomi.core.scoring.model import Model
from mikomi.core.words import MikomiError
from mikomi.hub.activity import content_moves
from mikomi.hub.activity.types import Moved
from mikomi.hub.scores import effects, histogram, queries, services
from mikomi.hub.scores.differences import differences
from mikomi.hub.scores.ground import current_picks, ground
from mikomi.hub.scores.memory import remembered
from mikomi.hub.scores.views.work import language, open_work

NAMES_ON_CONFIRM = 20


@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """What the draft changes."""
    work = open_work()
    return render(request, "scores/changes.html", {"work": work, "differences": work.differences})


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest) -> HttpResponse:
    """What publishing would do, and doing it."""
    work = open_work()
    if not work.kept:
        return redirect("scores:edit")
    failed = None
    if request.method == "POST":
        try:
            version = services.publish(
                cast(Any, request.user),
                note=request.POST.get("note", ""),
                revision=_revision(request),
            )
        except MikomiError as error:
            failed = error.words
        else:
            messages.success(
                request,
                _("第%(number)s版を公開しました。点数を付け直しています") % {"number": version.number},
            )
            return redirect("scores:edit")
    published = work.published.model if work.published else None
    effect = remembered(
        "publish",
        (work.model, published),
        lambda: effects.effect(work.model, published, ground(), names=NAMES_ON_CONFIRM),
    )
    context = {
        "work": work,
        "differences": work.differences,
        "effect": effect,
        "histogram": histogram.draw(effect.bars, work.model.hot),
        "number": work.published.number + 1 if work.published else 1,
        "note": request.POST.get("note", ""),
        "failed": failed,
    }
    return render(request, "scores/publish.html", context, status=422 if failed else 200)


def _revision(request: HttpRequest) -> int | None:
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isdecimal() else None


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """変更を捨てる; the toast brings the draft back."""
    services.discard_draft(cast(Any, request.user))
    messages.success(request, _("変更を捨てました"), extra_tags=reverse("scores:bring_back"))
    return redirect("scores:edit")


@require_POST
def bring_back(request: HttpRequest) -> HttpResponse:
    """元に戻す of a toast: the draft as it was before."""
    if services.bring_back(cast(Any, request.user)):
        messages.success(request, _("元に戻しました"))
    else:
        messages.error(request, _("その後に変えたところがあるため、元に戻せません"))
    return redirect("scores:edit")


@require_GET
def versions(request: HttpRequest) -> HttpResponse:
    """版の履歴: who published what when, and what changed."""
    found, labels, told = queries.versions(), current_picks().labels, []
    for place, version in enumerate(found):
        before = found[place + 1].model if place + 1 < len(found) else None
        diff = differences(before, version.model, language(), labels) if before else []
        told.append((version, diff))
    draft = queries.draft()
    return render(request, "scores/versions.html", {"versions": told, "draft": draft})


@require_GET
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version in sentences."""
    found = queries.version(number)
    if found is None:
        raise Http404
    described = describe_model(found.model, language(), current_picks().labels)
    latest = queries.published()
    context = {"version": found, "described": described, "latest": latest, "behind": _behind(found.model)}
    return render(request, "scores/version.html", context)


def _behind(model: Model) -> list[Moved]:
    """The moves of contents since, of which a version counts the old address alone."""
    asked = [globs for _name, globs in model.groups]
    for rule in model.rules:
        conditions = [getattr(rule, key, None) for key in ("when", "quiet_when")]
        asked += [c.contents for c in conditions if isinstance(c, ActivityCondition)]
    return [
        move for move in content_moves.moves() if any(content_moves.behind(globs, move) for globs in asked)
    ]


@require_POST
def restore(request: HttpRequest, number: int) -> HttpResponse:
    """Takes an old version as the draft."""
    try:
        services.restore_version(number, cast(Any, request.user))
    except MikomiError as error:
        raise Http404 from error
    messages.success(
        request,
        _("第%(number)s版を下書きにしました。公開するまで点数は変わりません") % {"number": number},
        extra_tags=reverse("scores:bring_back"),
    )
    return redirect("scores:edit")
