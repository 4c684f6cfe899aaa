"""プライバシー: the texts to publish, the word that they are, and the public page of what is sent."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mikomi.core.words import MikomiError, Words
from mikomi.hub.capture import privacy as texts
from mikomi.hub.capture import queries, visitors
from mikomi.hub.capture.transmission import SERVICES, is_duty
from mikomi.hub.kit.jobs import enqueue


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The texts, what tags send, and whether linking is on."""
    return _page(request, None)


@require_POST
def publisher(request: HttpRequest) -> HttpResponse:
    """Who publishes, and which services the site offers."""
    try:
        texts.set_publisher(
            request.POST.get("company", ""),
            request.POST.get("contact", ""),
            request.POST.getlist("service"),
        )
    except MikomiError as error:
        return _page(request, error.words)
    messages.success(request, _("文章を作り直しました"))
    return redirect("capture:privacy")


@require_POST
def linking(request: HttpRequest) -> HttpResponse:
    """Says that the privacy text is published (visits are linked from then on), or that it is no more."""
    if request.POST.get("published") == "no":
        visitors.stop_linking()
        messages.success(request, _("これからの訪問は、人に結び付けません"))
        return redirect("capture:privacy")
    url = request.POST.get("url", "").strip()
    if not request.POST.get("sure") or not url.startswith(("https://", "http://")):
        return _page(
            request,
            Words(
                "公開したページのアドレス（https:// から）を入れ、確かめたことに印を付けてください",
                "give the address of the published page (from https://) and tick that you have checked it",
            ),
        )
    with transaction.atomic():
        joined = visitors.confirm_linking(request.user.get_username(), url[:500], timezone.now())
        enqueue("site.score_changed", once=True)
    messages.success(
        request, _("訪問を人に結び付けます。いままでの訪問者%(n)s人分を結び付けました") % {"n": joined}
    )
    return redirect("capture:privacy")


@require_POST
def retention(request: HttpRequest) -> HttpResponse:
    """How long details and unknown visitors are kept."""
    try:
        texts.set_retention(request.POST.get("details", ""), request.POST.get("unknown", ""))
    except MikomiError as error:
        return _page(request, error.words)
    messages.success(request, _("保存しました。今夜から、この日数で消していきます"))
    return redirect("capture:privacy")


@login_not_required
@require_safe
def transmission(request: HttpRequest) -> HttpResponse:
    """For everybody: what the tags of our sites send, to whom, for what."""
    held = texts.settings()
    shown = {"sources": texts.transmissions(), "company": held.company, "contact": held.contact}
    return render(request, "capture/transmission.html", shown)


def _page(request: HttpRequest, refused: Words | None) -> HttpResponse:
    held = texts.settings()
    typed = request.POST if refused else {}
    context = {
        "company": typed.get("company", held.company),
        "contact": typed.get("contact", held.contact),
        "services": [(key, words, key in held.services) for key, words in SERVICES.items()],
        "duty": is_duty(held.services),
        "text": texts.privacy_text(held.company, held.contact),
        "sources": texts.transmissions(),
        "published": queries.published(),
        "url": typed.get("url", ""),
        "public_url": request.build_absolute_uri("/transmission/"),
        "details_days": typed.get("details", held.details_days),
        "unknown_days": typed.get("unknown", held.unknown_days),
        "refused": refused,
    }
    return render(request, "capture/privacy.html", context, status=422 if refused else 200)
