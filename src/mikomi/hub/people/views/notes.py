"""Notes and files of leads and companies: written, changed, put away, brought back, given out.

These answer forms that stand on other apps' pages: each goes back to `next`, the page it came from.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mikomi.core.words import MikomiError, Words
from mikomi.hub.people import attachments, notes
from mikomi.hub.people.models import Scope

MOST_AT_ONCE = 20
"""Files of one upload."""


@require_POST
def write_note(request: HttpRequest) -> HttpResponse:
    """A new note."""
    scope, subject = _whose(request)
    text = request.POST.get("text", "")
    try:
        made = notes.write_note(scope, subject, text, request.user.pk)
    except MikomiError as error:
        keep = {"scope": scope, "subject": subject}
        return _refused(request, [error.words], text, keep, reverse("people:note_write"))
    messages.success(request, _("メモを書きました"), extra_tags=reverse("people:note_delete", args=[made]))
    return _back(request, "notes")


@require_POST
def edit_note(request: HttpRequest, number: int) -> HttpResponse:
    """Another text of a note."""
    text = request.POST.get("text", "")
    try:
        notes.edit_note(number, text, request.POST.get("version", ""), request.user.pk)
    except notes.OvertakenError as error:
        return _refused(request, [error.words], text, {}, "", now=error.text)
    except MikomiError as error:
        return _refused(request, [error.words], text, {}, "")
    messages.success(request, _("メモを直しました"))
    return _back(request, "notes")


@require_POST
def delete_note(request: HttpRequest, number: int) -> HttpResponse:
    """Takes a note away; the toast brings it back."""
    way_back = reverse("people:note_restore", args=[number])
    return _put_away(request, notes.delete_note(number), _("メモを消しました"), way_back, "notes")


@require_POST
def restore_note(request: HttpRequest, number: int) -> HttpResponse:
    """Brings a note back."""
    return _bring_back(request, notes.restore_note(number), "notes")


@require_POST
def keep_files(request: HttpRequest) -> HttpResponse:
    """New files; those that cannot be taken are named, with the reason."""
    scope, subject = _whose(request)
    uploads = request.FILES.getlist("file")
    refused: list[Words] = []
    kept: list[int] = []
    if not uploads:
        refused.append(Words("ファイルが選ばれていません。", "No file was chosen."))
    if len(uploads) > MOST_AT_ONCE:
        refused.append(
            Words(
                f"一度に置けるのは{MOST_AT_ONCE}個までです。残りはもう一度置いてください。",
                f"{MOST_AT_ONCE} files at a time; add the others after these.",
            )
        )
    for upload in uploads[:MOST_AT_ONCE]:
        try:
            kept.append(attachments.keep_file(scope, subject, upload, request.user.pk))
        except MikomiError as error:
            refused.append(error.words)
    if refused:
        return _refused(request, refused, "", {}, "", kept=len(kept))
    said = _("%(count)s個のファイルを置きました") % {"count": len(kept)}
    undo = reverse("people:file_delete", args=kept) if len(kept) == 1 else ""
    messages.success(request, said, extra_tags=undo)
    return _back(request, "files")


@require_safe
def give_file(request: HttpRequest, number: int) -> FileResponse:
    """A file, always to be saved: whatever it holds, no browser shows it as a page of this site."""
    found = attachments.open_file(number)
    if found is None:
        raise Http404(_("このファイルはもうありません。ほかの人が消したか、リードが消去されています。"))
    file, data = found
    answer = FileResponse(
        data, as_attachment=True, filename=file.name, content_type="application/octet-stream"
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
def delete_file(request: HttpRequest, number: int) -> HttpResponse:
    """Takes a file away; the toast brings it back."""
    way_back = reverse("people:file_restore", args=[number])
    return _put_away(request, attachments.delete_file(number), _("ファイルを消しました"), way_back, "files")


@require_POST
def restore_file(request: HttpRequest, number: int) -> HttpResponse:
    """Brings a file back."""
    return _bring_back(request, attachments.restore_file(number), "files")


def _put_away(request: HttpRequest, done: bool, said: str, way_back: str, place: str) -> HttpResponse:
    if done:
        messages.success(request, said, extra_tags=way_back)
    else:
        messages.warning(request, _("もう消されています"))
    return _back(request, place)


def _bring_back(request: HttpRequest, done: bool, place: str) -> HttpResponse:
    if done:
        messages.success(request, _("元に戻しました"))
    else:
        messages.warning(request, _("戻せませんでした。すでに戻っているか、片づけられています"))
    return _back(request, place)


def _whose(request: HttpRequest) -> tuple[str, int]:
    scope, subject = request.POST.get("scope", ""), request.POST.get("subject", "")
    if scope not in Scope.values or not (subject.isascii() and subject.isdigit() and len(subject) < 10):
        raise Http404
    return scope, int(subject)


def _next(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure())
    return asked.partition("#")[0] if safe else "/"


def _back(request: HttpRequest, place: str) -> HttpResponse:
    return redirect(f"{_next(request)}#{place}")


def _refused(
    request: HttpRequest,
    words: list[Words],
    text: str,
    hidden: dict[str, str | int],
    send_to: str,
    *,
    now: str = "",
    kept: int = 0,
) -> HttpResponse:
    """Says what did not work. What was written stands there still: to send again, or to copy."""
    context = {
        "words": words,
        "text": text,
        "hidden": hidden,
        "send_to": send_to,
        "now": now,
        "kept": kept,
        "next": _next(request),
    }
    return render(request, "people/note_refused.html", context, status=422)
