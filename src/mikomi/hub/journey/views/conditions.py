"""Who stands in a stage, picked line by line and read as a sentence."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mikomi.core.conditions.document import DocumentError
from mikomi.core.conditions.who import OUTCOMES, Who
from mikomi.core.conditions.who_names import OUTCOME_WORDS
from mikomi.core.journey import edits
from mikomi.core.journey.defaults import CONDITIONS, NAMES
from mikomi.core.journey.map import MapStage
from mikomi.core.words import MikomiError, Words
from mikomi.hub.journey import offers
from mikomi.hub.journey.clauses import (
    ANYTHING,
    FIELD,
    MOST_LINES,
    OUTCOME,
    Clause,
    clauses_of,
    condition_of,
    posted_clauses,
)
from mikomi.hub.journey.views.work import Work, edit, language, open_work
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.people import queries as people

KINDS: dict[str, Words] = {
    ANYTHING: Words("何かした", "did anything"),
    "page_view": Words("ページを見た", "viewed a page"),
    "download": Words("資料をダウンロードした", "downloaded a document"),
    "form_submit": Words("フォームを送った", "sent a form"),
    "seminar_apply": Words("セミナーに申し込んだ", "applied for a seminar"),
    "seminar_attend": Words("セミナーに参加した", "attended a seminar"),
    "mail_open": Words("メールを開いた", "opened a mail"),
    "mail_click": Words("メールのリンクを押した", "clicked a link in a mail"),
    "call": Words("電話で話した", "talked on the phone"),
    "card_exchange": Words("名刺を交換した", "exchanged cards"),
}


@require_http_methods(["GET", "POST"])
def change_condition(request: PageRequest, key: str) -> HttpResponse:
    """The lines of a stage's condition; POST with `save` keeps them, other buttons change the lines."""
    work = open_work()
    stage = work.map.stage(key) if work else None
    if work is None or stage is None:
        raise Http404
    join, clauses = clauses_of(stage.condition, language())
    failed: Words | None = None
    if request.method == "POST":
        join, clauses = request.POST.get("join", "any"), posted_clauses(request.POST)
        if ready := request.POST.get("ready"):
            join, clauses = clauses_of(CONDITIONS.get(ready), language())
        elif "save" in request.POST:
            try:
                found = condition_of(join, clauses, offers.groups())
                edit(request, lambda journey: edits.change_stage(journey, key, condition=found))
            except MikomiError as error:
                failed = error.detail if isinstance(error, DocumentError) else error.words
            else:
                messages.success(request, _("条件を直しました"), extra_tags=reverse("journey:undo"))
                return redirect(f"{reverse('journey:edit')}#cell-{key}-condition")
    adding = request.method == "POST" and "add" in request.POST
    if (adding or not clauses) and len(clauses) < MOST_LINES:
        clauses = [*clauses, Clause("page_view", days="90")]
    context = _context(work, stage, join, clauses) | {"failed": failed}
    return render(request, "journey/condition.html", context, status=422 if failed else 200)


def _context(work: Work, stage: MapStage, join: str, clauses: list[Clause]) -> dict[str, Any]:
    stages = work.map.stages
    place = [s.key for s in stages].index(stage.key)
    contents, _left = offers.search("")
    return {
        "work": work,
        "stage": stage,
        "join": join,
        "lines": [(clause, _kept_words(work, clause)) for clause in clauses],
        "full": len(clauses) >= MOST_LINES,
        "sentence": _sentence(work, join, clauses),
        "later": stages[place + 1 :],
        "kinds": KINDS,
        "outcomes": {OUTCOME + result: OUTCOME_WORDS[result] for result in OUTCOMES},
        "fields": {
            FIELD + view.key: Words(view.label_ja, view.label_en)
            for view in people.fields()
            if not view.archived
        },
        "suggested": [(o.entry.partition(":")[2], o.label, o.what) for o in contents],
        "ready": [(key, NAMES[key], work.speech.condition(who)) for key, who in CONDITIONS.items()],
    }


def _sentence(work: Work, join: str, clauses: list[Clause]) -> str:
    try:
        found: Who | None = condition_of(join, clauses, offers.groups())
    except MikomiError:
        return ""
    return work.speech.condition(found)


def _kept_words(work: Work, clause: Clause) -> str:
    if not clause.kept:
        return ""
    try:
        return work.speech.condition(condition_of("any", [clause], ()))
    except (MikomiError, KeyError):
        return clause.kept
