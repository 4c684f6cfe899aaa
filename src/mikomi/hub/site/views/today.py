"""今日連絡する人: the first page of the day, and what is said of each call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts.allowing import may_of
from mikomi.hub.handoff import calendar, queries, services, whose, worklist
from mikomi.hub.handoff.types import KIND_WORDS, Kind, State
from mikomi.hub.handoff.urging import urged_lately
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.menu import lights_of
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.kit.templatetags.kit import day as day_words
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.site import statuses
from mikomi.hub.site.lights import know_left
from mikomi.hub.site.standing import standing
from mikomi.hub.site.today import capacity, lanes, saying
from mikomi.hub.site.today import day as days
from mikomi.hub.site.today.brief import brief_of
from mikomi.hub.site.today.hearing import heard_of
from mikomi.hub.site.today.settings import mail_template

if TYPE_CHECKING:
    from mikomi.hub.accounts.models import User

MOST_OPEN = 400
"""So many cards at the most stand on one page."""
MOST_BARS = 20
ASKED_SINCE = Words(
    "この結果のあとに問い合わせが来たので、次の日付は変えられません。カードから今日の結果を記録してください",
    "somebody asked for something after this result, so it cannot be put off; record a new one on the card",
)
PAGE = ("who", "more", "for")
"""What a page of Today is asked for by."""
SENT_AGAIN = ("said", "lead", "who", "more", "for", "note", "date", "reason")
"""What a form says once more where somebody takes a hand-off over."""


@require_safe
def today(request: PageRequest) -> HttpResponse:
    """The cards of the day; `?who=all` of everybody, `?more=` opens the rest, `?for=reconsider` one cause."""
    now, on = timezone.now(), timezone.localdate()
    team = calendar.team()
    sees = sees_all(request, team)
    everybody, only_back = sees and request.GET.get("who") == "all", _only_back(request.GET)
    late, late_total = worklist.overdue(now, None if everybody else _me(request).pk, lanes.SHOWN)
    scored = standing()
    held = days.day_of_user(
        on,
        now,
        _me(request).pk,
        scored,
        everybody=everybody,
        more=_more(request.GET),
        only_back=only_back,
        lane=lanes.SHOWN,
        also=late,
    )
    if not everybody:
        know_left(request, held.todo)
    context = _of_day(request, held, everybody) | {
        "only_back": only_back,
        "who_options": [
            {"label": _("自分の担当"), "url": ".", "current": not everybody},
            {"label": _("全員"), "url": "?who=all", "current": everybody},
        ]
        if sees
        else [],
        "more": _more(request.GET),
        "more_url": _address(request.GET, more=_more(request.GET) + days.REST_AT_ONCE),
        "scored": scored,
        "lane": lanes.reconsidering(held),
        "late": lanes.overdue(late, held.read, calendar.working_time(team), now, _me(request).pk),
        "late_total": late_total,
        "proposal": capacity.said() if may_of(request.user).market else None,
        "lights": lights_of(request),
        "matrix": statuses.matrix(scored.on) if scored else None,
        "menu_key": "today",
    }
    return render(request, "site/today/today.html", context)


@require_safe
def nearly(request: PageRequest) -> HttpResponse:
    """あと一歩, asked for by the page once it stands: its sentences take a while."""
    return render(request, "site/today/nearly.html", {"nearly": lanes.nearly(standing())})


@require_safe
def call(request: PageRequest) -> HttpResponse:
    """上から順に電話する: one card after the other, with everything for the call. `?skip=`: passed over."""
    now, on = timezone.now(), timezone.localdate()
    everybody = _everybody(request)
    held = days.day_of_user(on, now, _me(request).pk, standing(), everybody=everybody)
    skipped = set(request.GET.getlist("skip"))
    waiting = [card for card in held.cards if str(card.number) not in skipped]
    card = waiting[0] if waiting else None
    asked = request.GET.copy()
    if card is not None:
        asked.appendlist("skip", str(card.number))
    context = _of_day(request, held, everybody) | {
        "card": card,
        "brief": brief_of(card.first.row.lead_id, card.first.row.company_id) if card else None,
        "heard": heard_of(card.first.row.lead_id) if card else None,
        "skip_url": f"?{asked.urlencode()}",
        "skipped": len(held.cards) - len(waiting),
        "calling": True,
        "next": request.get_full_path(),
        "menu_key": "today",
    }
    return render(request, "site/today/call.html", context)


@require_POST
def say_result(request: PageRequest, number: int) -> HttpResponse:
    """One tap: what came of a call. Under htmx, the card folds into a row."""
    on = timezone.localdate()
    lead = request.POST.get("lead", "")
    try:
        said = saying.read(request.POST, on, request.LANGUAGE_CODE)
        made = services.record_result(
            number,
            int(lead) if lead.isascii() and lead.isdigit() and len(lead) < 10 else 0,
            said.kind,
            _me(request).pk,
            timezone.now(),
            note=request.POST.get("note", ""),
            next_on=said.next_on,
            reason=said.reason,
            take_over="take" in request.POST,
        )
    except MikomiError as error:
        return _refused(request, number, error.words)
    _count_again(made)
    _tell(request, made, words(KIND_WORDS[said.kind]))
    if not request.htmx:
        return redirect(_back(request))
    held = _day_again(request)
    done = [one for one in held.done if one.result.number == made]
    context = _of_day(request, held, _everybody(request)) | {
        "gone": number,
        "fresh": done,
        "toast_next": _back(request),
    }
    return render(request, "site/today/said.html", context)


@require_POST
def undo(request: PageRequest, number: int) -> HttpResponse:
    """Takes a result back: the card stands where it stood."""
    found = _result(number)
    _count_again(number)
    try:
        services.undo_result(number, _me(request).pk)
    except MikomiError as error:
        messages.warning(request, words(error.words))
        if request.htmx:
            return render(request, "site/today/refused_undo.html")
    else:
        messages.success(request, _("元に戻しました"))
    if not request.htmx:
        return redirect(f"{_back(request)}#call-{found}")
    held, page = _day_again(request), _page(request)
    place = next((at for at, card in enumerate(held.cards) if card.number == found), None)
    context = _of_day(request, held, _everybody(request)) | {
        "undone": number,
        "card": None if place is None else held.cards[place],
        "after": held.cards[place - 1].number if place else None,
        "more": _more(page),
        "only_back": _only_back(page),
    }
    return render(request, "site/today/undone.html", context)


@require_POST
def urge(request: PageRequest, number: int) -> HttpResponse:
    """催促する: an overdue hand-off is called to its owner's mind."""
    try:
        name = services.urge(number, _me(request).pk, timezone.now())
    except MikomiError as error:
        messages.warning(request, words(error.words))
    else:
        messages.success(request, _("%(name)sさんに催促を送りました") % {"name": name})
    if not request.htmx:
        return redirect(f"{_back(request)}#overdue")
    urged = urged_lately([number], timezone.now()).get(number)
    return render(request, "site/today/urged.html", {"number": number, "urged_at": urged})


@require_POST
def move_next(request: PageRequest, number: int) -> HttpResponse:
    """Another day for the next contact: the result is said anew, so that the log shows both."""
    on = timezone.localdate()
    held = worklist.result(number)
    if held is None:
        raise Http404
    try:
        chosen = saying.day_of(request.POST.get("when", ""), request.POST, on)
        before = queries.handoff(held.handoff)
        if before is not None and before.urgent:
            raise MikomiError(ASKED_SINCE)
        with transaction.atomic():
            services.undo_result(number, _me(request).pk)
            services.record_result(
                held.handoff,
                held.lead,
                held.kind,
                _me(request).pk,
                held.at,
                note=held.note,
                next_on=chosen,
                reason=held.reason,
                # What is taken back gives the hand-off to whoever had it before.
                take_over=before is not None and before.owner == _me(request).pk,
            )
    except MikomiError as error:
        messages.warning(request, words(error.words))
    else:
        messages.success(request, _("次の日付を変えました"))
    return redirect(_back(request))


def _page(request: PageRequest) -> QueryDict:
    """How the page was asked for that the form stands on."""
    path, _mark, query = request.POST.get("next", "").partition("?")
    return QueryDict(query) if path == reverse("site:today") else request.POST


def _day_again(request: PageRequest) -> days.Day:
    page = _page(request)
    everybody = _everybody(request)
    return days.day_of_user(
        timezone.localdate(),
        timezone.now(),
        _me(request).pk,
        standing(),
        everybody=everybody,
        more=_more(page),
        only_back=_only_back(page),
    )


def _of_day(request: PageRequest, held: days.Day, everybody: bool) -> dict[str, Any]:
    bars = [place < len(held.done) for place in range(held.whole)] if held.whole <= MOST_BARS else []
    return card_words(request, everybody=everybody) | {"day": held, "bars": bars}


def _me(request: PageRequest) -> User:
    return cast("User", request.user)


def card_words(request: PageRequest, *, everybody: bool) -> dict[str, Any]:
    """What the buttons of a card say."""
    return {
        "who": "all" if everybody else "",
        "mail": mail_template(_me(request), request.LANGUAGE_CODE),
        "me": _me(request).name,
        "result_buttons": saying.BUTTONS,
        "later": saying.LATER,
        # Each card has them: made once.
        "later_buttons": _choices(Kind.TOO_EARLY, saying.LATER),
        "reason_buttons": _choices(Kind.REJECTED, saying.REASONS),
        "tomorrow": timezone.localdate() + timedelta(days=1),
    }


def _choices(kind: Kind, named: Sequence[tuple[str, Words]]) -> str:
    choices = [(f"{kind}:{key}", name) for key, name in named]
    return render_to_string("site/today/choices.html", {"choices": choices})


def _tell(request: PageRequest, result: int, kind: str) -> None:
    said = worklist.result(result)
    name = _("「%(kind)s」にしました") % {"kind": kind}
    if said is not None and said.next_on is not None:
        name = _("「%(kind)s」にしました。次は%(day)sです") % {"kind": kind, "day": day_words(said.next_on)}
    messages.success(request, name, extra_tags=reverse("site:undo_result", args=[result]))


def _count_again(result: int) -> None:
    """Has the status of a lead that was written to counted anew: a mail is no event that would."""
    said = worklist.result(result)
    if said is not None and said.kind == Kind.MAILED:
        enqueue("site.score_changed", leads=[said.lead])


def _refused(request: PageRequest, number: int, why: Words) -> HttpResponse:
    """Says why in the card; of a colleague's hand-off it offers to take it over."""
    if not request.htmx:
        messages.warning(request, words(why))
        return redirect(_back(request))
    held = queries.handoff(number)
    theirs = held is not None and held.state == State.OPEN and held.owner not in (None, _me(request).pk)
    again = [(name, request.POST[name]) for name in SENT_AGAIN if name in request.POST]
    context = {"number": number, "said": why, "theirs": theirs, "again": again}
    return render(request, "site/today/refused.html", context, status=422)


def _result(number: int) -> int:
    held = worklist.result(number)
    if held is None:
        raise Http404
    return held.handoff


def _back(request: PageRequest) -> str:
    """Where the form was: a path of this site alone, else Today."""
    asked = request.POST.get("next", "")
    known = (reverse("site:today"), reverse("site:today_call"), "/leads/", "/companies/")
    if asked.startswith(known) and "//" not in asked and "\\" not in asked:
        return asked
    query = "&".join(f"{name}={quote(request.POST[name])}" for name in PAGE if request.POST.get(name))
    return f"{reverse('site:today')}{query and '?'}{query}"


def _everybody(request: PageRequest) -> bool:
    asked = _page(request) if request.method == "POST" else request.GET
    return asked.get("who") == "all" and sees_all(request)


def sees_all(request: PageRequest, team: calendar.TeamView | None = None) -> bool:
    """Whether whoever asks may see the work of others: hiding it would cause double calls, but a team can."""
    return whose.sees_all(request.user, team)


def _only_back(given: QueryDict) -> bool:
    return given.get("for") == "reconsider"


def _more(given: QueryDict) -> int:
    text = given.get("more", "")
    return min(int(text), MOST_OPEN) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _address(given: QueryDict, **changes: object) -> str:
    asked = given.copy()
    for name, value in changes.items():
        asked[name] = str(value)
    return f"?{asked.urlencode()}"
