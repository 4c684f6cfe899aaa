"""書き出す: a list as a file; what the file cannot hold is said before it is loaded."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from mikomi.core.tabular.write import csv_pieces, write_xlsx
from mikomi.hub.site.lists import address, columns, export
from mikomi.hub.site.lists.pages import count_of
from mikomi.hub.site.standing import standing

SHEET_MOST = 100_000
"""More leads than this are written as CSV only: a workbook is written whole before it is sent."""
SHOWN = 200
"""So many cells that CP932 cannot hold are shown on the page."""


@require_safe
def export_page(request: HttpRequest) -> HttpResponse:
    """Which kind of file, how many leads, which columns."""
    query = address.read(request.GET, size=1)
    count = count_of(query)
    context = {
        "count": count,
        "columns": columns.chosen_columns(request.GET),
        "file_url": f"{reverse('site:export_file')}?{_kept(request.GET)}",
        "check_url": f"{reverse('site:export_check')}?{_kept(request.GET)}",
        "back": f"{reverse('site:leads')}?{_kept(request.GET)}",
        "sheet": count <= SHEET_MOST,
        "sheet_most": SHEET_MOST,
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
    if wanted == "xlsx" and count_of(query) <= SHEET_MOST:
        # The answer reads it after this function has ended, and closes it.
        book: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        # A temporary file is one on every system; typeshed gives it a type of its own.
        write_xlsx(frames, book)  # pyright: ignore[reportArgumentType]
        book.seek(0)
        return FileResponse(book, as_attachment=True, filename=f"{name}.xlsx")
    encoding = "cp932" if wanted == "cp932" else "utf-8"
    pieces: Iterator[bytes] = csv_pieces(frames, encoding=encoding)
    charset = "shift_jis" if wanted == "cp932" else "utf-8"
    response = StreamingHttpResponse(pieces, content_type=f"text/csv; charset={charset}")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _kept(given: QueryDict) -> str:
    """The list in the address, without its place and the kind of file."""
    query = given.copy()
    for name in (*address.PLACE, "as"):
        query.pop(name, None)
    return query.urlencode()
