"""引き渡し: who has which company, and one hand-off with its log, its frozen score and what can be done."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import audit
from mikomi.hub.accounts import queries as accounts
from mikomi.hub.accounts.forms import number_of_person
from mikomi.hub.handoff import queries, services
from mikomi.hub.handoff.leading import leads_team
from mikomi.hub.handoff.whose import sees_all
from mikomi.hub.kit.list_files import list_answer
from mikomi.hub.site.handoff_file import frames
from mikomi.hub.site.handoff_page import lines_of, page_of

PAGE = 50
FILES = {
    "csv": gettext_lazy("CSV（UTF-8）"),
    "cp932": gettext_lazy("CSV（CP932、日本語版Excel）"),
    "xlsx": gettext_lazy("Excel（XLSX）"),
}
"""How a list for the SFA may be written."""
ONE_DAY = timedelta(days=1)


@require_safe
def handoffs(request: HttpRequest) -> HttpResponse:
    """The hand-offs of a state and of somebody."""
    now = timezone.now()
    which = request.GET.get("state", "open")
    which = which if which in queries.FILTERS else "open"
    who, owner, nobody = _who(request)
    rows = queries.listed(which, now, owner, nobody=nobody)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    counts = queries.counts(now, owner, nobody=nobody)
    context = {
        "which": which,
        "who": who,
        "people": accounts.colleagues() if _sees_all(request) else (),
        "lines": lines_of(queries.views(list(page.object_list)), now),
        "page": page,
        "states": [(name, label, counts[name]) for name, label in STATES.items()],
        "files": FILES.items(),
        "menu_key": "handoffs",
    }
    return render(request, "site/handoffs/list.html", context)


@require_safe
def handoff_file(request: HttpRequest) -> HttpResponseBase:
    """The hand-offs of a state and of somebody as a file for the SFA: `as` is `csv` (UTF-8 with its mark),
    `cp932` or `xlsx`; `since`: handed over on that day or later."""
    which = request.GET.get("state", "open")
    which = which if which in queries.FILTERS else "open"
    _chosen, owner, nobody = _who(request)
    rows = queries.listed(which, timezone.now(), owner, nobody=nobody)
    since = _day(request.GET.get("since", ""))
    if since is not None and since.year > 1:
        rows = rows.filter(opened_at__gte=timezone.make_aware(datetime.combine(since, time())))
    numbers = list(rows.values_list("pk", flat=True))
    language = "ja" if (get_language() or "ja").startswith("ja") else "en"
    told = frames(
        numbers, lambda lead: request.build_absolute_uri(reverse("site:lead", args=[lead])), language
    )
    return list_answer(told, f"handoffs-{timezone.localdate():%Y%m%d}", request.GET.get("as", "csv"))


@require_safe
def handoff(request: HttpRequest, number: int) -> HttpResponse:
    """One hand-off."""
    return _page(request, number, None)


@require_POST
def reassign(request: HttpRequest, number: int) -> HttpResponse:
    """Gives it to somebody else."""
    to = request.POST.get("to", "")
    try:
        with transaction.atomic():
            services.reassign(number, number_of_person(to), request.user.pk, request.POST.get("reason", ""))
            words = Words("引き渡しの担当を変えた", "Reassigned a hand-off")
            audit.record(request.user, "handoff.owner", f"handoff:{number}", words, {"to": to})
    except MikomiError as error:
        return _page(request, number, error.words)
    messages.success(request, _("担当を変えました"))
    return redirect("site:handoff", number)


@require_POST
def give_back(request: HttpRequest, number: int) -> HttpResponse:
    """Returns it to nurturing."""
    try:
        services.give_back(
            number,
            request.user.pk,
            request.POST.get("reason", ""),
            _day(request.POST.get("look_again_on", "")),
        )
    except MikomiError as error:
        return _page(request, number, error.words)
    messages.success(request, _("育成に戻しました"))
    return redirect("site:handoff", number)


@require_POST
def undo(request: HttpRequest, number: int, result: int) -> HttpResponse:
    """Takes a result back."""
    try:
        services.undo_result(result, request.user.pk)
    except MikomiError as error:
        return _page(request, number, error.words)
    messages.success(request, _("元に戻しました"))
    return redirect("site:handoff", number)


@require_POST
def open_again(request: HttpRequest, number: int, lead: int) -> HttpResponse:
    """A lead that was 対象外 may be handed over again."""
    try:
        held = queries.handoff(number) if number < 2**63 else None
        if held is None or lead not in {one.lead for one in held.members}:
            raise Http404
        services.open_again(lead, request.user.pk)
    except MikomiError as error:
        return _page(request, number, error.words)
    messages.success(request, _("もう一度対象にしました"))
    return redirect("site:handoff", number)


STATES: dict[str, Words] = {
    "open": Words("対応中", "Open"),
    "overdue": Words("期限切れ", "Overdue"),
    "waiting": Words("次の日付待ち", "Waiting for a date"),
    "done": Words("完了", "Done"),
    "returned": Words("育成に戻した", "Returned"),
}


def _page(request: HttpRequest, number: int, refused: Words | None) -> HttpResponse:
    held = queries.handoff(number) if number < 2**63 else None
    if held is None or not (_sees_all(request) or held.owner in (None, request.user.pk)):
        raise Http404(_("この引き渡しは見つかりません。一覧から開き直してください。"))
    context: dict[str, Any] = {
        "page": page_of(held, timezone.now()),
        "people": accounts.callers(),
        "mine": held.owner in (None, request.user.pk) or leads_team(request.user.pk),
        "refused": refused,
        "tomorrow": (timezone.localdate() + ONE_DAY).isoformat(),
        "back": reverse("site:handoffs"),
        "menu_key": "handoffs",
    }
    return render(request, "site/handoffs/one.html", context, status=422 if refused else 200)


def _who(request: HttpRequest) -> tuple[str, int | None, bool]:
    """Whose are shown: as the address says it, the user's number or None, and whether nobody's."""
    asked = request.GET.get("who", "")
    if asked == "mine" or not _sees_all(request):
        return "mine", request.user.pk, False
    if asked == "nobody":
        return asked, None, True
    return (asked, int(asked), False) if asked.isdecimal() and len(asked) < 10 else ("", None, False)


def _sees_all(request: HttpRequest) -> bool:
    return sees_all(request.user)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
