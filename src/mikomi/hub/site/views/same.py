"""重複 and 会社の重複: leads or companies that may be one, side by side; merging them, and taking it back.

The addresses (`site.urls`) say which of the two.
"""

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

from mikomi.core.matching.levels import Level
from mikomi.core.words import MikomiError
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.people import moving
from mikomi.hub.people.duplicates.queries import latest_run, looked_at
from mikomi.hub.people.same import deciding, queries
from mikomi.hub.people.same_companies.companies import briefs, companies_called
from mikomi.hub.site.same import FIRMS, PEOPLE, Shown

SIZE = 25


@require_safe
def pairs(request: HttpRequest, of: Shown) -> HttpResponse:
    """The proposals, surest first. `?show=` a level, `not_same` or `merged`."""
    show = request.GET.get("show", "")
    counts = queries.open_counts(of.kind)
    level = int(show) if show.isdigit() and int(show) in counts else None
    apart, merged = queries.told_apart_count(of.kind), queries.merge_count(of.kind)
    waiting = sum(counts.values()) if level is None else counts[level]
    total = {"merged": merged, "not_same": apart}.get(show, waiting)
    # The rows come by themselves: the pages only count.
    page = Paginator(range(total), SIZE).get_page(request.GET.get("page"))
    start = max(page.start_index() - 1, 0)
    views = [("", _("すべて"), sum(counts.values()))]
    views += [(str(at), words(of.kind.levels[Level(at)]), count) for at, count in counts.items()]
    views += [("not_same", of.said["not_same"], apart), ("merged", _("統合したもの"), merged)]
    context: dict[str, Any] = {
        "of": of,
        "page": page,
        "show": show,
        "sure": counts[int(Level.SURE)],
        "looked_at": looked_at(),
        "run": latest_run(),
        "views": [
            {"label": f"{label} {n:,}", "url": f"?show={value}" if value else ".", "current": value == show}
            for value, label, n in views
        ],
        "menu_key": of.menu,
    }
    if show == "merged":
        context["merges"] = queries.past_merges(of.kind, start, SIZE)
    elif show == "not_same":
        context["proposals"] = queries.told_apart(of.kind, start, SIZE)
    else:
        context["proposals"] = queries.proposals(of.kind, level, start, SIZE)
    return render(request, "site/same/list.html", context)


@require_POST
def look_again(request: HttpRequest, of: Shown) -> HttpResponse:
    """Asks the worker to look for duplicates now."""
    enqueue("people.find_duplicates", once=True)
    messages.success(request, _("重複をさがしています。しばらくして開き直してください"))
    return redirect(of.pairs)


@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, of: Shown, kept: int, gone: int) -> HttpResponse:
    """Two side by side, what would become of each field, and the merge itself."""
    proposal = queries.pair(of.kind, kept, gone) if kept != gone else None
    if proposal is None:
        raise Http404(of.said["away"])
    asked = request.POST if request.method == "POST" else request.GET
    take = [name[2:] for name, value in asked.items() if name.startswith("v-") and value == "gone"]
    fields = queries.side_by_side(of.kind, kept, gone, take if "chosen" in asked else None)
    if request.method == "POST":
        wanted = [field.key for field in fields if field.takes]
        try:
            made = of.merge(kept, gone, wanted, by_id=request.user.pk)
        except MikomiError as error:
            messages.error(request, words(error.words))
            return redirect(of.pairs)
        messages.success(request, _("統合しました"), extra_tags=reverse(of.part_url, args=[made]))
        return redirect(of.one, kept)
    one, two = proposal.kept, proposal.gone
    if one.number != kept:
        one, two = two, one
    context = {
        "of": of,
        "proposal": proposal,
        "one": one,
        "two": two,
        "fields": fields,
        "differing": sum(field.choice for field in fields),
        "together": one.weight + two.weight,
        "menu_key": of.menu,
    }
    return render(request, "site/same/compare.html", context)


@require_safe
def choose_company(request: HttpRequest, number: int) -> HttpResponse:
    """Which other company is the same: `?q=` a name or a 法人番号."""
    mine = briefs([number]).get(number)
    if mine is None:
        raise Http404(FIRMS.said["away"])
    text = request.GET.get("q", "").replace("\0", "").strip()
    found = companies_called(text, without=number) if text else []
    context = {"company": mine, "text": text, "found": found, "menu_key": "companies"}
    return render(request, "site/same/choose_company.html", context)


@require_POST
def not_same(request: HttpRequest, of: Shown, kept: int, gone: int) -> HttpResponse:
    """Remembers that two are two."""
    if kept == gone or queries.pair(of.kind, kept, gone) is None:
        raise Http404
    deciding.tell_apart(of.kind, kept, gone, request.user.pk)
    undo = reverse(of.maybe_same, args=[kept, gone])
    messages.success(request, of.said["remembered"], extra_tags=undo)
    return _back(request, of)


@require_POST
def maybe_same(request: HttpRequest, of: Shown, kept: int, gone: int) -> HttpResponse:
    """Forgets that two are two."""
    deciding.forget_verdict(of.kind, kept, gone)
    of.look(kept, gone)
    messages.success(request, _("もう一度、提案に出します"))
    return _back(request, of)


@require_POST
def part(request: HttpRequest, of: Shown, merge: int) -> HttpResponse:
    """Takes a merge back; says what could not be given back."""
    try:
        parted = of.part(merge, by_id=request.user.pk)
    except MikomiError as error:
        messages.error(request, words(error.words))
        return _back(request, of)
    told = [str(of.said["parted"]), *(words(left) for left in parted.left)]
    messages.success(request, " ".join(text if text.isascii() else f"{text}。" for text in told))
    return redirect(of.compare, parted.kept, parted.gone)


@require_POST
def undo_single(request: HttpRequest, batch: int) -> HttpResponse:
    """Takes an act on one person or company back, named by its entry in the history: a merge or a new
    job."""
    for of in (PEOPLE, FIRMS):
        merge = queries.merge_of(of.kind, batch)
        if merge is not None:
            return part(request, of, merge)
    try:
        moving.take_back(batch, request.user.pk)
        messages.success(request, _("元に戻しました"))
    except MikomiError as error:
        messages.error(request, words(error.words))
    return _back(request, PEOPLE)


def _back(request: HttpRequest, of: Shown) -> HttpResponse:
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return redirect(back)
    return redirect(of.pairs)
