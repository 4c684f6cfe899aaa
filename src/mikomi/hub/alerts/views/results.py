"""A result straight from an alert: the link asks, the button says."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.dateparse import parse_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts.queries import able, addresses_of
from mikomi.hub.accounts.types import Capability
from mikomi.hub.alerts import links
from mikomi.hub.alerts.links import Tap
from mikomi.hub.alerts.models import Alert
from mikomi.hub.alerts.telling import named
from mikomi.hub.handoff import queries as handoffs
from mikomi.hub.handoff import services as handoff
from mikomi.hub.handoff.types import KIND_WORDS, Kind
from mikomi.hub.people import queries as people

FORGED = Words(
    "このリンクは正しくありません。メールの途中で切れていないか確かめるか、ログインして記録してください",
    "this link is not right; see whether it was cut off in the mail, or log in and record it there",
)
EXPIRED = Words(
    "このリンクの期限（7日）が過ぎています。ログインして、今日連絡する人から記録してください",
    "this link has ended (7 days); log in and record it among the people to contact today",
)
USED = Words(
    "このお知らせの結果は、もう記録されています。直すときはログインしてください",
    "a result was recorded from this alert already; log in to change it",
)
GONE = Words(
    "このお知らせはもうありません。ログインして記録してください",
    "this alert is not there any more; log in and record it there",
)
LEFT = Words(
    "このリンクの持ち主は Mikomi を使えなくなっています",
    "the person of this link does not use Mikomi any more",
)
READS = Words(
    "このリンクの持ち主の役割は「閲覧のみ」なので、結果を記録できません。必要なら、管理者に役割を変えてもらってください",
    "the person of this link may only read by now; an admin can change the role",
)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def result(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks and changes nothing, since scanners follow links; POST records the result that the link
    names, and nothing else, without a login."""
    tap = links.read(token)
    if not isinstance(tap, Tap):
        return _no(request, EXPIRED if tap == "expired" else FORGED, 410 if tap == "expired" else 404)
    alert = Alert.objects.select_related("user").filter(pk=tap.alert).exclude(user=None).first()
    if alert is None or tap.kind not in list(Kind):
        return _no(request, GONE, 410)
    language = next((spoken for _address, spoken in addresses_of([alert.user.pk if alert.user else 0])), None)
    if language is None:
        return _no(request, LEFT, 410)
    if not able(alert.user.pk if alert.user else None, Capability.CONTACT):
        return _no(request, READS, 410)
    with translation.override(language or translation.get_language()):
        return _asked(request, alert, Kind(tap.kind))


def _asked(request: HttpRequest, alert: Alert, kind: Kind) -> HttpResponse:
    person = people.person(alert.lead or 0)
    if person is None or alert.handoff is None or handoffs.handoff(alert.handoff) is None:
        return _no(request, GONE, 410)
    if alert.answered_at is not None:
        return _no(request, USED, 410)
    context: dict[str, Any] = {
        "company": person.company,
        "person": named(person, translation.get_language() or "ja"),
        "result": KIND_WORDS[kind],
        "asks_reason": kind == Kind.REJECTED,
        "asks_day": kind == Kind.TOO_EARLY,
        "typed": request.POST,
    }
    if request.method == "GET":
        return render(request, "alerts/result.html", context)
    try:
        with transaction.atomic():
            # Pressed twice, or in two windows: one of them is first.
            ours = Alert.objects.filter(pk=alert.pk, answered_at=None).update(answered_at=timezone.now())
            if not ours:
                return _no(request, USED, 410)
            handoff.record_result(
                alert.handoff,
                person.number,
                kind,
                alert.user.pk if alert.user else None,
                timezone.now(),
                note=request.POST.get("note", ""),
                next_on=_day(request.POST.get("next_on", "")),
                reason=request.POST.get("reason", "").strip(),
            )
    except MikomiError as error:
        return render(request, "alerts/result.html", context | {"refused": error.words}, status=422)
    return render(request, "alerts/result_done.html", context)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _no(request: HttpRequest, words: Words, status: int) -> HttpResponse:
    return render(request, "alerts/result_refused.html", {"refused": words}, status=status)
