"""The map edited in place: one cell at a time, each change with a way back."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from mikomi.core.conditions.document import DocumentError
from mikomi.core.journey import edits
from mikomi.core.journey.map import TEXTS, JourneyMap, MapStage, new_key
from mikomi.core.words import MikomiError
from mikomi.hub.journey import offers, queries, services
from mikomi.hub.journey.board import Chip
from mikomi.hub.journey.touchpoints import TOUCHPOINTS
from mikomi.hub.journey.types import Redrawn
from mikomi.hub.journey.views.work import Work, board_to_edit, edit, language, open_work
from mikomi.hub.kit.requests import PageRequest

ACTS = ("add", "left", "right", "remove")


@require_GET
def draw(request: PageRequest) -> HttpResponse:
    """The whole map, to be edited."""
    work = open_work()
    if work is None:
        return redirect("journey:map")
    return render(request, "journey/edit.html", _context(request, work))


@require_POST
def change_cell(request: PageRequest, key: str, lane: str) -> HttpResponse:
    """One cell changed. Answers it anew; 422 and the reason where the value cannot be."""
    try:
        edit(request, lambda journey: _changed(request, journey, key, lane))
    except KeyError as error:
        raise Http404 from error
    except MikomiError as error:
        return _refused(request, key, lane, error)
    return _answer(request, key, lane)


def _changed(request: PageRequest, journey: JourneyMap, key: str, lane: str) -> JourneyMap:
    stage = journey.stage(key)
    if stage is None:
        raise KeyError(key)
    posted = request.POST
    if lane in TEXTS or lane == "name":
        return edits.change_stage(journey, key, **{lane: posted.get("value", "").strip()})
    match lane:
        case "touchpoints":
            own = [part.strip() for part in posted.get("own", "").replace(",", "、").split("、")]
            chosen = (*posted.getlist("value"), *(part for part in own if part))
            return edits.change_stage(journey, key, touchpoints=tuple(dict.fromkeys(chosen)))
        case "contents":
            # What a search left out of the list stays as it was.
            unseen = [entry for entry in stage.contents if entry not in posted.getlist("shown")]
            chosen = (*unseen, *posted.getlist("value"))
            return edits.change_stage(journey, key, contents=tuple(dict.fromkeys(chosen)))
        case "expected":
            share, days = (_number(posted.get(name, "")) for name in ("share", "days"))
            return edits.change_stage(journey, key, expected_share=share, expected_days=days)
    raise KeyError(lane)


def _number(typed: str) -> Any:
    """A number as typed; what is none goes on as text, so that the map's own check refuses it in words."""
    typed = typed.strip().removesuffix("%").removesuffix("日")
    if not typed:
        return None
    try:
        return float(typed)
    except ValueError:
        return typed


def _answer(request: PageRequest, key: str, lane: str) -> HttpResponse:
    if not request.htmx:
        return redirect(f"{reverse('journey:edit')}#cell-{key}-{lane}")
    work = open_work()
    assert work is not None
    messages.success(request, _("マスを直しました"), extra_tags=reverse("journey:undo"))
    context = {**_context(request, work), "toast_next": reverse("journey:edit")}
    if lane != "name":
        context["cell"] = context["board"].cell(key, lane)
    else:
        context["stage"] = work.map.stage(key)
    return render(request, "journey/answers/cell.html", context)


def _refused(request: PageRequest, key: str, lane: str, error: MikomiError) -> HttpResponse:
    words = error.detail if isinstance(error, DocumentError) else error.words
    said = words.text(language())
    if not request.htmx:
        messages.error(request, said)
        return redirect(f"{reverse('journey:edit')}#cell-{key}-{lane}")
    return render(
        request, "journey/answers/refused.html", {"said": said, "key": key, "lane": lane}, status=422
    )


@require_POST
def act_on_stage(request: PageRequest, key: str, act: str) -> HttpResponse:
    """A stage added behind this one, moved, or removed. Answers the whole page."""
    if act not in ACTS:
        raise Http404
    added = ""

    def change(journey: JourneyMap) -> JourneyMap:
        nonlocal added
        match act:
            case "add":
                added = new_key(queries.keys_ever_used())
                return edits.add_stage(journey, MapStage(added, _("新しい段階")), key)
            case "remove":
                return edits.remove_stage(journey, key)
        return edits.move_stage(journey, key, -1 if act == "left" else 1)

    try:
        edit(request, change)
    except KeyError as error:
        raise Http404 from error
    except MikomiError as error:
        messages.error(request, error.words.text(language()))
    else:
        said = {"add": _("段階を足しました"), "remove": _("段階を消しました")}.get(
            act, _("段階を動かしました")
        )
        messages.success(request, said, extra_tags=reverse("journey:undo"))
    there = added or (key if act != "remove" else "")
    return redirect(reverse("journey:edit") + (f"#stage-{there}" if there else ""))


@require_POST
def change_title(request: PageRequest) -> HttpResponse:
    """The map's title."""
    title = request.POST.get("value", "")
    try:
        edit(request, lambda journey: JourneyMap(title, journey.stages))
    except MikomiError as error:
        return _refused(request, "", "title", error)
    if not request.htmx:
        return redirect("journey:edit")
    work = open_work()
    assert work is not None
    messages.success(request, _("マスを直しました"), extra_tags=reverse("journey:undo"))
    return render(
        request,
        "journey/answers/cell.html",
        {**_context(request, work), "toast_next": reverse("journey:edit")},
    )


@require_GET
def pick(request: PageRequest, key: str, lane: str) -> HttpResponse:
    """What can be picked for a cell: touchpoints, or contents that `q` finds."""
    work = open_work()
    stage = work.map.stage(key) if work else None
    if stage is None or lane not in ("touchpoints", "contents"):
        raise Http404
    context: dict[str, Any] = {"stage": stage, "lane": lane}
    if lane == "touchpoints":
        context["choices"] = [Chip(name, label, icon) for name, (label, icon) in TOUCHPOINTS.items()]
        context["own"] = "、".join(name for name in stage.touchpoints if name not in TOUCHPOINTS)
        return render(request, "journey/parts/pick_touchpoints.html", context)
    text = request.GET.get("q", "").strip()
    found, left = offers.search(text)
    placed = () if text else tuple(offers.known(stage.contents).values())
    others = [offer for offer in found if offer.entry not in {p.entry for p in placed}]
    context |= {"placed": placed, "others": others, "left": left, "text": text}
    template = "pick_list" if "q" in request.GET else "pick_contents"
    return render(request, f"journey/parts/{template}.html", context)


@require_POST
def undo(request: PageRequest) -> HttpResponse:
    """元に戻す: the last step that this person took with the draft."""
    found = services.undo(cast(Any, request.user))
    return _redrawn(request, found, _("元に戻しました"), _("元に戻すものがありません"))


@require_POST
def redo(request: PageRequest) -> HttpResponse:
    """やり直す: what this person took back last."""
    found = services.redo(cast(Any, request.user))
    return _redrawn(request, found, _("やり直しました"), _("やり直すものがありません"))


def _redrawn(request: PageRequest, found: Redrawn | None, done: str, nothing: str) -> HttpResponse:
    if found is None:
        messages.error(request, nothing)
    elif not found.changed:
        messages.error(request, _("あとからほかの人が書き直しているため、そのままにしました"))
    elif found.left:
        said = ngettext(
            "%(done)s。あとからほかの人が書き直した%(n)sか所は、そのままです",
            "%(done)s。あとからほかの人が書き直した%(n)sか所は、そのままです",
            found.left,
        )
        messages.success(request, said % {"done": done, "n": found.left})
    else:
        messages.success(request, done)
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()})
    return redirect(there if safe else reverse("journey:edit"))


def _context(request: PageRequest, work: Work) -> dict[str, Any]:
    board = board_to_edit(work)
    return {
        "work": work,
        "board": board,
        "lanes": board.lanes,
        "editing": True,
        "steps": queries.steps(cast(Any, request.user)),
    }
