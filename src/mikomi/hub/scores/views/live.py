"""Numbers that come after the page: counts of each rule, who is hot, one line beside an editor."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mikomi.core.scoring.model import EngagementRule
from mikomi.core.words import MikomiError
from mikomi.hub.scores import changes, effects, histogram
from mikomi.hub.scores.answers import AnswerError
from mikomi.hub.scores.ground import ground
from mikomi.hub.scores.keys import rule_by_key, rule_key
from mikomi.hub.scores.memory import remembered
from mikomi.hub.scores.views.work import open_work


@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The counts of all rules and the rail, as parts of the page."""
    work = open_work()
    published = work.published.model if work.published else None

    def compute() -> tuple[dict[str, int], effects.Effect]:
        here = ground()
        return effects.touched(work.model, here), effects.effect(work.model, published, here)

    counts, effect = remembered("live", (work.model, published), compute)
    behaviour = {rule.id for rule in work.model.engagement}
    context: dict[str, Any] = {
        "work": work,
        "effect": effect,
        "histogram": histogram.draw(effect.bars, work.model.hot),
        "more": effect.entering_count - len(effect.entering),
        "counts": [
            (rule_key(rule_id), count, effect.leads, rule_id in behaviour)
            for rule_id, count in counts.items()
        ],
        "changed": len(work.differences),
        "easy": not work.detailed,
    }
    return render(request, "scores/answers/live.html", context)


@require_GET
def effect_line(request: HttpRequest, key: str) -> HttpResponse:
    """What the draft would do with the value being typed: one line, nothing is kept."""
    work = open_work()
    try:
        tried = changes.change(work.model, key, request.GET, work.desk.picks, work.desk.language)
    except (AnswerError, KeyError, MikomiError):
        return HttpResponse("")

    def compute() -> tuple[int, int, dict[str, int]]:
        here = ground()
        touched = effects.touched(tried, here)
        return effects.hot_count(work.model, here), effects.hot_count(tried, here), touched

    now, then, counts = remembered("line", (work.model, tried), compute)
    rule = rule_by_key(tried, key)
    context = {
        "touched": counts[rule.id] if rule else None,
        "window": effects.WINDOW_DAYS if isinstance(rule, EngagementRule) else None,
        "now": now,
        "then": then,
    }
    return render(request, "scores/answers/effect.html", context)


@require_GET
def warnings(request: HttpRequest) -> HttpResponse:
    """What `mikomi check` would say of the draft on these leads."""
    work = open_work()
    picks = work.desk.picks
    found = remembered("warnings", (work.model,), lambda: effects.findings(work.model, ground(), picks))
    labels = {rule.id: rule.label for rule in work.model.rules}
    told = [
        (labels.get(finding.rule or "", ""), rule_key(finding.rule or ""), finding.words) for finding in found
    ]
    return render(request, "scores/answers/warnings.html", {"findings": told})
