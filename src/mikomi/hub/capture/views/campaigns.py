"""施策: campaigns with what came of them, one of them with its people, and changing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity.queries import instant
from mikomi.hub.capture.campaigns import editing, queries
from mikomi.hub.capture.campaigns.forms import TEXTS, as_typed, read_plan, rules_in
from mikomi.hub.capture.campaigns.rules import PARTS
from mikomi.hub.capture.models import Campaign, Form, Seminar
from mikomi.hub.kit import sight
from mikomi.hub.people import queries as people

PAGE = 50
EMPTY_RULES = 1
"""Rows for new rules that the page offers below those there are."""


@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    """All campaigns, or those that were put away."""
    archived = "archived" in request.GET
    rows = queries.listed(archived=archived)
    counted = [row.counts.at for row in rows if row.counts]
    context = {
        "rows": rows,
        "archived": archived,
        "others": Campaign.objects.filter(archived_at__isnull=archived).exists(),
        "counted_at": max(counted, default=None),
        "menu_key": "campaigns",
    }
    return render(request, "capture/campaigns/list.html", context)


@require_safe
def campaign(request: HttpRequest, number: int) -> HttpResponse:
    """One campaign: what it is, what came of it, and its people with how they came to it."""
    held = _campaign(number)
    found = queries.members(number, _place(request.GET.get("before", "")), PAGE + 1)
    shown, more = found[:PAGE], found[PAGE:]
    gone = sight.hidden([lead for _since, lead in shown])
    ways = queries.ways_of(number, [lead for _since, lead in shown])
    context = {
        "campaign": held,
        "listed": queries.Listed(held, queries.counts_of(number)),
        "rules": held.rules,
        "forms": held.forms.order_by("name"),
        "seminars": Seminar.objects.filter(campaign=held).order_by("starts_at"),
        "rows": [
            (people.person(lead), ways.get(lead, []), instant(since))
            for since, lead in shown
            if lead not in gone
        ],
        "hidden": len(gone),
        "more": f"{shown[-1][0]}.{shown[-1][1]}" if more else "",
        "further": "before" in request.GET,
        "menu_key": "campaigns",
    }
    return render(request, "capture/campaigns/one.html", context)


@require_http_methods(["GET", "POST"])
def new_campaign(request: HttpRequest) -> HttpResponse:
    """A new campaign."""
    refused: Words | None = None
    if request.method == "POST":
        try:
            made = editing.make_campaign(read_plan(request.POST), request.user.pk)
        except MikomiError as error:
            refused = error.words
        else:
            messages.success(request, _("施策「%(name)s」を作りました") % {"name": made.name})
            return redirect("capture:campaign", made.pk)
    return _editor(request, None, refused)


@require_http_methods(["GET", "POST"])
def edit_campaign(request: HttpRequest, number: int) -> HttpResponse:
    """What a campaign is, to be changed."""
    held = _campaign(number)
    refused: Words | None = None
    if request.method == "POST":
        try:
            editing.change_campaign(number, read_plan(request.POST))
        except MikomiError as error:
            refused = error.words
        else:
            messages.success(request, _("施策を直しました。加わる人を数えなおしています"))
            return redirect("capture:campaign", number)
    return _editor(request, held, refused)


@require_POST
def archive_campaign(request: HttpRequest, number: int) -> HttpResponse:
    """Puts a campaign away, or takes it out again."""
    archived = request.POST.get("archived") == "yes"
    if editing.set_archived(_campaign(number).pk, archived=archived):
        messages.success(request, _("施策をしまいました") if archived else _("施策を戻しました"))
    return redirect("capture:campaign", number)


def _place(text: str) -> tuple[int, int] | None:
    """Where the page above ended, out of the address."""
    since, _point, lead = text.partition(".")
    fits = since.isascii() and since.isdecimal() and lead.isascii() and lead.isdecimal()
    return (int(since), int(lead)) if fits and len(since) < 18 and len(lead) < 10 else None


def _campaign(number: int) -> Campaign:
    held = Campaign.objects.filter(pk=number).first() if number < 2**31 else None
    if held is None:
        raise Http404(_("この施策は見つかりません。"))
    return held


def _editor(request: HttpRequest, held: Campaign | None, refused: Words | None) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    chosen: set[int] = set()
    if posted is not None:
        wanted: dict[str, Any] = as_typed(posted)
        rules = rules_in(posted)
        chosen = {int(text) for text in posted.getlist("forms") if text.isascii() and text.isdecimal()}
    elif held is not None:
        wanted = {name: getattr(held, name) for name in TEXTS}
        wanted |= {
            name: day.isoformat() if (day := getattr(held, name)) else "" for name in ("begins", "ends")
        }
        wanted["cost"] = "" if held.cost is None else held.cost
        rules, chosen = held.rules, set(held.forms.values_list("pk", flat=True))
    else:
        wanted, rules = {"kind": Campaign.Kind.EXHIBITION.value}, []
    context = {
        "campaign": held,
        "wanted": wanted,
        "kinds": Campaign.Kind.choices,
        "rule_rows": [
            [(part, rule.get(part, "")) for part in PARTS] for rule in [*rules, *([{}] * EMPTY_RULES)]
        ],
        "forms": Form.objects.order_by("name"),
        "chosen": chosen,
        "refused": refused,
        "back": reverse("capture:campaign", args=[held.pk]) if held else reverse("capture:campaigns"),
        "menu_key": "campaigns",
    }
    return render(request, "capture/campaigns/edit.html", context, status=422 if refused else 200)
