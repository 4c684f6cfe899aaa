"""Beginning a map: a template, and what marketing, inside sales and sales say when they are asked."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mikomi.core.conditions.document import DocumentError
from mikomi.core.words import MikomiError
from mikomi.hub.journey import interview as asking
from mikomi.hub.journey import queries, services, starters
from mikomi.hub.journey.views.work import language, open_work


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Takes a template as the draft; what was there can be brought back."""
    try:
        journey = starters.starter(request.POST.get("name", ""), language())
    except KeyError as error:
        raise Http404 from error
    services.save_draft(journey, cast(Any, request.user))
    messages.success(request, _("下書きができました。言葉を自社のものに直してください"))
    return redirect("journey:edit")


@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Who can be asked, and who has answered."""
    if open_work() is None:
        return redirect("journey:map")
    answered = queries.answered_by_role()
    listed = [(role, answered.get(role.key, [])) for role in asking.ROLES.values()]
    return render(request, "journey/roles.html", {"roles": listed})


@require_http_methods(["GET", "POST"])
def interview(request: HttpRequest, role: str) -> HttpResponse:
    """Five questions for one role; the answers go to their cells."""
    work = open_work()
    asked = asking.ROLES.get(role)
    if asked is None:
        raise Http404
    if work is None:
        return redirect("journey:map")
    failed = None
    if request.method == "POST":
        answers = asking.placed(asked, request.POST, work.map)
        try:
            if answers:
                services.record_answers(asked.key, answers, cast(Any, request.user))
        except MikomiError as error:
            failed = error.detail if isinstance(error, DocumentError) else error.words
        else:
            if answers:
                said = _("%(n)sつの答えを地図に書きました") % {"n": len(answers)}
                messages.success(request, said, extra_tags=reverse("journey:undo"))
            return redirect("journey:edit")
    questions = [
        (
            question,
            work.map.stage(asking.stage_for(question.stage, work.map)),
            request.POST.get(question.key, ""),
        )
        for question in asked.questions
    ]
    context = {"role": asked, "questions": questions, "failed": failed}
    return render(request, "journey/interview.html", context, status=422 if failed else 200)
