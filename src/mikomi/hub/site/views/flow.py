"""月ごとの流れ: from leads to deals, by month and by campaign."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from mikomi.hub.capture.campaigns import queries as campaigns
from mikomi.hub.kit import sight
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.people.deals import queries as deals
from mikomi.hub.site import flow
from mikomi.hub.site.lists.pages import rows_of

MONTHS = 12
LISTED = 50
WAITING = 20
NAMES: dict[str, str | Promise] = {
    "hot": _("ホット"),
    "handed": _("引き渡し"),
    "met": _("商談"),
    "won": pgettext_lazy("step", "受注"),
}
"""The steps after リード, in their order."""


@require_safe
def flow_page(request: PageRequest) -> HttpResponse:
    """How far the people of each month came, and those of each campaign."""
    today = timezone.localdate()
    held, names = flow.kept(), campaigns.names()
    context: dict[str, Any] = {
        "menu_key": "flow",
        "steps": NAMES.items(),
        "step_names": NAMES,
        "enough": flow.ENOUGH,
    }
    if held is None:
        return render(request, "site/flow/page.html", context)
    people, at = held
    chosen = _campaign(request.GET.get("campaign", ""))
    came = _month(request.GET.get("month", ""))
    last = min(_month(request.GET.get("until", "")) or today, today)
    mine = flow.narrowed(people, campaign=chosen)
    months = flow.months_until(last, MONTHS)
    lines = flow.of_months(mine, months, today)
    within = flow.between(mine, months[0], months[-1])
    before = flow.months_until(months[0], 2)[0]
    after = flow.months_until(date(last.year + 1, last.month, 1), 1)[0]
    context |= {
        "at": at,
        "lines": lines,
        "total": flow.total(within),
        "campaign_lines": flow.of_campaigns(people, came, today),
        "months": months[::-1],
        "came": came,
        "until": last.strftime("%Y-%m") if request.GET.get("until") else "",
        "campaigns": names.items(),
        "chosen": chosen,
        "chosen_name": names.get(chosen or 0, ""),
        "before": before.strftime("%Y-%m") if flow.any_before(mine, months[0]) else "",
        "after": after.strftime("%Y-%m") if last.strftime("%Y-%m") < today.strftime("%Y-%m") else "",
        "ripe_days": flow.RIPE_DAYS,
        "soon": flow.SOON,
        "nobody": people.is_empty(),
        # Nobody knows yet whose these are.
        "waiting": () if sight.present() else deals.waiting(WAITING),
        "waiting_count": deals.waiting_count(),
    }
    return render(request, "site/flow/page.html", context)


@require_safe
def flow_leads(request: PageRequest) -> HttpResponse:
    """The people behind a number of the page."""
    held = flow.kept()
    if held is None:
        raise Http404
    month, chosen = _month(request.GET.get("month", "")), _campaign(request.GET.get("campaign", ""))
    step = request.GET.get("step", "")
    people = flow.narrowed(held[0], month=month, campaign=chosen, step=step)
    page = Paginator(people["lead"].sort(descending=True), LISTED).get_page(request.GET.get("page"))
    names = campaigns.names()
    context = {
        "menu_key": "flow",
        "page": page,
        "rows": rows_of([int(lead) for lead in page.object_list]),
        "count": people.height,
        "month": month,
        "step": NAMES.get(step, ""),
        "campaign": names.get(chosen or 0, _("施策なし")) if chosen is not None else "",
    }
    return render(request, "site/flow/leads.html", context)


def _campaign(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _month(text: str) -> date | None:
    if not re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", text):
        return None
    return date.fromisoformat(f"{text}-01")
