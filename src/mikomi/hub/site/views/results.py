"""Results that somebody says of a lead: a meeting, won, lost, out of scope; and taking one back."""

from __future__ import annotations

from datetime import date, datetime, time

import polars as pl
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mikomi.core.values.money import yen_of
from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import audit
from mikomi.hub.activity.results import lead_of_outcome
from mikomi.hub.activity.types import OutcomeKey
from mikomi.hub.kit import sight
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.people import results
from mikomi.hub.site.timeline import RESULTS

BAD_DAY = Words("日付を選んでください。", "Choose a day.")
NO_AMOUNT = Words(
    "金額が読めません。1200000 や 120万円 のように、円で入力してください。",
    "The amount cannot be read. Write it in yen, like 1200000.",
)


@require_POST
def record(request: PageRequest) -> HttpResponse:
    """Records the result of a lead."""
    given = request.POST
    lead = given.get("lead", "")
    if not (lead.isascii() and lead.isdigit() and len(lead) < 10):
        raise Http404
    try:
        with transaction.atomic():
            made = results.record_result(
                int(lead),
                given.get("result", ""),
                by=request.user.pk,
                at=_at(given.get("on", "")),
                amount=_amount(given.get("amount", "")),
                product=given.get("product", ""),
                reason=given.get("reason", ""),
            )
            said = RESULTS[given.get("result", "")]
            entry = Words(
                f"リード {lead} の結果「{said.ja}」を記録した",
                f"Recorded the result {said.en} of lead {lead}",
            )
            audit.record(request.user, "outcome.recorded", f"lead:{lead}", entry)
    except MikomiError as refused:
        messages.error(request, words(refused.words))
        return _back(request, lead)
    undo = f"{reverse('site:take_back_result')}?key={made.subject}:{made.at}:{made.id}&lead={lead}"
    messages.success(request, _("結果を記録しました"), extra_tags=undo)
    return _back(request, lead)


@require_POST
def undo(request: PageRequest) -> HttpResponse:
    """Takes a result back that somebody said by hand."""
    parts = (request.POST.get("key") or request.GET.get("key", "")).split(":")
    try:
        subject, at, name = (int(part) for part in parts)
    except ValueError:
        raise Http404 from None
    if max(abs(at), abs(name)) >= 2**63 or abs(subject) >= 2**31:
        raise Http404
    key = OutcomeKey(subject, at, name)
    whose = lead_of_outcome(key)
    if whose is not None and sight.hidden({whose}):
        raise PermissionDenied
    with transaction.atomic():
        gone = results.take_back_result(key)
        if gone:
            entry = Words("記録した結果を取り消した", "Took a recorded result back")
            audit.record(request.user, "outcome.undone", f"lead:{whose}" if whose else "", entry)
    if gone:
        messages.success(request, _("記録した結果を取り消しました"))
    else:
        messages.error(request, _("その結果はもうありません。ほかの人が取り消したのかもしれません"))
    return _back(request, request.GET.get("lead", ""))


def _at(text: str) -> datetime:
    """The moment that a day stands for: now for today, else noon."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise MikomiError(BAD_DAY) from None
    now = timezone.now()
    if day == timezone.localdate(now):
        return now
    return timezone.make_aware(datetime.combine(day, time(12)))


def _amount(text: str) -> int | None:
    if not text.strip():
        return None
    found = yen_of(pl.Series([text[:100]]))[0]
    if found is None:
        raise MikomiError(NO_AMOUNT)
    return found


def _back(request: PageRequest, lead: str) -> HttpResponse:
    there = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(there)
    if lead.isascii() and lead.isdigit() and len(lead) < 10:
        return redirect(reverse("site:lead", args=[int(lead)]) + "#outcomes")
    return redirect("site:home")
