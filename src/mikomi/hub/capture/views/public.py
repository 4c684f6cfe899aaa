"""Forms as visitors meet them: no login, no cookie set, no script needed; embedded anywhere.

What protects them instead of a cookie: a signed token that names the form, its version and the hour,
and the fact that nothing here acts in anybody's name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.csp import CSP
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from mikomi.core.words import Words
from mikomi.hub.capture import traps
from mikomi.hub.capture.documents import keeping
from mikomi.hub.capture.documents.keeping import link_for, token_of
from mikomi.hub.capture.machines import flags_of
from mikomi.hub.capture.models import Form, FormVersion
from mikomi.hub.capture.seminars import seats, showing, telling
from mikomi.hub.capture.webforms import following, hidden, tokens
from mikomi.hub.capture.webforms.answers import Asked, questions_of, read_answers
from mikomi.hub.capture.webforms.content import Content, consent_text, content_from, said
from mikomi.hub.capture.webforms.submitting import Sent, submit
from mikomi.hub.kit.requests import PageRequest

LONGEST_AGENT = 2_000
LARGEST = 1024 * 1024
"""Bytes of what a form may send."""
_STALE = Words(
    "ページを開いてから時間がたったので、まだ送っていません。記入された内容は残っています。"
    "もう一度ボタンを押してください。",
    "The page was opened long ago, so nothing has been sent yet. What you filled in is still here."
    " Please press the button again.",
)
_FAST = Words(
    "人が送ったことを確かめるため、まだ送っていません。記入された内容は残っています。"
    "もう一度ボタンを押してください。",
    "Nothing has been sent yet, to be sure that a person sends it. What you filled in is still here."
    " Please press the button again.",
)
_TICK = Words("送るには、ここにチェックを入れてください", "Please tick this box to send the form")


def for_everybody[**P](view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """A page without login that other sites may show in a frame, and that no cookie belongs to."""
    opened = login_not_required(csrf_exempt(never_cache(xframe_options_exempt(view))))

    @wraps(opened)
    def framed(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = opened(*args, **kwargs)
        if not hasattr(response, "_csp_config"):
            _frame(response, ())
        return response

    return framed


@for_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: PageRequest, slug: str) -> HttpResponse:
    """The page of a form, and what it sends."""
    if _size(request) > LARGEST:
        return _words_only(request, "too_large", status=413)
    held = Form.objects.select_related("version").filter(slug=slug, place=Form.Place.HOSTED).first()
    if held is None or held.version is None:
        return _words_only(request, "unknown", status=404)
    if request.method == "POST":
        return _posted(request, held)
    content = content_from(held.version.content)
    language = content.language(request.GET.get("lang") or request.LANGUAGE_CODE)
    if not _takes(held):
        return _words_only(request, "closed", title=said(content.title, language), status=410)
    carried = hidden.carried({name: request.GET.get(name, "") for name in hidden.NAMES})
    carried.setdefault(hidden.REFERRER, request.headers.get("Referer", "")[: hidden.LONGEST_PAGE])
    return show(request, held, held.version, language, questions_of(content, language), carried)


@for_everybody
@require_safe
def thanks(request: PageRequest, slug: str) -> HttpResponse:
    """What is said when a form was sent."""
    held = Form.objects.select_related("version").filter(slug=slug).first()
    if held is None or held.version is None:
        return _words_only(request, "unknown", status=404)
    content = content_from(held.version.content)
    language = content.language(request.GET.get("lang") or request.LANGUAGE_CODE)
    token = request.GET.get("document", "")
    with override(language):
        context = {
            "language": language,
            "title": said(content.title, language),
            "text": _thanks(request, content, language),
            "url": content.thanks_url if request.GET.get("embed") else "",
            "embedded": bool(request.GET.get("embed")),
            "document": token if keeping.open_link(token, timezone.now()) else "",
        }
        return render(request, "capture/public/thanks.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt
def confirm(request: PageRequest, token: str) -> HttpResponse:
    """The link in a mail: opening it shows what is agreed to, the button agrees. Programs that open
    links in mails press no buttons."""
    number = tokens.read_confirm_token(token)
    found = following.shown_to_confirm(number) if number is not None else None
    if found is None:
        return _words_only(request, "link_ended", status=410)
    held, content = found
    with override(held.language):
        if request.method == "POST":
            following.confirm(held.pk)
            held.refresh_from_db()
        context = {
            "language": held.language,
            "title": said(content.title, held.language),
            "wording": held.wording.text if held.wording else "",
            "email": held.email,
            "done": held.confirmed_at is not None,
        }
        return render(request, "capture/public/confirm.html", context)


@login_not_required
@require_safe
def script(request: HttpRequest, slug: str) -> HttpResponse:
    """`<script src=…/f/slug.js>`: puts the form where the tag stands, in a frame."""
    held = Form.objects.filter(slug=slug, place=Form.Place.HOSTED).exclude(version=None).first()
    if held is None:
        return HttpResponse("", content_type="text/javascript; charset=utf-8", status=404)
    context = {"url": request.build_absolute_uri(reverse("capture:form", args=[slug])), "name": held.name}
    answer = render(request, "capture/public/embed.js", context)
    answer["Content-Type"] = "text/javascript; charset=utf-8"
    answer["Cache-Control"] = "public, max-age=300"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def show(
    request: PageRequest,
    held: Form,
    version: FormVersion,
    language: str,
    asked: Sequence[Asked],
    carried: dict[str, str],
    *,
    notice: Words | None = None,
    consented: bool = False,
    unticked: bool = False,
    token: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of a form with what was filled in so far, and what is wrong beside it."""
    content = content_from(version.content)
    embedded = "embed" in request.GET
    seminar = seats.seminar_of(held)
    now = timezone.now()
    token = token or tokens.page_token(held.pk, version.pk, language, now)
    read = tokens.read_page_token(token, held.pk, now)
    with override(language):
        context = {
            "form": public_context(content, language, asked, consented=consented),
            "seminar": showing.public_of(seminar, language) if seminar else None,
            "language": language,
            "notice": notice,
            "tick": _TICK if unticked else None,
            "wrong": [one for one in asked if one.error],
            "hidden": carried,
            "honeypot": hidden.HONEYPOT,
            "token": token,
            "page_mark": traps.OF_PAGE + read.mark if read else "",
            "embedded": embedded,
            "action": reverse("capture:form", args=[held.slug]) + ("?embed=1" if embedded else ""),
            "other": _other_language(request, content, language, embedded),
        }
        response = render(request, "capture/public/form.html", context, status=status)
    _frame(response, (content.thanks_url,) if content.thanks_url and not embedded else ())
    return response


def public_context(
    content: Content, language: str, asked: Sequence[Asked], *, consented: bool = False
) -> dict[str, object]:
    """What the template of a form shows: on its page and in the editor's preview."""
    return {
        "title": said(content.title, language),
        "intro": said(content.intro, language),
        "button": said(content.button, language),
        "questions": asked,
        "ask_consent": content.consent.ask,
        "consent": consent_text(content, language),
        "consent_required": content.consent.required,
        "consented": consented,
        "privacy_url": content.privacy_url,
    }


def _takes(held: Form) -> bool:
    """Whether a form takes anything now; that of a seminar only as long as one can apply."""
    seminar = seats.seminar_of(held)
    return held.closed_at is None and (seminar is None or seats.accepts(seminar, timezone.now()))


def _posted(request: PageRequest, held: Form) -> HttpResponse:
    now = timezone.now()
    read = tokens.read_page_token(request.POST.get("token", ""), held.pk, now)
    version = held.version
    if read is not None:
        version = FormVersion.objects.filter(pk=read.version, form=held).first() or version
    assert version is not None
    content = content_from(version.content)
    asking = read.language if read else request.POST.get("lang", request.LANGUAGE_CODE)
    language = content.language(asking)
    carried = hidden.carried({name: request.POST.get(name, "") for name in hidden.NAMES})
    stored, shown = read_answers(
        questions_of(content, language), lambda name: request.POST.getlist(name), content, language
    )
    consented = "consent" in request.POST
    unticked = content.consent.ask and content.consent.required and not consented
    again = {"consented": consented, "unticked": unticked, "status": 422}
    if not _takes(held):
        title = said(content.title, language)
        return _words_only(request, "closed", title=title, answers=shown, language=language, status=410)
    if unticked or any(one.error for one in shown):
        kept = request.POST.get("token", "") if read else ""
        return show(request, held, version, language, shown, carried, token=kept, **again)
    if read is None:
        return show(request, held, version, language, shown, carried, notice=_STALE, **again)
    if now - read.opened_at < tokens.TOO_FAST:
        kept = request.POST.get("token", "")
        return show(request, held, version, language, shown, carried, notice=_FAST, token=kept, **again)
    base = request.build_absolute_uri("/")
    made = submit(
        held,
        version,
        Sent(
            answers=stored,
            consented=consented,
            language=language,
            mark=read.mark,
            at=now,
            touch=hidden.touch_of(carried),
            visitor=hidden.visitor_of(carried, request.COOKIES),
            page=hidden.page_of(carried, request.build_absolute_uri(request.path)),
            trapped=bool(request.POST.get(hidden.HONEYPOT, "").strip()),
            details={
                "agent": request.headers.get("User-Agent", "")[:LONGEST_AGENT],
                "address": request.META.get("REMOTE_ADDR", ""),
                "flags": flags_of(request.headers),
            },
            base=base,
        ),
    )
    embedded = "embed" in request.GET
    place = None if made.held_why else seats.place_of(made)
    said_here = place is not None and (place.waiting or place.again)
    if content.thanks_url and not embedded and not said_here:
        return HttpResponseRedirect(content.thanks_url, status=303)
    query = f"?lang={language}" + ("&embed=1" if embedded else "")
    if place is not None and said_here:
        query += "&waiting=1" if place.waiting else "&again=1"
    link = link_for(content.document, made) if content.document and not made.held_why else None
    if link:
        query += f"&document={token_of(link)}"
    return HttpResponseRedirect(reverse("capture:thanks", args=[held.slug]) + query, status=303)


def _thanks(request: HttpRequest, content: Content, language: str) -> str:
    """What is said after sending: the form's own words, or what became of an application to a seminar."""
    if "waiting" in request.GET:
        return telling.WAITING.text(language)
    return telling.AGAIN.text(language) if "again" in request.GET else said(content.thanks, language)


def _words_only(
    request: PageRequest, what: str, *, title: str = "", language: str = "", status: int, **more: object
) -> HttpResponse:
    spoken = language or ("en" if request.LANGUAGE_CODE == "en" else "ja")
    with override(spoken):
        context = {"what": what, "title": title, "language": spoken, **more}
        return render(request, "capture/public/said.html", context, status=status)


def _size(request: HttpRequest) -> int:
    told = request.META.get("CONTENT_LENGTH") or "0"
    return int(told) if told.isdecimal() else 0


def _frame(response: HttpResponseBase, goes_to: Sequence[str]) -> None:
    """Lets any site show the page in a frame, and its form lead on to addresses of other sites."""
    origins = [f"{parts.scheme}://{parts.netloc}" for url in goes_to if (parts := urlsplit(url)).netloc]
    policy = {**settings.SECURE_CSP, "frame-ancestors": ["*"], "form-action": [CSP.SELF, *origins]}
    # What `csp_override` sets; here it depends on the form.
    # Set as Django's own decorator sets it; the stubs do not know the attribute.
    response._csp_config = policy  # pyright: ignore[reportAttributeAccessIssue]


def _other_language(request: PageRequest, content: Content, language: str, embedded: bool) -> str:
    if not content.english or request.method == "POST":
        return ""
    query = request.GET.copy()
    query["lang"] = "ja" if language == "en" else "en"
    return "?" + query.urlencode()
