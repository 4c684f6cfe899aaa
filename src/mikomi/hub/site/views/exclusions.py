"""除外: who is kept out of what, who is kept out of the hot ones by that, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikomi.core.names.mail_domains import mail_domain
from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import audit
from mikomi.hub.people import exclusions as people_out
from mikomi.hub.people import queries as people
from mikomi.hub.people.exclusions import EFFECTS, REASONS, TARGETS
from mikomi.hub.people.types import Person
from mikomi.hub.site.closed import MOST_DAYS, rest_days, set_rest_days
from mikomi.hub.site.lists.pages import rows_of
from mikomi.hub.site.rows import kept_out

HOT_SHOWN = 50


@require_safe
def exclusions(request: HttpRequest) -> HttpResponse:
    """All exclusions, and who would be hot without them."""
    return _page(request, None)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Keeps the people of a mail domain out."""
    try:
        held = people_out.exclude(
            request.POST.get("reason", ""),
            "domain",
            request.POST.get("domain", ""),
            request.POST.getlist("keeps_out"),
            request.POST.get("note", ""),
            request.user.pk,
        )
    except MikomiError as error:
        return _page(request, error.words)
    return _done(request, held, reverse("site:exclusions"))


@require_POST
def set_rest(request: HttpRequest) -> HttpResponse:
    """Sets how long a company rests after a lost deal."""
    try:
        with transaction.atomic():
            before, days = rest_days(), int(request.POST.get("days", ""))
            set_rest_days(days)
            entry = Words(
                f"失注した会社を休ませる日数を{before}日から{days}日にした",
                f"Changed how long a company rests after a lost deal from {before} to {days} days",
            )
            audit.record(request.user, "settings.rest", "team", entry)
    except ValueError:
        messages.error(request, _("日数は、0から%(most)sまでの整数で入力してください") % {"most": MOST_DAYS})
    else:
        messages.success(request, _("休ませる日数を決めました"))
    return redirect(reverse("site:exclusions") + "#rest")


@require_http_methods(["GET", "POST"])
def exclude(request: HttpRequest, number: int) -> HttpResponse:
    """Keeps a lead, everybody of its company or of its mail domain out."""
    person = people.person(number) if number < 2**31 else None
    if person is None:
        raise Http404(_("このリードは見つかりません。消されたか、アドレスが違っているのかもしれません。"))
    targets = _targets(person)
    refused = None
    if request.method == "POST":
        target = request.POST.get("target", "lead")
        try:
            held = people_out.exclude(
                request.POST.get("reason", ""),
                target,
                targets.get(target, ("", ""))[0],
                request.POST.getlist("keeps_out"),
                request.POST.get("note", ""),
                request.user.pk,
            )
        except MikomiError as error:
            refused = error.words
        else:
            return _done(request, held, reverse("site:lead", args=[number]))
    context = {
        "back": reverse("site:lead", args=[number]),
        "called": person.name or person.email or person.key,
        "targets": [(key, TARGETS[key], name) for key, (_value, name) in targets.items()],
        "chosen": request.POST.get("target", "lead"),
        "note": request.POST.get("note", ""),
        "refused": refused,
        "menu_key": "leads",
    }
    return render(request, "site/exclusions/exclude.html", context | _words(request), status=_status(refused))


@require_http_methods(["GET", "POST"])
def exclude_company(request: HttpRequest, number: int) -> HttpResponse:
    """Keeps everybody of a company out."""
    company = people.company(number) if number < 2**31 else None
    if company is None:
        raise Http404(_("この会社は見つかりません。アドレスが違っているのかもしれません。"))
    back = reverse("site:company", args=[number])
    refused = None
    if request.method == "POST":
        try:
            held = people_out.exclude(
                request.POST.get("reason", ""),
                "company",
                str(number),
                request.POST.getlist("keeps_out"),
                request.POST.get("note", ""),
                request.user.pk,
            )
        except MikomiError as error:
            refused = error.words
        else:
            return _done(request, held, back)
    context = {
        "called": company.name,
        "back": back,
        "targets": [("company", TARGETS["company"], company.name)],
        "chosen": "company",
        "note": request.POST.get("note", ""),
        "refused": refused,
        "menu_key": "companies",
    }
    return render(request, "site/exclusions/exclude.html", context | _words(request), status=_status(refused))


@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """Ends an exclusion; the toast brings it back."""
    try:
        people_out.end_exclusion(number)
    except LookupError as error:
        raise Http404 from error
    messages.success(
        request, _("除外をやめました"), extra_tags=reverse("site:resume_exclusion", args=[number])
    )
    return _back(request)


@require_POST
def resume(request: HttpRequest, number: int) -> HttpResponse:
    """元に戻す after an exclusion was ended."""
    try:
        people_out.resume_exclusion(number)
    except LookupError as error:
        raise Http404 from error
    messages.success(request, _("元に戻しました"))
    return _back(request)


def _page(request: HttpRequest, refused: Words | None) -> HttpResponse:
    count, first = kept_out.kept_from_hot(HOT_SHOWN)
    rows = rows_of(first)
    context = {
        "exclusions": people_out.exclusions(),
        "hot_kept": count,
        "rows": rows,
        "badges": kept_out.badges(first),
        "not_counted": kept_out.not_counted(),
        "domain": request.POST.get("domain", ""),
        "note": request.POST.get("note", ""),
        "refused": refused,
        "rest_days": rest_days(),
        "most_rest": MOST_DAYS,
        "menu_key": "exclusions",
    }
    return render(request, "site/exclusions/list.html", context | _words(request), status=_status(refused))


def _words(request: HttpRequest) -> dict[str, Any]:
    return {
        "reasons": [
            (key, reason.words, reason.note, [EFFECTS[effect] for effect in reason.keeps_out])
            for key, reason in REASONS.items()
        ],
        "reason_chosen": request.POST.get("reason", ""),
        "effects": EFFECTS.items(),
        "effects_chosen": request.POST.getlist("keeps_out"),
    }


def _targets(person: Person) -> dict[str, tuple[str, str]]:
    """What can be excluded of a lead: the value, and how it is called."""
    found = {"lead": (str(person.number), person.name or person.email or person.key)}
    if person.company_number is not None:
        found["company"] = (str(person.company_number), person.company)
    domain = mail_domain(person.email)
    if domain is not None and domain[1] == "company":
        found["domain"] = (domain[0], domain[0])
    return found


def _done(request: HttpRequest, held: int, back: str) -> HttpResponse:
    undo = reverse("site:end_exclusion", args=[held])
    messages.success(request, _("除外しました。点数は変わりません"), extra_tags=undo)
    return redirect(back)


def _back(request: HttpRequest) -> HttpResponse:
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return redirect(back)
    return redirect("site:exclusions")


def _status(refused: Words | None) -> int:
    return 422 if refused else 200
