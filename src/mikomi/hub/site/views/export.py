"""書き出す: a list as a file; what the file cannot hold is said before it is loaded."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from mikomi.core.words import Words
from mikomi.hub.kit.list_files import list_answer
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.site import exports
from mikomi.hub.site.lists import address, columns, export
from mikomi.hub.site.lists.pages import count_of
from mikomi.hub.site.models import Export
from mikomi.hub.site.standing import standing

AT_ONCE = 20_000
"""A workbook is written whole before it is sent: one with more leads is written by a worker."""
SHOWN = 200
"""So many cells that CP932 cannot hold are shown on the page."""


@require_safe
def export_page(request: PageRequest) -> HttpResponse:
    """Which kind of file, how many leads, which columns."""
    query = address.read(request.GET, size=1)
    count = count_of(query)
    context = {
        "count": count,
        "columns": columns.chosen_columns(request.GET),
        "file_url": f"{reverse('site:export_file')}?{_kept(request.GET)}",
        "check_url": f"{reverse('site:export_check')}?{_kept(request.GET)}",
        "back": f"{reverse('site:leads')}?{_kept(request.GET)}",
        "kept": _kept(request.GET),
        "at_once": count <= AT_ONCE,
        "too_many": count > exports.MOST_ROWS,
        "most": exports.MOST_ROWS,
        "written": exports.exports_of(request.user.pk),
        "menu_key": "leads",
    }
    return render(request, "site/export.html", context)


@require_safe
def export_check(request: HttpRequest) -> HttpResponse:
    """What CP932 cannot hold: which signs, in which rows, before anything is loaded."""
    query = address.read(request.GET, size=1)
    report = export.unwritable(query, columns.chosen_columns(request.GET), standing())
    context = {
        "report": report,
        "cells": report.unwritable[:SHOWN],
        "more": report.unwritable_cells - min(SHOWN, len(report.unwritable)),
        "file_url": f"{reverse('site:export_file')}?{_kept(request.GET)}",
        "back": f"{reverse('site:export')}?{_kept(request.GET)}",
        "menu_key": "leads",
    }
    return render(request, "site/export_check.html", context)


@require_safe
def export_file(request: HttpRequest) -> HttpResponseBase:
    """The list as a file: `as` is `csv` (UTF-8 with its mark), `cp932` or `xlsx`."""
    query = address.read(request.GET, size=1)
    wanted = request.GET.get("as", "csv")
    frames = export.frames(query, columns.chosen_columns(request.GET), standing())
    name = f"leads-{timezone.localdate():%Y%m%d}"
    if wanted == "xlsx" and count_of(query) > AT_ONCE:
        # A worker writes workbooks of so many.
        wanted = "csv"
    return list_answer(frames, name, wanted)


@require_POST
def write_file(request: PageRequest) -> HttpResponse:
    """Has a worker write the list as a workbook; the page that follows can be left."""
    given = QueryDict(request.POST.get("list", ""))
    query = address.read(given, size=1)
    rows = count_of(query)
    if rows > exports.MOST_ROWS:
        return redirect(f"{reverse('site:export')}?{_kept(given)}")
    made = exports.ask(request.user.pk, _kept(given), rows, get_language() or "ja")
    return redirect("site:written", made.pk)


@require_safe
def written(request: PageRequest, number: int) -> HttpResponse:
    """One workbook: how far it is, the file, or what became of it."""
    return render(request, "site/written.html", _context(_mine(request, number)))


@require_safe
def written_progress(request: PageRequest, number: int) -> HttpResponse:
    """How far a workbook is; its page is loaded anew once it is through."""
    found = exports.export_of(request.user.pk, number)
    if found is None or found.state not in exports.BUSY:
        return HttpResponseClientRefresh()
    return render(request, "site/partials/written_progress.html", _context(found))


@require_safe
def written_file(request: PageRequest, number: int) -> HttpResponseBase:
    """The workbook itself, for the person who asked for it."""
    found = _mine(request, number)
    file = exports.open_file(found)
    if file is None:
        return redirect("site:written", number)
    day = timezone.localtime(found.asked_at)
    return FileResponse(file, as_attachment=True, filename=f"leads-{day:%Y%m%d}-{found.pk}.xlsx")


@require_POST
def drop_written(request: PageRequest, number: int) -> HttpResponse:
    """Stops writing a workbook, or removes it."""
    found = _mine(request, number)
    exports.discard(found)
    return redirect(f"{reverse('site:export')}?{found.query}")


def _mine(request: PageRequest, number: int) -> Export:
    found = exports.export_of(request.user.pk, number)
    if found is None:
        raise Http404
    return found


def _context(found: Export) -> dict[str, object]:
    return {
        "export": found,
        "busy": found.state in exports.BUSY,
        "until": exports.until(found),
        "notes": [Words(said["ja"], said["en"]) for said in found.notes],
        "why": Words(found.error_ja, found.error_en),
        "back": f"{reverse('site:export')}?{found.query}",
        "csv_url": f"{reverse('site:export_file')}?{found.query}&as=csv",
        "menu_key": "leads",
    }


def _kept(given: QueryDict) -> str:
    """The list in the address, without its place and the kind of file."""
    query = given.copy()
    for name in (*address.PLACE, "as"):
        query.pop(name, None)
    return query.urlencode()
