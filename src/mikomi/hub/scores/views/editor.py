"""The editor: the page, and one change at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mikomi.core.scoring.describe import Section
from mikomi.core.scoring.model import Model, Rule
from mikomi.core.words import MikomiError
from mikomi.hub.kit import sentence as kit
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.scores import changes, easy, services
from mikomi.hub.scores.answers import AnswerError
from mikomi.hub.scores.edits import SECTIONS, restored_rule
from mikomi.hub.scores.keys import group_by_key, rule_by_key, rule_key
from mikomi.hub.scores.model_rows import grades_row, group_row, hot_row, name_row
from mikomi.hub.scores.rows import Opened, deleted_row, rule_row
from mikomi.hub.scores.views import work as working
from mikomi.hub.scores.views.work import Work, open_work


@require_GET
def edit(request: PageRequest) -> HttpResponse:
    """The one sentence for a new installation, else the whole editor."""
    work = open_work()
    if not work.detailed:
        context = {
            "work": work,
            "clauses": easy.easy_row(work.desk),
            "changed": len(work.differences),
            "templates": working.templates(),
        }
        return render(request, "scores/easy.html", context)
    return render(request, "scores/edit.html", working.page(work))


@require_POST
def change(request: PageRequest, key: str) -> HttpResponse:
    """One word of a sentence changed. Answers that sentence anew, 422 where the value cannot be."""
    work = open_work()
    part = request.POST.get("part", "")
    try:
        after = _edit(request, work, lambda model: changes.change(
            model, key, request.POST, work.desk.picks, work.desk.language
        ))  # fmt: skip
    except AnswerError as error:
        opened = Opened(part, {error.field: error.message}, _typed(request.POST))
        return _refused(request, work, key, opened, "")
    except MikomiError as error:
        words = error.words if not hasattr(error, "detail") else cast(Any, error).detail
        said = words.text(work.desk.language)
        return _refused(request, work, key, Opened(part, {}, _typed(request.POST)), said)
    except KeyError as error:
        raise Http404 from error
    if key.startswith("group-") and part == "name":
        # Every rule that speaks of the group is another sentence now.
        return _whole_page(request)
    return _changed(request, after, key)


@require_GET
def open_editor(request: PageRequest, key: str, part: str) -> HttpResponse:
    """The editor of one word, open: for those that are too long to come with the page."""
    row = _row(open_work(), key, Opened(part))
    token = next((t for t in row.parts if isinstance(t, kit.Token) and t.name == part), None) if row else None
    if token is None:
        raise Http404
    return render(request, "kit/sentence_editor.html", {"rule": row, "token": token})


@require_POST
def act(request: PageRequest, key: str, what: str) -> HttpResponse:
    """A line of a sentence's own menu."""
    work = open_work()
    opened = ""

    def applied(model: Model) -> Model:
        nonlocal opened
        if what == "restore" and work.published is not None:
            old = rule_by_key(work.published.model, key)
            gone = rule_by_key(model, key) or old
            if gone is None:
                raise KeyError(key)
            return restored_rule(model, work.published.model, gone.id)
        changed, opened = changes.act(model, key, what, work.desk.picks, work.desk.language)
        return changed

    try:
        after = _edit(request, work, applied, undoable=what == "delete")
    except MikomiError as error:
        return _refused(request, work, key, None, error.words.text(work.desk.language))
    except KeyError as error:
        raise Http404 from error
    if what == "delete":
        messages.success(request, _("消しました"), extra_tags=reverse("scores:bring_back"))
    if not after.detailed:
        return _whole_page(request)
    return _changed(request, after, key, Opened(opened) if opened else None)


@require_POST
def add(request: PageRequest, section: str) -> HttpResponse:
    """A new rule, or a new group. Answers its card with the new sentence open."""
    work = open_work()
    if section == "groups":
        return _add_group(request, work)
    if section not in SECTIONS:
        raise Http404
    name = cast(Section, section)
    added: list[Rule] = []

    def applied(model: Model) -> Model:
        changed, rule = changes.add_rule(
            model, name, request.POST.get("choice", ""), work.desk.picks, work.desk.language
        )
        added.append(rule)
        return changed

    try:
        after = _edit(request, work, applied)
    except KeyError as error:
        raise Http404 from error
    if not request.htmx:
        return redirect(reverse("scores:edit") + f"#rule-{rule_key(added[0].id)}")
    opened = (added[0].id, Opened("points"))
    context = {"section": working.section(after, name, opened=opened), **working.draft_bar(after)}
    return render(request, "scores/answers/section.html", context)


def _add_group(request: PageRequest, work: Work) -> HttpResponse:
    try:
        _edit(request, work, lambda model: changes.add_group(model, request.POST)[0])
    except AnswerError as error:
        context = {"errors": {error.field: error.message}, "typed": request.POST, **working.page(work)}
        return render(request, "scores/edit.html", context, status=422)
    return _whole_page(request)


def _edit(
    request: PageRequest, work: Work, edit: Callable[[Model], Model], *, undoable: bool = False
) -> Work:
    user = cast(Any, request.user)
    first = not work.kept
    model = services.edit_draft(edit, work.model, user, undoable=undoable)
    if first and work.detailed:
        services.show_details()
    return open_work(model)


def _whole_page(request: PageRequest) -> HttpResponse:
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": reverse("scores:edit")})
    return redirect("scores:edit")


def _changed(request: PageRequest, work: Work, key: str, opened: Opened | None = None) -> HttpResponse:
    if not request.htmx:
        return redirect(reverse("scores:edit") + f"#rule-{key}")
    row = _row(work, key, opened)
    context = {"rule": row, "easy": not work.detailed, **working.draft_bar(work)}
    return render(request, "scores/answers/rule.html", context)


def _refused(request: PageRequest, work: Work, key: str, opened: Opened | None, error: str) -> HttpResponse:
    row = _row(work, key, opened, error)
    if row is None:
        raise Http404
    if request.htmx:
        return render(request, "scores/answers/refused.html", {"rule": row}, status=422)
    return render(request, "scores/refused.html", {"rule": row}, status=422)


def _row(work: Work, key: str, opened: Opened | None = None, error: str = "") -> kit.Rule | None:
    """The sentence of a key as it stands now; None where nothing is left of it."""
    desk = work.desk
    if key == "hot":
        return hot_row(desk, opened=opened, error=error)
    if key == "name":
        return name_row(desk, opened=opened, error=error)
    if key.startswith("grades-"):
        return grades_row(desk, key.removeprefix("grades-"), opened=opened, error=error)
    if key.startswith("group-"):
        name = group_by_key(desk.model, key)
        return group_row(desk, name, opened=opened, error=error) if name else None
    rule = rule_by_key(desk.model, key)
    if rule is not None and not work.detailed:
        rows = easy.easy_row(desk, opened=opened, opened_rule=rule.id)
        return next((row for row in rows if row.key == key), None)
    if rule is not None:
        return rule_row(desk, rule, opened=opened, error=error)
    old = rule_by_key(desk.published, key) if desk.published else None
    return deleted_row(desk, old) if old else None


def _typed(post: QueryDict) -> Mapping[str, str]:
    return {
        name: str(post.get(name, ""))
        for name in ("value", "low", "high", "other", "patterns")
        if name in post
    }
