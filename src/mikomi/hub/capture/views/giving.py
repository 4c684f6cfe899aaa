"""`/d/…`: a document, given out to whoever holds its link."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mikomi.collector.request import is_staff
from mikomi.hub.capture.documents import giving, keeping
from mikomi.hub.capture.webforms import hidden
from mikomi.hub.kit.requests import PageRequest


@login_not_required
@never_cache
@require_safe
def give(request: PageRequest, token: str) -> HttpResponseBase:
    """The document of a link, or a part of it (Range); words where the link has ended."""
    now = timezone.now()
    link = keeping.open_link(token, now)
    data = keeping.open_file(link.document) if link else None
    if link is None or data is None:
        return _ended(request)
    held = link.document
    asked = request.headers.get("Range", "")
    tag = f'"{held.stored_as}"'
    if asked and request.headers.get("If-Range", tag) != tag:
        asked = ""
    span = giving.span_of(asked, held.size)
    if span is None:
        data.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{held.size}"})
    first, last = span
    if request.method == "GET" and first == 0:
        carried = hidden.carried({name: request.GET.get(name, "") for name in hidden.NAMES})
        visitor = hidden.visitor_of(carried, request.COOKIES)
        ours, address = is_staff(request.COOKIES), request.META.get("REMOTE_ADDR", "")
        giving.note_download(link, request.headers, address, now, visitor, ours=ours)
    if request.method == "HEAD":
        data.close()
        answer: HttpResponseBase = HttpResponse()
    else:
        answer = StreamingHttpResponse(giving.pieces(data, first, last))
    if asked and (first, last) != (0, held.size - 1):
        answer.status_code = 206
        answer.headers["Content-Range"] = f"bytes {first}-{last}/{held.size}"
    # A browser shows a PDF in a reader of its own; all else is saved, whatever it holds.
    shown = held.name.lower().endswith(".pdf")
    answer.headers["Content-Type"] = "application/pdf" if shown else "application/octet-stream"
    answer.headers["Content-Length"] = str(last - first + 1)
    answer.headers["Content-Disposition"] = content_disposition_header(not shown, held.name) or "attachment"
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["ETag"] = tag
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _ended(request: PageRequest) -> HttpResponse:
    language = "en" if request.LANGUAGE_CODE == "en" else "ja"
    with override(language):
        context = {"what": "document_ended", "language": language}
        return render(request, "capture/public/said.html", context, status=410)
