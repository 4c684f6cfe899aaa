"""`/_kit/`: every component in its states, for designers, developers and the browser tests.

Served only where `MIKOMI_SAMPLES=1` asks for it: its data are invented, and its forms say they did
something.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mikomi.hub.kit.formats import points as points_text
from mikomi.hub.kit.menu import Light
from mikomi.hub.kit.plots import Mark, TemperaturePlot
from mikomi.hub.kit.sentence import Action, Choice, Field, Rule, Text, Token

POINTS = 5
PAGES = (
    "料金ページ",
    "導入事例",
    "製品のご案内",
    "会社概要",
    "よくある質問",
    "採用情報",
    "ブログ",
    "資料室",
    "セミナー",
)


type View = Callable[[HttpRequest], HttpResponse]


def sample(view: View) -> View:
    """A view that is not there unless samples are served."""

    @wraps(view)
    def served(request: HttpRequest) -> HttpResponse:
        if not settings.SAMPLES:
            raise Http404
        return view(request)

    return served


@sample
@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """The sample page."""
    return render(request, "kit/samples.html", _sample(request))


@sample
@require_POST
def rule(request: HttpRequest) -> HttpResponse:
    """Takes an editor's POST and answers the sample rule with the new value, or 422 with the error."""
    try:
        value = int(request.POST.get("points", POINTS))
        wrong = not -100 <= value <= 100
    except ValueError:
        value, wrong = POINTS, True
    if wrong:
        again = _rule(POINTS, error=_("数字で入れてください（例：60）"))
        return render(request, "kit/sentence.html", {"rule": again}, status=422)
    return render(request, "kit/sentence.html", {"rule": _rule(value)})


@sample
@require_POST
def toast(request: HttpRequest) -> HttpResponse:
    """Says something that can be undone; the undo says that it was."""
    if "next" in request.POST:
        messages.success(request, _("元に戻しました"))
    else:
        messages.success(request, _("「時期尚早」にしました"), extra_tags=request.path)
    return redirect("kit_samples")


@sample
@require_GET
def effect(request: HttpRequest) -> HttpResponse:
    """One line that says what a value would do; the sample's numbers are invented."""
    try:
        value = float(request.GET.get("points", POINTS))
    except ValueError:
        value = POINTS
    hot = 43 + round(value - POINTS)
    line = format_html(_("過去30日で <b>{}人</b>に当てはまり、ホットは {}人になります。"), 312, hot)
    return HttpResponse(line)


def _rule(value: int, error: str = "", key: str = "pricing") -> Rule:
    changed = value != POINTS
    return Rule(
        key=key,
        parts=(
            Token(
                "pages",
                PAGES[0],
                _("どのページを"),
                [Field("pages", "many", values=frozenset({PAGES[0]}), choices=[Choice(p, p) for p in PAGES])],
            ),
            Text(_("を見たら")),
            Token(
                "points",
                points_text(value, get_language() or "ja"),
                _("点数"),
                [Field("points", "number", value=str(value), low="-100", high="100", error=error)],
                old=points_text(POINTS, get_language() or "ja") if changed else "",
                tone="minus" if value < 0 else "",
                open=bool(error),
            ),
            Token(
                "per_day",
                _("1日1回まで"),
                _("1日に数える回数"),
                [Field("per_day", "number", value="1", low="1", optional=True, empty_label=_("何回でも"))],
                optional=True,
                remove=_("取り去る"),
            ),
            Token(
                "half_life",
                _("2週間で半分"),
                _("点数が半分になるまで"),
                [
                    Field(
                        "half_life_days",
                        "choice",
                        value="14",
                        choices=[
                            Choice("7", _("1週間")),
                            Choice("14", _("2週間")),
                            Choice("30", _("30日")),
                            Choice("", _("ずっと減らない")),
                        ],
                    )
                ],
                optional=True,
            ),
        ),
        post_url="/_kit/rule",
        effect_url="/_kit/effect",
        count="312",
        count_unit=_("人"),
        count_note=_("過去30日"),
        changed=changed,
        actions=[Action(_("消す"), "/_kit/rule", icon="trash", danger=True)],
    )


def _sample(request: HttpRequest) -> dict[str, Any]:
    today = timezone.localdate()
    first = today - timedelta(days=180)
    scores = [_sample_score(index) for index in range(181)]
    asked = request.GET.get("on", "")
    cursor = date.fromisoformat(asked) if asked else today
    plot = TemperaturePlot(
        first=first,
        scores=scores,
        threshold=60,
        cursor=min(max(cursor, first), today),
        address=lambda on: f"?on={on.isoformat()}",
        marks=[
            Mark(first + timedelta(days=4), _("セミナー参加")),
            Mark(first + timedelta(days=17), _("商談")),
            Mark(first + timedelta(days=36), _("失注")),
            Mark(first + timedelta(days=118), _("90日動きなし")),
            Mark(first + timedelta(days=176), _("料金ページに再訪、2人目")),
        ],
        machine_days=[first + timedelta(days=day) for day in (44, 65, 85, 106, 133, 150)],
        machine_events=7,
    )
    return {
        "company": "株式会社北浜精機",
        "title": "生産管理部 部長",
        "name": "三宅 浩司",
        "sixty": "六十",
        "people": "人",
        "level_scores": ((0, 8), (1, 22), (2, 38), (3, 52), (4, 87)),
        "rules": [_rule(POINTS), _rule(POINTS + 1, key="case")],
        "plot": plot,
        "spark": (40, 39, 38, 22, 21, 21, 50, 87),
        "page": Paginator(range(18), 14).page(1),
        "good": Light("good", _("最後の受信 8:57")),
        "warn": Light("warn", _("届かなかったメール 3.1%")),
        "bad": Light("bad", _("認証の期限切れ"), "/_kit/"),
        "chip_options": [
            {"label": _("今日"), "url": "?seen=1"},
            {"label": _("7日以内"), "url": "?seen=7", "current": True},
            {"label": _("30日以内"), "url": "?seen=30"},
        ],
        "segments": [
            {"label": _("すべて"), "url": "?", "current": True},
            {"label": _("人の動きだけ"), "url": "?people=1"},
        ],
        "now": timezone.now(),
        "why_lines": ((_("料金ページを見た"), 8.0), (_("導入事例を見た"), 5.5), (_("90日動きなし"), -4.0)),
    }


def _sample_score(index: int) -> float:
    if index < 12:
        return 50.0 + index * 2
    if index < 118:
        return 36 + 38 * math.exp(-(index - 12) / 40)
    if index < 175:
        return 16.0
    return 86.6
