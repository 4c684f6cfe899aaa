"""会社の重複: companies that may be one, side by side; merging them, and taking it back."""

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

from mikomi.core.matching.companies import COMPANY_LEVELS
from mikomi.core.matching.levels import Level
from mikomi.core.words import MikomiError
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.people.duplicates.queries import looked_at
from mikomi.hub.people.same_companies import queries, services
from mikomi.hub.site.actions.merge_companies import merge_companies, part_companies

SIZE = 25


@require_safe
def same_companies(request: HttpRequest) -> HttpResponse:
    """The proposals, surest first. `?show=` a level, `not_same` or `merged`."""
    show = request.GET.get("show", "")
    counts = queries.open_company_counts()
    level = int(show) if show.isdigit() and int(show) in counts else None
    apart, merged = queries.company_verdict_count(), queries.company_merge_count()
    waiting = sum(counts.values()) if level is None else counts[level]
    total = {"merged": merged, "not_same": apart}.get(show, waiting)
    # The rows come by themselves: the pages only count.
    page = Paginator(range(total), SIZE).get_page(request.GET.get("page"))
    start = max(page.start_index() - 1, 0)
    context: dict[str, Any] = {
        "page": page,
        "show": show,
        "looked_at": looked_at(),
        "views": _views(show, counts, apart, merged),
        "menu_key": "companies",
    }
    if show == "merged":
        context["merges"] = queries.past_company_merges(start, SIZE)
    elif show == "not_same":
        context["proposals"] = queries.companies_told_apart(start, SIZE)
    else:
        context["proposals"] = queries.company_proposals(level, start, SIZE)
    return render(request, "site/same_companies/list.html", context)


@require_POST
def look_again(request: HttpRequest) -> HttpResponse:
    """Asks the worker to look for duplicates now."""
    enqueue("people.find_duplicates", once=True)
    messages.success(request, _("重複をさがしています。しばらくして開き直してください"))
    return redirect("site:same_companies")


@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, kept: int, gone: int) -> HttpResponse:
    """Two companies side by side, what would become of each field, and the merge itself."""
    proposal = queries.company_pair(kept, gone) if kept != gone else None
    if proposal is None:
        raise Http404(_("この会社は、もう無いか、別の会社に統合されています。"))
    asked = request.POST if request.method == "POST" else request.GET
    take = [name[2:] for name, value in asked.items() if name.startswith("v-") and value == "gone"]
    fields = queries.companies_side_by_side(kept, gone, take if "chosen" in asked else None)
    if request.method == "POST":
        wanted = [field.key for field in fields if field.takes]
        try:
            made = merge_companies(kept, gone, wanted, by_id=request.user.pk)
        except MikomiError as error:
            messages.error(request, words(error.words))
            return redirect("site:same_companies")
        messages.success(request, _("統合しました"), extra_tags=reverse("site:part_companies", args=[made]))
        return redirect("site:company", kept)
    one, two = proposal.kept, proposal.gone
    if one.number != kept:
        one, two = two, one
    context = {
        "proposal": proposal,
        "one": one,
        "two": two,
        "fields": fields,
        "differing": sum(field.differs for field in fields),
        "leads": one.leads + two.leads,
        "menu_key": "companies",
    }
    return render(request, "site/same_companies/compare.html", context)


@require_safe
def choose(request: HttpRequest, number: int) -> HttpResponse:
    """Which other company is the same: `?q=` a name or a 法人番号."""
    mine = queries.company_brief(number)
    if mine is None:
        raise Http404(_("この会社は、もう無いか、別の会社に統合されています。"))
    text = request.GET.get("q", "").replace("\0", "").strip()
    found = queries.companies_called(text, without=number) if text else []
    context = {"company": mine, "text": text, "found": found, "menu_key": "companies"}
    return render(request, "site/same_companies/choose.html", context)


@require_POST
def not_same(request: HttpRequest, kept: int, gone: int) -> HttpResponse:
    """Remembers that two companies are two."""
    if kept == gone or queries.company_pair(kept, gone) is None:
        raise Http404
    services.tell_companies_apart(kept, gone, request.user.pk)
    undo = reverse("site:maybe_same_company", args=[kept, gone])
    messages.success(request, _("同じ会社ではない、と覚えました。もう提案しません"), extra_tags=undo)
    return _back(request)


@require_POST
def maybe_same(request: HttpRequest, kept: int, gone: int) -> HttpResponse:
    """Forgets that two companies are two."""
    services.forget_company_verdict(kept, gone)
    messages.success(request, _("もう一度、提案に出します"))
    return _back(request)


@require_POST
def part(request: HttpRequest, merge: int) -> HttpResponse:
    """Takes a merge back; says what could not be given back."""
    try:
        parted = part_companies(merge, by_id=request.user.pk)
    except MikomiError as error:
        messages.error(request, words(error.words))
        return _back(request)
    told = [_("2社に戻しました"), *(words(left) for left in parted.left)]
    messages.success(request, " ".join(f"{text}。" if not text.isascii() else text for text in told))
    return redirect("site:compare_companies", parted.kept, parted.gone)


def _views(show: str, counts: dict[int, int], apart: int, merged: int) -> list[dict[str, Any]]:
    told = [("", _("すべて"), sum(counts.values()))]
    told += [(str(level), words(COMPANY_LEVELS[Level(level)]), count) for level, count in counts.items()]
    told += [("not_same", _("同じ会社ではない"), apart), ("merged", _("統合したもの"), merged)]
    return [
        {"label": f"{label} {count:,}", "url": f"?show={value}" if value else ".", "current": value == show}
        for value, label, count in told
    ]


def _back(request: HttpRequest) -> HttpResponse:
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return redirect(back)
    return redirect("site:same_companies")
