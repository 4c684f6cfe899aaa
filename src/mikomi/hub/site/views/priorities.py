"""優先度を決める: one attribute says whom to work on first, and whom not at all."""

from __future__ import annotations

import unicodedata
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.scores.picks import FieldPick
from mikomi.hub.segments import queries, services
from mikomi.hub.segments.types import Priority
from mikomi.hub.site.segments.ranking import BOUNDS, Ranking, conditions_of, ranking_of
from mikomi.hub.site.views.segments import offer_now, priority_word

VALUES_SHOWN = 40


@require_http_methods(["GET", "POST"])
def priorities(request: PageRequest) -> HttpResponse:
    """The question and its answer: a field, and what each of its values is worth."""
    offer = offer_now()
    held = [one for one in queries.segments() if one.priority is not None]
    now = ranking_of(held)
    fields = [pick for pick in offer.picks.fields if pick.values]
    asked = request.POST.get("field", "") or request.GET.get("field", "") or (now.field if now else "")
    pick = next((one for one in fields if one.key == asked), None) or (fields[0] if fields else None)
    error = ""
    if request.method == "POST" and pick is not None:
        try:
            said = conditions_of(_read(request, pick))
            names = {one: _("優先度 %(level)s") % {"level": priority_word(one)} for one in Priority}
            services.set_priorities(said, names, cast(Any, request.user))
        except MikomiError as failed:
            error = words(failed.words)
        else:
            messages.success(
                request,
                _("優先度を決めました。人数は、すぐに数え直します") if said else _("優先度をなくしました"),
            )
            return redirect("site:segments")
    shown = now if now and pick and now.field == pick.key else Ranking()
    context = {
        "fields": [(one.key, one.label.name.text(offer.language)) for one in fields],
        "pick": pick,
        "rows": [
            (value, leads, (shown.values or {}).get(value)) for value, leads in pick.values[:VALUES_SHOWN]
        ]
        if pick
        else [],
        "bounds": [(one, priority_word(one), (shown.bounds or {}).get(one)) for one in BOUNDS],
        "below": shown.below,
        "levels": [(one, priority_word(one)) for one in Priority],
        "other": now is None,
        "held": held,
        "error": error,
        "menu_key": "segments",
    }
    return render(request, "site/segments/priorities.html", context, status=422 if error else 200)


def _read(request: PageRequest, pick: FieldPick) -> Ranking:
    levels = {str(int(one)): one for one in Priority}
    if pick.number:
        bounds = {
            one: value for one in BOUNDS if (value := _whole(request.POST.get(f"from.{one}", ""))) is not None
        }
        return Ranking(pick.key, None, bounds, levels.get(request.POST.get("below", "")))
    values = {
        value: levels[said]
        for place, (value, _leads) in enumerate(pick.values[:VALUES_SHOWN])
        if (said := request.POST.get(f"value.{place}", "")) in levels
    }
    return Ranking(pick.key, values)


def _whole(text: str) -> int | None:
    """A whole number, None for nothing. Raises `MikomiError` for anything else."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) < 16):
        raise MikomiError(
            Words(f"「{text}」は0以上の整数ではありません", f"“{text}” is no whole number from 0 on")
        )
    return int(plain)
