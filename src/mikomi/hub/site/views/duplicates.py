"""重複: leads that may be one person, side by side; merging them, and taking it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from mikomi.core.matching.groups import HELD
from mikomi.core.matching.levels import LEVEL_WORDS, Level
from mikomi.core.words import MikomiError
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.people import moving
from mikomi.hub.people.duplicates import queries, services
from mikomi.hub.people.same_companies.queries import company_merge_of
from mikomi.hub.site.actions import merge_sure
from mikomi.hub.site.actions.merge_leads import merge_leads, part_leads
from mikomi.hub.site.views.same_companies import part as part_companies

SIZE = 25
SURE_SHOWN = 50


@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """The proposals, surest first. `?show=` a level, `not_same` or `merged`."""
    show = request.GET.get("show", "")
    counts = queries.open_counts()
    level = int(show) if show.isdigit() and int(show) in counts else None
    apart, merged = queries.not_same_count(), queries.merge_count()
    if show == "merged":
        total = merged
    elif show == "not_same":
        total = apart
    else:
        total = sum(counts.values()) if level is None else counts[level]
    # The rows come by themselves: the pages only count.
    page = Paginator(range(total), SIZE).get_page(request.GET.get("page"))
    start = max(page.start_index() - 1, 0)
    context: dict[str, Any] = {
        "page": page,
        "show": show,
        "total": sum(counts.values()),
        "sure": counts[int(Level.SURE)],
        "looked_at": queries.looked_at(),
        "run": queries.latest_run(),
        "views": _views(show, counts, apart, merged),
    }
    if show == "merged":
        context["merges"] = queries.past_merges(start, SIZE)
    elif show == "not_same":
        context["proposals"] = queries.not_same(start, SIZE)
    else:
        context["proposals"] = queries.proposals(level, start, SIZE)
    return render(request, "site/duplicates/list.html", context)


@require_POST
def look_again(request: HttpRequest) -> HttpResponse:
    """Asks the worker to look for duplicates now."""
    enqueue("people.find_duplicates", once=True)
    messages.success(request, _("重複をさがしています。しばらくして開き直してください"))
    return redirect("site:duplicates")


@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, kept: int, gone: int) -> HttpResponse:
    """Two leads side by side, what would become of each field, and the merge itself."""
    proposal = queries.pair(kept, gone) if kept != gone else None
    if proposal is None:
        raise Http404(_("このリードは、もう無いか、別のリードに統合されています。"))
    asked = request.POST if request.method == "POST" else request.GET
    take = [name[2:] for name, value in asked.items() if name.startswith("v-") and value == "gone"]
    chosen = "chosen" in asked
    fields = queries.side_by_side(kept, gone, take if chosen else None)
    if request.method == "POST":
        wanted = [field.key for field in fields if field.takes]
        try:
            made = merge_leads(kept, gone, wanted, by_id=request.user.pk)
        except MikomiError as error:
            messages.error(request, words(error.words))
            return redirect("site:duplicates")
        messages.success(request, _("統合しました"), extra_tags=reverse("site:part", args=[made]))
        return redirect("site:lead", kept)
    one, two = proposal.kept, proposal.gone
    if one.number != kept:
        one, two = two, one
    context = {
        "proposal": proposal,
        "one": one,
        "two": two,
        "fields": fields,
        "differing": sum(field.differs for field in fields),
        "other_mail": one.email and two.email and one.email.lower() != two.email.lower(),
        "events": one.events + two.events,
        "menu_key": "duplicates",
    }
    return render(request, "site/duplicates/compare.html", context)


@require_POST
def not_same(request: HttpRequest, kept: int, gone: int) -> HttpResponse:
    """Remembers that two leads are two people."""
    if kept == gone or queries.pair(kept, gone) is None:
        raise Http404
    services.tell_apart(kept, gone, request.user.pk)
    undo = reverse("site:maybe_same", args=[kept, gone])
    messages.success(request, _("同じ人ではない、と覚えました。もう提案しません"), extra_tags=undo)
    return _back(request)


@require_POST
def maybe_same(request: HttpRequest, kept: int, gone: int) -> HttpResponse:
    """Forgets that two leads are two people."""
    services.forget_verdict(kept, gone)
    messages.success(request, _("もう一度、提案に出します"))
    return _back(request)


@require_POST
def part(request: HttpRequest, merge: int) -> HttpResponse:
    """Takes a merge back; says what could not be given back."""
    try:
        parted = part_leads(merge, by_id=request.user.pk)
    except MikomiError as error:
        messages.error(request, words(error.words))
        return _back(request)
    told = [_("2人に戻しました"), *(words(left) for left in parted.left)]
    messages.success(request, " ".join(f"{text}。" if _japanese(text) else text for text in told))
    return redirect("site:compare", parted.kept, parted.gone)


@require_POST
def undo_single(request: HttpRequest, batch: int) -> HttpResponse:
    """Takes an act on one person or company back, named by its entry in the history: a merge or a new
    job."""
    merge = queries.merge_of(batch)
    if merge is not None:
        return part(request, merge)
    companies = company_merge_of(batch)
    if companies is not None:
        return part_companies(request, companies)
    try:
        moving.take_back(batch, request.user.pk)
        messages.success(request, _("元に戻しました"))
    except MikomiError as error:
        messages.error(request, words(error.words))
    return _back(request)


@require_http_methods(["GET", "HEAD", "POST"])
def sure(request: HttpRequest) -> HttpResponse:
    """What a merge of all sure ones would do, and its start."""
    if request.method == "POST":
        return redirect("site:merge_run", merge_sure.ask_merge(request.user.pk))
    found = queries.sure_groups()
    shown = [
        pair
        for group in found.groups[:SURE_SHOWN]
        for other in group[1:]
        if (pair := queries.pair(group[0], other)) is not None
    ]
    context = {
        "sure": found,
        "shown": shown[:SURE_SHOWN],
        "held": [(HELD[code], count) for code, count in sorted(found.held.items())],
        "menu_key": "duplicates",
    }
    return render(request, "site/duplicates/sure.html", context)


@require_safe
def merge_run(request: HttpRequest, number: int) -> HttpResponse:
    """How far a bulk merge is; `?poll` answers with the bar alone."""
    run = queries.merge_run(number)
    if run is None:
        raise Http404
    context = {"run": run, "merges": len(queries.run_merges(number)), "menu_key": "duplicates"}
    if "poll" in request.GET:
        if run.finished_at:
            return HttpResponseClientRefresh()
        return render(request, "site/duplicates/run_progress.html", context)
    return render(request, "site/duplicates/run.html", context)


@require_POST
def part_run(request: HttpRequest, number: int) -> HttpResponse:
    """Takes a bulk merge back."""
    run = queries.merge_run(number)
    if run is None:
        raise Http404
    if run.undone_at is None and run.finished_at is not None:
        merge_sure.ask_part(number, request.user.pk)
    return redirect("site:merge_run", number)


def _views(show: str, counts: dict[int, int], apart: int, merged: int) -> list[dict[str, Any]]:
    told = [("", _("すべて"), sum(counts.values()))]
    told += [(str(level), words(LEVEL_WORDS[Level(level)]), count) for level, count in counts.items()]
    told += [("not_same", _("同じ人ではない"), apart), ("merged", _("統合したもの"), merged)]
    return [
        {
            "label": f"{label} {count:,}",
            "url": f"?show={value}" if value else ".",
            "current": value == show,
        }
        for value, label, count in told
    ]


def _japanese(text: str) -> bool:
    return not text.isascii()


def _back(request: HttpRequest) -> HttpResponse:
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return redirect(back)
    return redirect("site:duplicates")
