"""Where a lead stands in the journey: why, and what somebody says by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mikomi.core.engine.folding import EPOCH
from mikomi.core.words import MikomiError
from mikomi.hub.activity import queries as activity
from mikomi.hub.journey import hands, standing
from mikomi.hub.journey.queries import current_map, map_then
from mikomi.hub.journey.types import KeptMap
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.people import queries as people
from mikomi.hub.site.lists.pages import rows_of
from mikomi.hub.site.segments.why import whys
from mikomi.hub.site.views.segment_whys import day_asked
from mikomi.hub.site.views.segments import offer_now
from mikomi.hub.site.ways import computed_on, way_of_lead

STEPS = 20


@require_safe
def stage_why(request: PageRequest, number: int) -> HttpResponse:
    """Why a lead stands where it stands on a day (`on`; left out: today), and not further on."""
    offer, today = offer_now(), timezone.localdate()
    on = day_asked(request.GET.get("on", ""), today)
    kept = map_then(on) if on < today else current_map()
    person = people.person(number) if number < 2**31 else None
    if kept is None or person is None:
        raise Http404
    context = {
        "person": person,
        "row": next(iter(rows_of([number])), None),
        "on": on,
        "today": today,
        "kept": kept,
        "before_the_map": timezone.localdate(kept.at) > on,
        "menu_key": "leads",
    }
    try:
        asked = [stage.condition for stage in kept.map.stages if stage.condition is not None]
        told = iter(whys(asked, number, on, today, offer.language, offer.names))
    except MikomiError as failed:
        return render(request, "site/stage_why.html", context | {"error": failed.words})
    reasons = [next(told) if stage.condition is not None else None for stage in kept.map.stages]
    way = way_of_lead(number, kept, on, activity.outcomes_of(number), _changed(number))
    holding = [place for place, reason in enumerate(reasons, start=1) if reason is not None and reason.holds]
    here = way.code if way.by_hand is None else max(holding, default=0)
    stages = list(zip(kept.map.stages, reasons, strict=True))
    context |= {
        "way": way,
        "here": stages[here - 1] if here else None,
        "ahead": stages[here:],
        "before": stages[: max(here - 1, 0)],
        "steps": _steps(number, kept),
        "said": [(one, kept.map.stage(one.stage)) for one in reversed(hands.said_of([number]))],
    }
    return render(request, "site/stage_why.html", context)


@require_POST
def set_stage(request: PageRequest, number: int) -> HttpResponse:
    """Puts a lead into a stage by hand."""
    kept, key = _map(), request.POST.get("stage", "")
    if number not in people.standing_numbers([number]):
        raise Http404
    today = timezone.localdate()
    computed = computed_on(number, kept, today, activity.outcomes_of(number), _changed(number))
    try:
        said = hands.set_by_hand(
            number, key, request.POST.get("reason", ""), cast(Any, request.user), computed=computed
        )
    except MikomiError as failed:
        messages.error(request, words(failed.words))
        return _back(number)
    stage = kept.map.stage(key)
    told = _("段階を「%(name)s」にしました") % {"name": stage.name if stage else key}
    messages.success(request, told, extra_tags=reverse("site:undo_stage", args=[number, said]))
    return _back(number)


@require_POST
def end_stage(request: PageRequest, number: int) -> HttpResponse:
    """Lets the conditions say again where the lead stands."""
    said = hands.end_by_hand(number)
    if said is not None:
        undo = reverse("site:undo_stage", args=[number, said])
        messages.success(request, _("段階を条件どおりに戻しました"), extra_tags=undo)
    return _back(number)


@require_POST
def undo_stage(request: PageRequest, number: int, said: int) -> HttpResponse:
    """Takes back what was last done by hand."""
    if hands.take_back(number, said):
        messages.success(request, _("元に戻しました"))
    else:
        messages.error(
            request, _("そのあとで段階が決め直されたので、元に戻せません。いまの段階を見てください")
        )
    return _back(number)


def _back(number: int) -> HttpResponse:
    return redirect(reverse("site:lead", args=[number]) + "#journey")


def _map() -> KeptMap:
    kept = current_map()
    if kept is None:
        raise Http404
    return kept


def _steps(number: int, kept: KeptMap) -> list[tuple[date, str, str, bool]]:
    """The last steps that were written down when they were taken, the latest first."""
    names = standing.stage_names() | {stage.key: stage.name for stage in kept.map.stages}
    steps = reversed(standing.history_of(number)[-STEPS:])
    return [
        (
            EPOCH + timedelta(days=step.on),
            names.get(step.was, step.was),
            names.get(step.now, step.now),
            step.by_hand,
        )
        for step in steps
    ]


def _changed(number: int) -> set[date]:
    return {change.known_from for change in people.attribute_history(number) if change.known_from}
