"""Who applied to a seminar: the reception, cancelling, the attendance sheet, and the link to cancel."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikomi.core.words import MikomiError, Words
from mikomi.hub.capture.models import Application, Seminar
from mikomi.hub.capture.seminars import attendance, seats, showing, telling
from mikomi.hub.capture.views.seminars import page_of, seminar_of, tell_moved
from mikomi.hub.kit.list_files import list_answer
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.people import uploads
from mikomi.hub.people.importing.attending import list_of
from mikomi.hub.people.importing.options import Options


@require_http_methods(["GET", "POST"])
def reception(request: PageRequest, number: int) -> HttpResponse:
    """The reception, for a phone: one tap for each who comes; posted, somebody who had not applied."""
    held = seminar_of(number)
    refused: Words | None = None
    given = {name: request.POST.get(name, "") for name in ("name", "company", "email")}
    if request.method == "POST":
        try:
            made = attendance.walk_in(number, **given)
        except MikomiError as error:
            refused = error.words
        else:
            messages.success(request, _("%(name)sを参加にしました") % {"name": made.name or made.email})
            return redirect("capture:reception", number)
    rows = [
        showing.guest_of(one, absences=False)
        for one in showing.found(showing.guests(held, ""), request.GET.get("q", ""))
        if one.state != Application.State.CANCELLED or one.came_at
    ]
    context = {
        "seminar": held,
        "guests": rows,
        "came": Application.objects.filter(seminar=held, came_at__isnull=False).count(),
        "asked": request.GET.get("q", ""),
        "facts": showing.public_of(held, request.LANGUAGE_CODE),
        "refused": refused,
        "given": given,
        "menu_key": "seminars",
    }
    return render(request, "capture/seminars/reception.html", context, status=422 if refused else 200)


@require_POST
def mark(request: PageRequest, number: int, guest: int) -> HttpResponse:
    """One tap at the reception: came, or not after all."""
    _guest(number, guest)
    refused: Words | None = None
    held: Application | None = None
    try:
        if request.POST.get("came") == "yes":
            held = attendance.mark_came(guest)
        else:
            held = attendance.take_mark_back(guest)
    except MikomiError as error:
        refused, held = error.words, _guest(number, guest)
    if not request.htmx:
        if refused:
            messages.warning(request, words(refused))
        return redirect(reverse("capture:reception", args=[number]) + f"#guest-{guest}")
    if held is None:
        return HttpResponse("")
    context = {
        "row": showing.guest_of(held, absences=False),
        "seminar": held.seminar,
        "refused": refused,
        "came": Application.objects.filter(seminar=held.seminar, came_at__isnull=False).count(),
        "swapped": True,
    }
    return render(request, "capture/seminars/guest.html", context)


@require_POST
def cancel_guest(request: PageRequest, number: int, guest: int) -> HttpResponse:
    """Cancels an application for somebody; the toast takes it back."""
    held = _guest(number, guest)
    moved = seats.cancel(guest, request.build_absolute_uri("/"), by=request.user.pk)
    back = reverse("capture:restore_guest", args=[number, guest])
    name = held.name or held.email
    messages.success(request, _("%(name)sの申込をキャンセルにしました") % {"name": name}, extra_tags=back)
    tell_moved(request, moved)
    return redirect("capture:seminar", number)


@require_POST
def restore_guest(request: PageRequest, number: int, guest: int) -> HttpResponse:
    """Takes a cancellation back."""
    _guest(number, guest)
    held = seats.restore(guest)
    if held is not None and held.state == Application.State.WAITING:
        messages.warning(request, _("席が埋まったため、キャンセル待ちに戻しました"))
    elif held is not None:
        messages.success(request, _("申込に戻しました"))
    return redirect("capture:seminar", number)


@require_safe
def sheet(request: PageRequest, number: int) -> HttpResponseBase:
    """The attendance sheet as CSV (UTF-8 or CP932) or XLSX, `show` as on the page."""
    held = seminar_of(number)
    shown, wanted = request.GET.get("show", ""), request.GET.get("as", "csv")
    absences = showing.row_of(held, timezone.now()).counts.absent > 0
    frames = showing.sheet(held, shown, request.LANGUAGE_CODE, absences=absences)
    name = f"seminar-{timezone.localdate(held.starts_at):%Y%m%d}-{held.pk}"
    return list_answer(frames, name, wanted)


@require_POST
def import_list(request: PageRequest, number: int) -> HttpResponse:
    """Takes a list of who attended (or applied) in, as an import of people that also says so."""
    held = seminar_of(number)
    upload = request.FILES.get("file")
    if upload is None:
        return page_of(request, held, refused=Words("ファイルを選んでください", "choose a file"), what="list")
    options = Options(
        conflict="fill",
        source=held.title[:100],
        seminar=held.key,
        held_at=f"{timezone.localtime(held.starts_at):%Y-%m-%dT%H:%M}",
        listed="applied" if request.POST.get("listed") == "applied" else "",
    )
    try:
        record = uploads.keep(upload, "leads", None, request.user.pk, options)
    except MikomiError as error:
        return page_of(request, held, refused=error.words, what="list")
    return redirect("people:import", record.pk)


@require_safe
def imported_list(request: HttpRequest, number: int) -> HttpResponse:
    """From an import to the seminar whose list it was."""
    found = Seminar.objects.filter(key=list_of(number)[0]).first()
    if found is None:
        raise Http404(_("このセミナーは見つかりません。"))
    return redirect("capture:seminar", found.pk)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt
def cancel_seat(request: PageRequest, token: str) -> HttpResponse:
    """The link in a mail: opening it shows what is cancelled, the button cancels. Programs that open links in
    mails press no buttons."""
    number = telling.read_cancel_token(token)
    rows = Application.objects.select_related("seminar", "submission")
    held = rows.filter(pk=number).first() if number is not None else None
    language = "en" if request.LANGUAGE_CODE == "en" else "ja"
    if held is not None and held.submission is not None:
        language = held.submission.language
    with override(language):
        if held is None:
            context = {"what": "link_ended", "title": "", "language": language}
            return render(request, "capture/public/said.html", context, status=410)
        begun = held.seminar.starts_at <= timezone.now()
        if request.method == "POST" and not begun:
            seats.cancel(held.pk, request.build_absolute_uri("/"))
            held.refresh_from_db()
        context = {
            "language": language,
            "seminar": held.seminar,
            "facts": showing.public_of(held.seminar, language),
            "name": held.name or held.email,
            "done": held.state == Application.State.CANCELLED,
            "begun": begun,
        }
        return render(request, "capture/public/cancel_seat.html", context)


def _guest(number: int, guest: int) -> Application:
    held = Application.objects.select_related("seminar").filter(pk=guest, seminar=number).first()
    if held is None:
        raise Http404(_("この申込は見つかりません。"))
    return held
