"""引き渡しの決まり: what hands over by itself, who takes how many, when the team works."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import Any

import polars as pl
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import audit
from mikomi.hub.accounts import queries as accounts
from mikomi.hub.accounts.allowing import may_of
from mikomi.hub.activity import queries as activity
from mikomi.hub.capture.webforms import wishes
from mikomi.hub.handoff import calendar, editing, occasions
from mikomi.hub.handoff.types import Cause
from mikomi.hub.journey import standing as stages
from mikomi.hub.scores.ground import seen_contents
from mikomi.hub.segments import queries as segments
from mikomi.hub.site import turned_on
from mikomi.hub.site.handing import urgent_contents

WEEKDAYS = (
    Words("月", "Mon"),
    Words("火", "Tue"),
    Words("水", "Wed"),
    Words("木", "Thu"),
    Words("金", "Fri"),
    Words("土", "Sat"),
    Words("日", "Sun"),
)
SENTENCES: dict[str, Words] = {
    Cause.URGENT: Words(
        "問い合わせ・見積・デモ・個別相談があったら、スコアに関係なくすぐ引き渡す",
        "Whoever inquires, asks for a quote, a demo or advice is handed over at once, whatever the score",
    ),
    Cause.HOT: Words("ホットになったら引き渡す", "Whoever gets hot is handed over"),
    Cause.RECONSIDER: Words(
        "静かだった人が戻ったら（再検討）、または同じ会社の2人目が動いたら引き渡す（同じ人は30日に1回まで）",
        "Whoever comes back after a quiet time, or is the second person of a company we know, is handed over"
        " (the same person once in 30 days)",
    ),
    Cause.CHECK: Words(
        "ホットでない人からも、毎週くじ引きで引き渡す（点検）",
        "Each week some of those who are not hot are drawn at random and handed over, as a check",
    ),
    Cause.PRIORITY: Words(
        "優先度「高」のセグメントに入ったら引き渡す",
        "Whoever enters a segment of high priority is handed over",
    ),
    Cause.STAGE: Words("選んだ段階に入ったら引き渡す", "Whoever enters one of these stages is handed over"),
    Cause.SEGMENT: Words(
        "選んだセグメントに入ったら引き渡す", "Whoever enters one of these segments is handed over"
    ),
}
NAMES: dict[str, Words] = {
    "rules": Words("きっかけ", "causes"),
    "hours": Words("勤務時間と休み", "working hours"),
    "times": Words("期限", "deadlines"),
    "sight": Words("だれが何を見るか", "who sees what"),
    "seat": Words("1日の件数と地域", "seats"),
    "absence": Words("不在の予定", "absences"),
    "urgent": Words("即時対応", "urgent"),
}
"""What each part of the page is called in the audit log."""
TOKEN = "csrfmiddlewaretoken"
SEEN = 60
KINDS = ("page_view", "form_submit", "download", "seminar_apply")
ADMINS_ALONE = Words(
    "だれが何を見るかは、管理者だけが変えられます", "who sees what is changed by admins alone"
)
UNREADABLE = Words(
    "数や時刻が読めません。入れ直してください", "a number or a time cannot be read; type it again"
)


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The page."""
    return _page(request, None)


@require_POST
def save(request: HttpRequest, part: str) -> HttpResponse:
    """Saves one part of the page."""
    change = PARTS.get(part)
    if change is None:
        raise Http404
    try:
        if part == "sight" and not may_of(request.user).administer:
            raise MikomiError(ADMINS_ALONE)
        if any("\0" in text for _name, texts in request.POST.lists() for text in texts):
            raise MikomiError(UNREADABLE)
        found = turned_on.meeting(_turned_on(request.POST)) if part == "rules" else []
        if found and request.POST.get("now") not in ("yes", "no"):
            return _ask(request, found)
        with transaction.atomic():
            change(request.POST)
            if found and request.POST["now"] == "yes":
                turned_on.hand_over(found, timezone.localdate())
            _record(
                request, part, {name: request.POST.getlist(name) for name in request.POST if name != TOKEN}
            )
    except MikomiError as error:
        return _page(request, error.words)
    except (ValueError, OverflowError):
        return _page(request, UNREADABLE)
    messages.success(request, _("保存しました"))
    return redirect("site:handoff_rules")


def _turned_on(told: QueryDict) -> turned_on.TurnedOn:
    return turned_on.turned_on(
        calendar.team(),
        told.getlist("rule"),
        told.getlist("stage"),
        [int(number) for number in told.getlist("segment")],
    )


def _ask(request: HttpRequest, found: list[turned_on.Meeting]) -> HttpResponse:
    """Whether those who meet a rule already are handed over, too; nothing is saved yet."""
    total = len({lead for one in found for lead in one.leads})
    context = {
        "found": [(one, len(one.leads)) for one in found],
        "total": total,
        "too_many": turned_on.TOO_MANY if total > turned_on.MOST else None,
        "given": [(name, text) for name, texts in request.POST.lists() for text in texts if name != TOKEN],
        "menu_key": "handoff_rules",
    }
    return render(request, "site/handoffs/turned_on.html", context)


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """How many still wait to be handed over; the page is loaded anew once nobody does."""
    waiting = occasions.waiting_count()
    if not waiting:
        return HttpResponseClientRefresh()
    return render(request, "site/handoffs/waiting.html", {"waiting": waiting})


@require_POST
def drop_seat(request: HttpRequest, user: int) -> HttpResponse:
    """Somebody is given no leads any more."""
    if user >= 2**31:
        raise Http404
    with transaction.atomic():
        editing.drop_seat(user)
        _record(request, "seat", {"dropped": user})
    messages.success(request, _("引き渡す先から外しました。いま持っている分はそのままです"))
    return redirect("site:handoff_rules")


@require_POST
def drop_absence(request: HttpRequest, number: int) -> HttpResponse:
    """Somebody is there after all."""
    with transaction.atomic():
        editing.drop_absence(number)
        _record(request, "absence", {"dropped": number})
    messages.success(request, _("不在の予定を消しました"))
    return redirect("site:handoff_rules")


def _record(request: HttpRequest, part: str, said: dict[str, Any]) -> None:
    name = NAMES[part]
    words = Words(f"引き渡しの決まりを変えた（{name.ja}）", f"Changed the hand-off rules ({name.en})")
    audit.record(request.user, f"handoff.{part}", "team", words, said)


def _page(request: HttpRequest, refused: Words | None) -> HttpResponse:
    team = calendar.team()
    today = timezone.localdate()
    seats = calendar.seats(today)
    seated = {seat.user for seat in seats}
    context: dict[str, Any] = {
        "team": team,
        "rules": [(cause, SENTENCES[cause], team.rules[cause]) for cause in SENTENCES],
        "stages": [(key, name, key in team.stages) for key, name in stages.stage_names().items()],
        "segments": [(number, name, number in team.segments) for number, name in segments.names().items()],
        "weekdays": [(day, name, day in team.days) for day, name in enumerate(WEEKDAYS)],
        "closed": "\n".join(day.isoformat() for day in team.closed),
        "seats": seats,
        "total": sum(seat.capacity for seat in seats if not seat.away),
        "unseated": [(number, name) for number, name in accounts.callers() if number not in seated],
        "people": accounts.colleagues(),
        "absences": calendar.absences(today),
        "forms": wishes.urgent_forms(),
        "contents": _contents([f"{kind}:{content}" for kind, content in urgent_contents(team)]),
        "today": today.isoformat(),
        "waiting": occasions.waiting_count(),
        "refused": refused,
        "menu_key": "handoff_rules",
    }
    return render(request, "site/handoffs/rules.html", context, status=422 if refused else 200)


def _contents(chosen: list[str]) -> list[tuple[str, str, str, bool]]:
    """What was seen most, to pick inquiries on the team's own site from: (value, name, kind, chosen)."""
    rows = seen_contents().filter(pl.col("kind").is_in(KINDS)).head(SEEN)
    # Our own forms are above.
    own = wishes.own_contents()
    seen = [f"{k}:{c}" for k, c in rows.select("kind", "content").iter_rows() if c not in own]
    titles = activity.titles()
    found = []
    for one in dict.fromkeys((*chosen, *seen)):
        kind, _colon, content = one.partition(":")
        found.append((one, titles.get(content, content), kind, one in chosen))
    return found


def _rules(told: QueryDict) -> None:
    editing.set_rules(
        told.getlist("rule"),
        told.getlist("stage"),
        [int(number) for number in told.getlist("segment")],
        int(told.get("check_slots", "")),
    )


def _hours(told: QueryDict) -> None:
    editing.set_hours(
        _time(told.get("opens", "")),
        _time(told.get("closes", "")),
        [int(day) for day in told.getlist("day")],
        editing.read_days(told.get("closed", "")),
        holidays=bool(told.get("holidays")),
    )


def _times(told: QueryDict) -> None:
    editing.set_times(
        int(told.get("urgent_minutes", "")),
        int(told.get("other_minutes", "")),
        int(told.get("remind_minutes", "")),
    )


def _sight(told: QueryDict) -> None:
    editing.set_sight(everybody=told.get("everybody") == "yes")


def _seat(told: QueryDict) -> None:
    editing.set_seat(
        int(told.get("user", "")),
        int(told.get("capacity", "")),
        _names(told.get("territories", "")),
        _names(told.get("products", "")),
    )


def _absence(told: QueryDict) -> None:
    first = _day(told.get("first", ""))
    last = _day(told.get("last", "")) if told.get("last") else first
    editing.add_absence(int(told.get("user", "")), first, last, told.get("note", ""))


def _urgent(told: QueryDict) -> None:
    chosen = {int(number) for number in told.getlist("form")}
    for form in wishes.urgent_forms():
        if form.urgent != (form.number in chosen):
            wishes.set_urgent(form.number, form.number in chosen)
    editing.set_urgent_contents(told.getlist("content"))


PARTS: dict[str, Callable[[QueryDict], None]] = {
    "rules": _rules,
    "hours": _hours,
    "times": _times,
    "sight": _sight,
    "seat": _seat,
    "absence": _absence,
    "urgent": _urgent,
}


def _names(text: str) -> list[str]:
    return text.replace("、", ",").replace("\n", ",").split(",")


def _time(text: str) -> time:
    found = parse_time(text)
    if found is None:
        raise ValueError(text)
    return found


def _day(text: str) -> date:
    found = parse_date(text)
    if found is None:
        raise ValueError(text)
    return found
