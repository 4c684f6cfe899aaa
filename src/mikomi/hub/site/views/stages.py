"""Who stands in a stage of the journey: the condition as a form that counts while it is edited."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mikomi.core.conditions.document import DocumentError
from mikomi.core.conditions.parse_who import read_who, who_data
from mikomi.core.conditions.who import Who
from mikomi.core.journey.defaults import CONDITIONS, NAMES
from mikomi.core.journey.edits import change_stage
from mikomi.core.journey.map import JourneyMap, MapStage
from mikomi.core.words import MikomiError
from mikomi.hub.journey import queries, services
from mikomi.hub.journey.board import speech
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.site.condition_uses import missing
from mikomi.hub.site.segments import counting, form
from mikomi.hub.site.segments.picks import current_offer
from mikomi.hub.site.views.segments import language_now

EMPTY: form.Data = {"any": []}
READY = "ready:"


@require_http_methods(["GET", "POST"])
def condition(request: PageRequest, key: str) -> HttpResponse:
    """The condition of a stage of the draft: the form, and keeping it. Without lines nobody stands there."""
    journey, stage = _held(key)
    if request.method != "POST":
        return _editor(request, journey, stage, _data_of(stage.condition))
    data = form.data_of(request.POST)
    try:
        found = _read(data)
        services.edit_draft(lambda now: change_stage(now, key, condition=found), cast(Any, request.user))
    except DocumentError as error:
        return _editor(request, journey, stage, data, failed=words(error.detail), status=422)
    except MikomiError as error:
        return _editor(request, journey, stage, data, failed=words(error.words), status=422)
    except KeyError as error:
        raise Http404 from error
    messages.success(request, _("条件を直しました"), extra_tags=reverse("journey:undo"))
    return redirect(f"{reverse('journey:edit')}#cell-{key}-condition")


@require_POST
def change_form(request: PageRequest, key: str) -> HttpResponse:
    """The form after a change or after one of its buttons; nothing is kept."""
    journey, stage = _held(key)
    do = request.POST.get("do", "")
    ready = CONDITIONS.get(do.removeprefix(READY)) if do.startswith(READY) else None
    data = _data_of(ready) if ready else form.reshaped(form.data_of(request.POST), do)
    return _editor(request, journey, stage, data)


def _read(data: form.Data) -> Who | None:
    plain = form.pruned(data)
    empty = any(plain.get(join) == [] for join in form.JOINS)
    return None if empty else read_who(plain, purpose="stage", groups=_groups())


def _groups() -> tuple[str, ...]:
    return tuple(group for group, _globs in current_offer(language_now(), {}).model.groups)


def _data_of(who: Who | None) -> form.Data:
    return who_data(who) if who is not None else EMPTY


def _held(key: str) -> tuple[JourneyMap, MapStage]:
    draft, kept = queries.draft(), queries.current_map()
    journey = draft.map if draft else kept.map if kept else None
    stage = journey.stage(key) if journey else None
    if journey is None or stage is None:
        raise Http404
    return journey, stage


def _editor(
    request: PageRequest,
    journey: JourneyMap,
    stage: MapStage,
    data: form.Data,
    *,
    failed: str = "",
    status: int = 200,
) -> HttpResponse:
    said = speech(language_now(), [journey])
    offer = replace(current_offer(language_now(), said.names.stages), purpose="stage")
    place = journey.keys().index(stage.key)
    context = {
        "stage": stage,
        "later": journey.stages[place + 1 :],
        "form_url": reverse("site:stage_form", args=[stage.key]),
        "top": form.shown(data),
        "told": counting.tell(data, offer) if data != EMPTY else None,
        "offer": offer,
        "missing": missing(stage.condition, offer) if stage.condition is not None else [],
        "ready": [(key, NAMES[key], said.condition(who)) for key, who in CONDITIONS.items()],
        "failed": failed,
        "menu_key": "journey",
    }
    page = "site/stages/editor.html" if request.htmx else "site/stages/condition.html"
    return render(request, page, context, status=status)
