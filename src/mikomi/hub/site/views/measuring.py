"""計測の内訳 and the events behind each of its numbers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mikomi.core.machines.addresses import network_versions
from mikomi.core.machines.reasons import reason_name
from mikomi.core.words import Words
from mikomi.hub.activity import measured, sweeps
from mikomi.hub.activity.health import look_at_contents
from mikomi.hub.activity.queries import titles
from mikomi.hub.capture import machines
from mikomi.hub.capture import queries as capture
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.site import measuring
from mikomi.hub.site.actions import take_back_machine
from mikomi.hub.site.lists.pages import rows_of
from mikomi.hub.site.timeline import kind_name

SHOWN = 100
LOOK_DAYS = 90
DEFAULT_DAYS = 30
_WHOSE = ("agent", "address", "subject")
"""What a choice of events must name before all of it can be turned round."""


@require_safe
def measuring_page(request: HttpRequest) -> HttpResponse:
    """What arrived in the last days, and what of it counts."""
    days = _days(request.GET)
    networks = machines.own_networks()
    context = {
        "told": measuring.breakdown(timezone.localdate(), days),
        "days": days,
        "periods": [
            {"label": _period(one), "url": f"?days={one}", "current": one == days}
            for one in measuring.PERIODS
        ],
        "networks": networks,
        "contents": look_at_contents(),
        "file": machines.FILE,
        "lists": {name.partition(".")[0]: version[-10:] for name, version in network_versions().items()},
        "look_days": LOOK_DAYS,
        "menu_key": "measuring",
    }
    return render(request, "site/measuring/page.html", context)


@require_safe
def measured_events(request: HttpRequest) -> HttpResponse:
    """The latest events behind a number, and the way to turn all of a kind round."""
    asked = request.GET
    wanted = _wanted(asked)
    whose = any(asked.get(name) for name in _WHOSE)
    found = measured.measured_and_counted(wanted, SHOWN) if whose else None
    rows = found.events if found else measured.measured(wanted, SHOWN)
    context: dict[str, Any] = {
        "rows": rows,
        "names": {
            row.lead_id: row.name or row.email or row.key
            for row in rows_of(list({row.lead for row in rows if row.lead is not None}))
        },
        "titles": titles({row.content for row in rows}),
        "kinds": {row.kind: kind_name(row.kind) for row in rows},
        "reasons": {row.reason: reason_name(row.reason) for row in rows},
        "chips": _chips(asked),
        "days": _days(asked),
        "people": wanted.automated is False,
        "shown": SHOWN,
        "back_url": f"{reverse('site:measuring')}?days={_days(asked)}",
        "here": _address(asked),
        "menu_key": "measuring",
    }
    if found:
        context["whose"] = [(name, _text(asked, name)) for name in (*_WHOSE, "days") if _text(asked, name)]
        context["count"] = found.count
        context["looked"] = None if found.whole else measured.LOOKED_THROUGH
    return render(request, "site/measuring/events.html", context)


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Counts all events of an agent, an address or a visitor, of which it can then be said that they were a
    machine's, or a person's."""
    asked = request.POST
    if not any(asked.get(name) for name in _WHOSE):
        messages.warning(request, _("どの動きかが分かりません。画面を開き直してください。"))
        return redirect("site:measuring")
    wanted = _wanted(asked)
    choice = sweeps.Choice(
        wanted.first,
        wanted.last,
        agent=wanted.agent,
        networks=(wanted.address,) if wanted.address else (),
        subject=wanted.subject,
    )
    human = asked.get("said") == "human"
    number = sweeps.begin(choice, human=human, at=timezone.now(), by=request.user.pk)
    return redirect("site:sweep", number)


@require_POST
def look_again(request: HttpRequest) -> HttpResponse:
    """Judges all that is kept of the last months again, by a job."""
    enqueue("capture.look_again", days=LOOK_DAYS, once=True)
    messages.success(request, _("見分け直しています。終わると、ここの数と点数が変わります"))
    return redirect("site:measuring")


@require_POST
def set_machine(request: HttpRequest, number: int) -> HttpResponse:
    """Says of a line of a lead's timeline that it was the person after all, or that it was a machine."""
    try:
        since, until = int(request.POST.get("since", "")), int(request.POST.get("until", ""))
    except ValueError:
        since = until = 0
    human = request.POST.get("said") == "human"
    kind = request.POST.get("kind", "")
    if take_back_machine.set_moment(number, kind, since, until, human=human):
        text = _("人の動きに戻しました。点数を計算し直しています")
        messages.success(request, text if human else _("機械の動きにしました。点数を計算し直しています"))
    else:
        messages.warning(request, _("この動きは、もう変わっていました。"))
    return redirect(reverse("site:lead", args=[number]) + "#timeline")


def _text(asked: QueryDict, name: str) -> str:
    found = asked.get(name)
    return found if isinstance(found, str) else ""


def _days(asked: QueryDict) -> int:
    days = _text(asked, "days")
    return int(days) if days.isdigit() and int(days) in measuring.PERIODS else DEFAULT_DAYS


def _wanted(asked: QueryDict) -> measured.Wanted:
    today = timezone.localdate().toordinal() - measuring.EPOCH
    first, last = today - _days(asked) + 1, today
    day = _text(asked, "day")
    if day.isdigit() and len(day) < 7:
        first = last = int(day)
    subject = _text(asked, "subject")
    who = _text(asked, "who")
    return measured.Wanted(
        first,
        last,
        automated={"people": False, "machines": True}.get(who, True if _text(asked, "reason") else None),
        reason=_text(asked, "reason"),
        source=_text(asked, "source"),
        agent=_text(asked, "agent"),
        address=_text(asked, "address"),
        subject=int(subject) if subject.isdigit() and len(subject) < 10 else None,
    )


def _chips(asked: QueryDict) -> list[Words]:
    """What is chosen, in words."""
    found = []
    if _text(asked, "who") in ("people", "machines"):
        people = _text(asked, "who") == "people"
        found.append(Words("人の動き", "By people") if people else Words("数えない動き", "Not counted"))
    if _text(asked, "reason"):
        found.append(reason_name(_text(asked, "reason")))
    if _text(asked, "source"):
        found.append(measuring.source_name(_text(asked, "source"), capture.source_names()))
    day = _text(asked, "day")
    if day.isdigit() and len(day) < 7:
        on = date(1970, 1, 1) + timedelta(days=int(day))
        found.append(Words(f"{on.month}月{on.day}日", f"{on:%b} {on.day}"))
    found += [Words(said, said) for name in ("agent", "address") if (said := _text(asked, name))]
    if _text(asked, "subject"):
        found.append(Words("ひとりの訪問者", "One visitor"))
    return found


def _address(asked: QueryDict) -> str:
    """The query of a choice of events, without what is not part of it."""
    kept = QueryDict(mutable=True)
    for name in ("days", "day", "who", "reason", "source", *_WHOSE):
        if said := _text(asked, name):
            kept[name] = said
    return f"?{kept.urlencode()}"


def _period(days: int) -> str:
    return _("今日") if days == 1 else _("%(n)d日") % {"n": days}
