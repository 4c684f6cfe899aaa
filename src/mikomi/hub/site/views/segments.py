"""セグメント: the list, one segment, and its condition as a form that counts while it is edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikomi.core.conditions.describe_who import describe_who
from mikomi.core.conditions.document import DocumentError
from mikomi.core.conditions.parse_who import read_who, who_data
from mikomi.core.words import Language, MikomiError
from mikomi.hub.journey.queries import current_map
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.people import labels
from mikomi.hub.segments import queries, services
from mikomi.hub.segments.types import Priority, SegmentView
from mikomi.hub.site.condition_uses import missing
from mikomi.hub.site.lists.pages import rows_of
from mikomi.hub.site.segments import counting, form
from mikomi.hub.site.segments.picks import Offer, current_offer

LATELY = 7
MOVES_SHOWN = 10
FIRST: form.Data = {"all": [form.FRESH["did"]]}


@dataclass(frozen=True, slots=True)
class Listed:
    """A segment as the list shows it: how often leads entered and left lately, what of its
    condition is not there any more."""

    view: SegmentView
    sentence: str
    priority: str
    entered: int
    left: int
    missing: list[str]


@require_safe
def segments(request: PageRequest) -> HttpResponse:
    """All segments with their sentences and sizes."""
    offer, today = offer_now(), timezone.localdate()
    held = []
    for one in queries.segments():
        entered, left = queries.moves_in(one.number, today - timedelta(days=LATELY - 1), today)
        said = priority_word(one.priority) if one.priority else ""
        sentence = describe_who(one.who, offer.language, offer.names)
        held.append(Listed(one, sentence, said, entered, left, missing(one.who, offer)))
    return render(request, "site/segments/list.html", {"segments": held, "menu_key": "segments"})


@require_safe
def segment(request: PageRequest, number: int) -> HttpResponse:
    """One segment: who is in, who came and went, and what can be done with them."""
    held, offer = _held(number), offer_now()
    today = timezone.localdate()
    entered, left = queries.moves_in(number, today - timedelta(days=LATELY - 1), today)
    came, went = (queries.latest_moves(number, entered=e, limit=MOVES_SHOWN) for e in (True, False))
    rows = {row.lead_id: row for row in rows_of([move.lead for move in (*came, *went)])}
    context = {
        "segment": held,
        "sentence": describe_who(held.who, offer.language, offer.names),
        "priority": priority_word(held.priority) if held.priority else "",
        "missing": missing(held.who, offer),
        "entered": entered,
        "left": left,
        "came": [(rows[move.lead], move.on) for move in came if move.lead in rows],
        "went": [(rows[move.lead], move.on) for move in went if move.lead in rows],
        "examples": counting.examples(queries.members(number), counting.EXAMPLES),
        "definitions": [
            (one, describe_who(one.who, offer.language, offer.names))
            for one in queries.definitions_of(number)
        ],
        "others": len(queries.names()) - 1,
        "menu_key": "segments",
    }
    return render(request, "site/segments/segment.html", context)


@require_http_methods(["GET", "POST"])
def new(request: PageRequest) -> HttpResponse:
    """A new segment: the form, and keeping it."""
    if request.method == "POST":
        return _save(request, None)
    return _editor(request, None, FIRST, name="", note="")


@require_http_methods(["GET", "POST"])
def edit(request: PageRequest, number: int) -> HttpResponse:
    """The condition of a segment: the form, and keeping it."""
    held = _held(number)
    if request.method == "POST":
        return _save(request, held)
    return _editor(request, held, who_data(held.who), name=held.name, note=held.note)


@require_POST
def change_form(request: PageRequest) -> HttpResponse:
    """The form after a change or after one of its buttons, with what it comes to; nothing is kept."""
    number = request.POST.get("segment", "")
    held = queries.segment(int(number)) if number.isascii() and number.isdigit() else None
    data = form.reshaped(form.data_of(request.POST), request.POST.get("do", ""))
    return _editor(request, held, data, name=request.POST.get("name", ""), note=request.POST.get("note", ""))


@require_POST
def rename(request: PageRequest, number: int) -> HttpResponse:
    """Another name, or another note."""
    _held(number)
    try:
        services.rename(number, request.POST.get("name", ""), request.POST.get("note", ""))
        messages.success(request, _("名前を変えました"))
    except MikomiError as error:
        messages.error(request, words(error.words))
    return redirect("site:segment", number)


@require_http_methods(["GET", "POST"])
def delete(request: PageRequest, number: int) -> HttpResponse:
    """Asks first, then deletes the segment; the people stay."""
    held = _held(number)
    if request.method == "POST":
        try:
            services.delete_segment(number)
        except MikomiError as error:
            messages.error(request, words(error.words))
            return redirect("site:segment", number)
        undo = reverse("site:segment_restore", args=[number])
        messages.success(request, _("「%(name)s」を消しました") % {"name": held.name}, extra_tags=undo)
        return redirect("site:segments")
    return render(request, "site/segments/delete.html", {"segment": held, "menu_key": "segments"})


@require_POST
def restore(request: PageRequest, number: int) -> HttpResponse:
    """元に戻す of the toast."""
    try:
        if not services.restore_segment(number):
            raise Http404
    except MikomiError as error:
        messages.error(request, words(error.words))
        return redirect("site:segments")
    messages.success(request, _("元に戻しました"))
    return redirect("site:segment", number)


@require_POST
def snapshot(request: PageRequest, number: int) -> HttpResponse:
    """Keeps who is in now as a list, which does not follow any more."""
    held = _held(number)
    day = timezone.localdate()
    name = request.POST.get("name", "").strip() or f"{held.name[:48]} {day:%Y-%m-%d}"
    try:
        made = labels.make_label("list", name, cast(Any, request.user).pk)
    except MikomiError as error:
        messages.error(request, words(error.words))
        return redirect("site:segment", number)
    put = labels.put_label("list", made, queries.members(number).tolist(), by=cast(Any, request.user).pk)
    enqueue("site.score_changed", once=True)
    messages.success(
        request, _("いまの%(n)s人を、リスト「%(name)s」に控えました") % {"n": f"{put:,}", "name": name}
    )
    return redirect(f"{reverse('site:leads')}?list={made}")


def offer_now() -> Offer:
    """What can be picked now, in the reader's language."""
    kept = current_map()
    stages = {one.key: one.name for one in kept.map.stages} if kept else {}
    return current_offer(language_now(), stages)


def language_now() -> Language:
    """The language of the page."""
    return "ja" if (get_language() or "ja").startswith("ja") else "en"


def priority_word(priority: Priority) -> str:
    """A priority in words."""
    return {
        Priority.HIGH: pgettext("priority", "高"),
        Priority.MIDDLE: pgettext("priority", "中"),
        Priority.LOW: pgettext("priority", "低"),
        Priority.NOT: pgettext("priority", "対応しない"),
    }[priority]


def _held(number: int) -> SegmentView:
    held = queries.segment(number)
    if held is None:
        raise Http404
    return held


def _save(request: PageRequest, held: SegmentView | None) -> HttpResponse:
    offer = offer_now()
    data = form.data_of(request.POST)
    name, note = request.POST.get("name", ""), request.POST.get("note", "")
    user = cast(Any, request.user)
    try:
        who = read_who(form.pruned(data), groups=tuple(group for group, _globs in offer.model.groups))
        if held is None:
            number = services.make_segment(name, who, user, note=note)
        else:
            number, started = held.number, request.POST.get("definition", "")
            services.define(number, who, user, definition=int(started) if started.isdigit() else None)
            services.rename(number, name, note)
    except DocumentError as error:
        return _editor(request, held, data, name=name, note=note, failed=words(error.detail), status=422)
    except MikomiError as error:
        return _editor(request, held, data, name=name, note=note, failed=words(error.words), status=422)
    messages.success(request, _("保存しました。人数は、すぐに数え直します"))
    return redirect("site:segment", number)


def _editor(
    request: PageRequest,
    held: SegmentView | None,
    data: form.Data,
    *,
    name: str,
    note: str,
    failed: str = "",
    status: int = 200,
) -> HttpResponse:
    offer = offer_now()
    context = {
        "segment": held,
        "definition": request.POST.get("definition", held.definition if held else ""),
        "name": name,
        "note": note,
        "top": form.shown(data),
        "told": counting.tell(data, offer),
        "offer": offer,
        "failed": failed,
        "menu_key": "segments",
    }
    page = "site/segments/editor.html" if request.htmx else "site/segments/edit.html"
    return render(request, page, context, status=status)
