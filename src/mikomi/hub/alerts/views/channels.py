"""連携先: where the team's alerts go."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mikomi.core.words import MikomiError, Words
from mikomi.hub.alerts import queries, queue, services
from mikomi.hub.alerts.channels import calling
from mikomi.hub.alerts.channels.known import KINDS
from mikomi.hub.alerts.models import Channel, Delivery
from mikomi.hub.alerts.recording import mail_channel
from mikomi.hub.alerts.types import Told
from mikomi.hub.alerts.views.wishes import LABELS
from mikomi.hub.kit import mailbox

MOST_LISTED = 50


@require_GET
def channels(request: HttpRequest) -> HttpResponse:
    """All channels with how they are, and what a person must look at."""
    return _list(request)


def _list(request: HttpRequest, *, refused: Words | None = None, typed: str | None = None) -> HttpResponse:
    mail_channel()
    now = timezone.now()
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    rows = [
        {
            "channel": one,
            "kind": KINDS[one.kind],
            "waiting": waiting.filter(channel=one).count(),
            "error": Words(one.error["ja"], one.error["en"]) if one.error else None,
            "in_box": one.kind == "mail" and mailbox.in_use(),
        }
        for one in Channel.objects.order_by("pk")
    ]
    look = [
        {
            "row": one,
            "told": Told.of(one.alert.told, get_language() or "ja"),
            "error": Words(one.error["ja"], one.error["en"]) if one.error else None,
            "again": queries.may_go_again(one, now),
        }
        for one in queries.to_look_at(now)[:MOST_LISTED]
    ]
    context = {
        "rows": rows,
        "look": look,
        "kinds": [kind for key, kind in KINDS.items() if key != "mail"],
        "inside": calling.inside() if typed is None else typed,
        "refused": refused,
        "menu_key": "channels",
    }
    return render(request, "alerts/channels.html", context, status=422 if refused else 200)


@require_POST
def inside(request: HttpRequest) -> HttpResponse:
    """Sets the addresses inside that may be called."""
    typed = request.POST.get("networks", "")[:10_000]
    try:
        services.allow_inside(typed, by=request.user)
    except MikomiError as error:
        return _list(request, refused=error.words, typed=typed)
    messages.success(request, _("保存しました"))
    return redirect("alerts:channels")


@require_http_methods(["GET", "POST"])
def new_channel(request: HttpRequest, kind: str) -> HttpResponse:
    """A form for a new channel of a kind."""
    if kind not in KINDS or kind == "mail":
        raise Http404(_("この種類の連携先はありません。一覧から選び直してください。"))
    return _edit(request, None, kind)


@require_http_methods(["GET", "POST"])
def channel(request: HttpRequest, number: int) -> HttpResponse:
    """A channel's settings."""
    held = _channel(number)
    return _edit(request, held, held.kind)


def _edit(request: HttpRequest, held: Channel | None, kind: str) -> HttpResponse:
    refused: Words | None = None
    hears = list(held.hears) if held else []
    language = held.language if held else (get_language() or "ja")
    typed: dict[str, str] = {}
    if request.method == "POST":
        typed = {name: str(value) for name, value in request.POST.items()}
        hears = request.POST.getlist("hears")
        language = "en" if typed.get("language") == "en" else "ja"
        fresh = held is None
        try:
            saved = services.save_channel(held, kind, typed, hears, language, by=request.user)
        except MikomiError as error:
            refused = error.words
        else:
            if fresh and kind == "webhook":
                # Shown once, here; afterwards it is only known that there is one.
                context = _context(saved, kind, {}, hears, language, None)
                context["secret"] = saved.config["secret"]
                return render(request, "alerts/channel.html", context)
            messages.success(request, _("保存しました。「テストを送る」で届くか確かめられます"))
            return redirect("alerts:channel", saved.pk)
    context = _context(held, kind, typed, hears, language, refused)
    return render(request, "alerts/channel.html", context, status=422 if refused else 200)


def _context(
    held: Channel | None,
    kind: str,
    typed: dict[str, str],
    hears: list[str],
    language: str,
    refused: Words | None,
    came: Words | None = None,
) -> dict[str, Any]:
    known = KINDS[kind]
    config = held.config if held else {}
    fields = [
        {
            "field": one,
            "value": typed.get(one.name, "" if one.secret else config.get(one.name, "")),
            "kept": one.secret and bool(config.get(one.name)),
        }
        for one in known.fields
    ]
    return {
        "held": held,
        "kind": known,
        "fields": fields,
        "name": typed.get("name", held.name if held else known.label.text(get_language() or "ja")),
        "language": language,
        "hears": [
            (key, label, help, key in hears) for key, (label, help) in LABELS.items() if key != "digest"
        ],
        "refused": refused,
        "came": came,
        "error": Words(held.error["ja"], held.error["en"]) if held and held.error else None,
        "menu_key": "channels",
    }


@require_POST
def test(request: HttpRequest, number: int) -> HttpResponse:
    """Sends a test message at once and shows what came back."""
    held = _channel(number)
    refused = came = None
    try:
        said = queue.try_channel(held)
        came = Words(f"届きました。相手の答え: {said}", f"It arrived. The answer: {said}")
    except MikomiError as error:
        refused = error.words
    held.refresh_from_db()
    context = _context(held, held.kind, {}, list(held.hears), held.language, refused, came)
    return render(request, "alerts/channel.html", context, status=422 if refused else 200)


@require_POST
def pause(request: HttpRequest, number: int) -> HttpResponse:
    """Stops a channel, or lets it go on."""
    held = _channel(number)
    services.pause(held, paused=request.POST.get("paused") == "yes", by=request.user)
    return redirect("alerts:channels")


@require_POST
def try_now(request: HttpRequest, number: int) -> HttpResponse:
    """Has what waits tried at once."""
    services.try_now(_channel(number))
    messages.success(request, _("すぐに試すように頼みました"))
    return redirect("alerts:channels")


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """Asks, then deletes a channel with what waits for it."""
    held = _channel(number)
    if request.method == "POST":
        services.delete(held, by=request.user)
        messages.success(request, _("連携先を削除しました"))
        return redirect("alerts:channels")
    waiting = Delivery.objects.filter(channel=held, state=Delivery.State.WAITING).count()
    return render(
        request, "alerts/delete_channel.html", {"held": held, "waiting": waiting, "menu_key": "channels"}
    )


@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Has one alert sent again."""
    if queue.send_again(number):
        messages.success(request, _("もう一度送ります"))
    return redirect("alerts:channels")


@require_POST
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Takes one alert off the list of those to look at; it is not sent."""
    queries.to_look_at().filter(pk=number).delete()
    return redirect("alerts:channels")


def _channel(number: int) -> Channel:
    held = Channel.objects.filter(pk=number).exclude(kind="mail").first() if number < 2**63 else None
    if held is None:
        raise Http404(_("この連携先は見つかりません。一覧から選び直してください。"))
    return held
