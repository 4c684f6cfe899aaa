"""What Today rests on: how many contacts a day, and the text of メールする."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikomi.core.words import Language, MikomiError
from mikomi.hub.handoff import worklist
from mikomi.hub.kit.formats import number
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.site.today import capacity
from mikomi.hub.site.today.day import USUAL_CAPACITY
from mikomi.hub.site.today.settings import (
    LONGEST_BODY,
    LONGEST_SUBJECT,
    mail_template,
    set_mail_template,
)

if TYPE_CHECKING:
    from mikomi.hub.accounts.models import User


@require_safe
def capacity_page(request: PageRequest) -> HttpResponse:
    """営業が1日に追える件数は？ The answer is computed by a second request, which may take a while."""
    asked = _asked(request.GET.get("n", ""))
    context = {
        "asked": asked or worklist.capacity_of_all() or USUAL_CAPACITY,
        "seated": worklist.capacity_of_all(),
        "menu_key": "edit",
    }
    return render(request, "site/today/capacity.html", context)


@require_safe
def capacity_answer(request: PageRequest) -> HttpResponse:
    """Which threshold the past weeks ask for."""
    told = capacity.propose(_asked(request.GET.get("n", "")) or USUAL_CAPACITY)
    return render(request, "site/today/capacity_answer.html", {"told": told, "parts": _parts()})


@require_POST
def take_capacity(request: PageRequest) -> HttpResponse:
    """Takes the proposed threshold over into the draft; `pass`: not now."""
    if "pass" in request.POST:
        capacity.pass_over()
        messages.success(request, _("しきい値はそのままです。提案が変わったら、またお知らせします"))
        return redirect("site:today")
    told = capacity.propose(_asked(request.POST.get("n", "")) or USUAL_CAPACITY)
    if told is None:
        messages.warning(request, _("公開したスコアがまだありません。先にスコアを公開してください"))
        return redirect("scores:edit")
    language: Language = "ja" if request.LANGUAGE_CODE.startswith("ja") else "en"
    try:
        capacity.take_over(told.part, told.proposed, cast("User", request.user), language)
    except MikomiError as error:
        messages.warning(request, words(error.words))
        return redirect("site:capacity")
    messages.success(
        request,
        _("下書きのしきい値を%(score)s点にしました。公開するまでは、今のままです")
        % {"score": number(told.proposed)},
    )
    return redirect("scores:edit")


@require_http_methods(["GET", "POST"])
def mail_text(request: PageRequest) -> HttpResponse:
    """The text that メールする begins with, each person's own."""
    user = cast("User", request.user)
    if request.method == "POST":
        set_mail_template(user, request.POST.get("subject", ""), request.POST.get("body", ""))
        messages.success(request, _("メールの文面を保存しました"))
        return redirect(reverse("site:mail_text"))
    context = {
        "mail": mail_template(user, request.LANGUAGE_CODE),
        "longest_subject": LONGEST_SUBJECT,
        "longest_body": LONGEST_BODY,
        "menu_key": "today",
    }
    return render(request, "site/today/mail_text.html", context)


def _asked(text: str) -> int | None:
    whole = text.isascii() and text.isdigit() and len(text) < 6
    return min(int(text), capacity.MOST) or None if whole else None


def _parts() -> dict[str, str]:
    return {"total": _("合計"), "engagement": _("行動"), "fit": _("属性")}
