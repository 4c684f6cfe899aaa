"""セミナー: the list, planning one, and opening, closing and calling it off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikomi.core.words import MikomiError, Words
from mikomi.hub.capture.campaigns import queries as campaigns
from mikomi.hub.capture.models import Seminar
from mikomi.hub.capture.seminars import planning, showing
from mikomi.hub.capture.seminars.attendance import BEFORE
from mikomi.hub.capture.webforms.showing import last_sender
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.kit.templatetags.kit import words

PAGE = 50
INPUTS = ("title", "day", "begins", "ends", "place", "url", "capacity", "deadline", "campaign")


@require_safe
def seminars(request: HttpRequest) -> HttpResponse:
    """All seminars: those to come and those that are over."""
    coming, past = showing.seminar_rows(timezone.now())
    page = Paginator(past, PAGE).get_page(request.GET.get("page"))
    context = {"coming": coming, "past": list(page), "page": page, "menu_key": "seminars"}
    return render(request, "capture/seminars/list.html", context)


@require_http_methods(["GET", "POST"])
def new_seminar(request: PageRequest) -> HttpResponse:
    """A new seminar; `like` fills the page in with another one's."""
    if request.method != "POST":
        like = request.GET.get("like", "")
        held = Seminar.objects.filter(pk=int(like)).first() if like.isdecimal() and len(like) < 10 else None
        given = {**_given(held), "day": "", "deadline": ""} if held else {}
        return _plan_page(request, None, given, None)
    given = _posted(request)
    try:
        made = planning.make_seminar(planning.read_plan(given), request.user.pk)
    except MikomiError as error:
        return _plan_page(request, None, given, error.words)
    messages.success(request, _("セミナー「%(name)s」を作りました") % {"name": made.title})
    return redirect("capture:seminar", made.pk)


@require_http_methods(["GET", "POST"])
def edit_seminar(request: PageRequest, number: int) -> HttpResponse:
    """Date, place and capacity of a seminar."""
    held = seminar_of(number)
    if request.method != "POST":
        return _plan_page(request, held, _given(held), None)
    given = _posted(request)
    try:
        plan = planning.read_plan(given)
    except MikomiError as error:
        return _plan_page(request, held, given, error.words)
    moved = planning.change_seminar(number, plan, request.build_absolute_uri("/"))
    messages.success(request, _("セミナーを直しました"))
    tell_moved(request, moved)
    return redirect("capture:seminar", number)


@require_safe
def seminar(request: PageRequest, number: int) -> HttpResponse:
    """One seminar: what to do next, its people, and where one applies."""
    return page_of(request, seminar_of(number))


@require_POST
def open_seminar(request: PageRequest, number: int) -> HttpResponse:
    """Takes applications from now on; the form is made where there is none, or one is chosen."""
    held = seminar_of(number)
    chosen = request.POST.get("form", "")
    try:
        if held.form is None and chosen.isdecimal() and len(chosen) < 10:
            planning.choose_form(number, int(chosen))
        planning.open_seminar(number, request.POST.get("organiser", ""), request.user.pk)
    except MikomiError as error:
        return page_of(request, held, refused=error.words)
    except LookupError as error:
        raise Http404 from error
    messages.success(request, _("申込の受付を始めました"))
    return redirect("capture:seminar", number)


@require_POST
def close_seminar(request: PageRequest, number: int) -> HttpResponse:
    """Takes no more applications; the toast opens it again."""
    seminar_of(number)
    if planning.set_state(number, Seminar.State.CLOSED):
        back = reverse("capture:open_seminar", args=[number])
        messages.success(request, _("申込の受付を終えました"), extra_tags=back)
    return redirect("capture:seminar", number)


@require_http_methods(["GET", "POST"])
def call_off(request: PageRequest, number: int) -> HttpResponse:
    """Asks whether a seminar is to be called off, since mails follow; posted, it is."""
    held = seminar_of(number)
    told = planning.to_be_told(number).count()
    if request.method != "POST":
        context = {"seminar": held, "told": told, "menu_key": "seminars"}
        return render(request, "capture/seminars/call_off.html", context)
    if planning.set_state(number, Seminar.State.CANCELLED):
        messages.success(request, _("セミナーを中止にしました。%(n)s人にメールで知らせます") % {"n": told})
    return redirect("capture:seminar", number)


@require_POST
def delete_seminar(request: PageRequest, number: int) -> HttpResponse:
    """Deletes a draft that nobody has applied to."""
    held = seminar_of(number)
    if planning.delete_draft(number):
        messages.success(request, _("下書き「%(name)s」を消しました") % {"name": held.title})
    else:
        messages.warning(request, _("受付を始めたセミナーは消せません。中止にしてください"))
    return redirect("capture:seminars")


def page_of(
    request: PageRequest, held: Seminar, *, refused: Words | None = None, what: str = "open"
) -> HttpResponse:
    """The page of a seminar, with why it was not opened, or (`what` is `list`) its list not taken."""
    now = timezone.now()
    shown = request.GET.get("show", "")
    row = showing.row_of(held, now)
    page = Paginator(showing.guests(held, shown), PAGE).get_page(request.GET.get("page"))
    absences = row.counts.absent > 0
    options = [
        {
            "label": words(label),
            "url": f"?show={key}" if key else "?",
            "current": key == shown,
        }
        for key, (label, _chosen) in showing.SHOWN.items()
        if key != "absent" or absences
    ]
    url = ""
    if held.form is not None and held.form.version is not None:
        url = request.build_absolute_uri(reverse("capture:form", args=[held.form.slug]))
    context = {
        "seminar": held,
        "row": row,
        "state": row.state,
        "counts": row.counts,
        "facts": showing.public_of(held, request.LANGUAGE_CODE),
        "guests": [showing.guest_of(one, absences=absences) for one in page],
        "page": page,
        "options": options,
        "shown": shown,
        "url": url,
        "organiser": last_sender(),
        "free_forms": planning.free_forms() if held.form is None else [],
        "over": held.ends_at <= now,
        "reception": held.starts_at - BEFORE <= now,
        "refused": refused,
        "refused_what": what,
        "menu_key": "seminars",
    }
    return render(request, "capture/seminars/one.html", context, status=422 if refused else 200)


def seminar_of(number: int) -> Seminar:
    """The seminar of a page; 404 in words where there is none."""
    held = Seminar.objects.select_related("form__version", "campaign").filter(pk=number).first()
    if held is None:
        raise Http404(_("このセミナーは見つかりません。"))
    return held


def tell_moved(request: HttpRequest, names: list[str]) -> None:
    """Says who has a place now."""
    if names:
        shown = _("、").join(names[:5])
        text = _("%(names)sを、キャンセル待ちから繰り上げました（%(n)s人）")
        messages.success(request, text % {"names": shown, "n": len(names)})


def _plan_page(
    request: HttpRequest, held: Seminar | None, given: dict[str, str], refused: Words | None
) -> HttpResponse:
    chosen = given.get("campaign", "")
    offered = [(str(one.number), one.name) for one in campaigns.choices()]
    if chosen.isdecimal() and len(chosen) < 10 and chosen not in dict(offered):
        offered += [(chosen, one.name) for one in [campaigns.campaign(int(chosen))] if one]
    context: dict[str, Any] = {
        "seminar": held,
        "given": given,
        "refused": refused,
        "campaigns": offered,
        "menu_key": "seminars",
    }
    return render(request, "capture/seminars/plan.html", context, status=422 if refused else 200)


def _posted(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in INPUTS}


def _given(held: Seminar) -> dict[str, str]:
    begins, ends = timezone.localtime(held.starts_at), timezone.localtime(held.ends_at)
    deadline = timezone.localtime(held.deadline) if held.deadline else None
    return {
        "title": held.title,
        "day": f"{begins:%Y-%m-%d}",
        "begins": f"{begins:%H:%M}",
        "ends": f"{ends:%H:%M}",
        "place": held.place,
        "url": held.url,
        "capacity": str(held.capacity or ""),
        "deadline": f"{deadline:%Y-%m-%dT%H:%M}" if deadline else "",
        "campaign": str(held.campaign.pk) if held.campaign else "",
    }
