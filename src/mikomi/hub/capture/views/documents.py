"""資料: documents, their links, and who took them."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mikomi.core.words import MikomiError, Words
from mikomi.hub.capture.documents import keeping
from mikomi.hub.capture.models import Document, DocumentLink, Download
from mikomi.hub.kit import sight
from mikomi.hub.people import queries as people

PAGE = 50
LINKS = 200
"""So many links of a document are shown, the latest first."""


@require_http_methods(["GET", "POST"])
def documents(request: HttpRequest) -> HttpResponse:
    """All documents, and the form for a new one."""
    refused: Words | None = None
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None:
            refused = Words("ファイルを選んでください", "choose a file")
        else:
            try:
                made = keeping.add_document(request.POST.get("title", ""), upload, request.user.pk)
            except MikomiError as error:
                refused = error.words
            else:
                messages.success(request, _("資料「%(name)s」を置きました") % {"name": made.title})
                return redirect("capture:document", made.pk)
    counts = Download.objects.filter(automated=False).values_list("document").annotate(Count("pk"), Max("at"))
    taken = {number: (n, last) for number, n, last in counts}
    rows = [(held, *taken.get(held.pk, (0, None))) for held in Document.objects.order_by("-pk")]
    context = {
        "rows": rows,
        "refused": refused,
        "title": request.POST.get("title", ""),
        "limit": keeping.LARGEST >> 20,
        "menu_key": "documents",
    }
    return render(request, "capture/documents/list.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "POST"])
def document(request: HttpRequest, number: int) -> HttpResponse:
    """One document: its title and file, its links, and who took it."""
    held = _document(number)
    refused: Words | None = None
    if request.method == "POST":
        try:
            title, upload = request.POST.get("title", ""), request.FILES.get("file")
            keeping.change_document(number, title, upload, request.user.pk)
        except MikomiError as error:
            refused = error.words
        else:
            messages.success(request, _("資料を直しました"))
            return redirect("capture:document", number)
    return _page(request, held, refused)


@require_POST
def add_link(request: HttpRequest, number: int) -> HttpResponse:
    """A new link, for a lead or for anybody."""
    held = _document(number)
    days = request.POST.get("days", "").strip()
    try:
        if days and not (days.isdecimal() and len(days) < 6):
            raise MikomiError(Words("日数は数で入れてください", "write the days as a number"))
        keeping.make_link(
            held.pk,
            email=request.POST.get("email", ""),
            days=int(days) if days else None,
            by=request.user.pk,
        )
    except MikomiError as error:
        return _page(request, held, error.words, request.POST.get("email", ""), days)
    messages.success(request, _("リンクを作りました"))
    return redirect(reverse("capture:document", args=[number]) + "#links")


@require_POST
def end_link(request: HttpRequest, number: int, link: int) -> HttpResponse:
    """Ends a link."""
    if keeping.end_link(link, number):
        messages.success(request, _("リンクを止めました"))
    return redirect(reverse("capture:document", args=[number]) + "#links")


@require_POST
def set_ended(request: HttpRequest, number: int) -> HttpResponse:
    """Stops giving a document out, or gives it out again."""
    ended = request.POST.get("ended") == "yes"
    if keeping.set_ended(_document(number).pk, ended=ended):
        messages.success(request, _("配布を止めました") if ended else _("配布をまた始めました"))
    return redirect("capture:document", number)


def _document(number: int) -> Document:
    held = Document.objects.select_related("by").filter(pk=number).first()
    if held is None:
        raise Http404(_("この資料は見つかりません。"))
    return held


def _page(
    request: HttpRequest, held: Document, refused: Words | None, email: str = "", days: str = ""
) -> HttpResponse:
    now = timezone.now()
    rows = list(DocumentLink.objects.filter(document=held, submission=None).order_by("-pk")[:LINKS])
    gone = sight.hidden({link.lead for link in rows if link.lead})
    taken = dict(
        Download.objects.filter(document=held, automated=False).values_list("link").annotate(Count("pk"))
    )
    rows = [link for link in rows if link.lead not in gone]
    links = [
        {
            "link": link,
            "url": request.build_absolute_uri(reverse("capture:give", args=[keeping.token_of(link)])),
            "person": people.person(link.lead) if link.lead else None,
            "open": not link.ended_at and not (link.expires_at and link.expires_at <= now),
            "n": taken.get(link.pk, 0),
        }
        for link in rows
    ]
    page = Paginator(Download.objects.filter(document=held).order_by("-at", "-pk"), PAGE).get_page(
        request.GET.get("page")
    )
    away = sight.hidden({one.lead for one in page if one.lead})
    context = {
        "document": held,
        "hidden": len(away),
        "links": links,
        "page": page,
        "rows": [
            (one, people.person(one.lead) if one.lead else None) for one in page if one.lead not in away
        ],
        "refused": refused,
        "email": email,
        "days": days,
        "limit": keeping.LARGEST >> 20,
        "menu_key": "documents",
    }
    return render(request, "capture/documents/one.html", context, status=422 if refused else 200)
