"""The audit log: read, narrowed and taken out as a file, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import polars as pl
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mikomi.hub.accounts import queries
from mikomi.hub.accounts.models import AuditEntry
from mikomi.hub.kit.list_files import list_answer

ON_PAGE = 50
PIECE = 5_000
AREAS = {
    "people": gettext_lazy("使う人"),
    "login": gettext_lazy("ログイン"),
    "score": gettext_lazy("スコア"),
    "segment": gettext_lazy("セグメント"),
    "journey": gettext_lazy("ジャーニー"),
    "handoff": gettext_lazy("引き渡し"),
    "channel": gettext_lazy("連携先"),
    "campaign": gettext_lazy("施策"),
    "seminar": gettext_lazy("セミナー"),
    "document": gettext_lazy("資料"),
    "import": gettext_lazy("取り込み"),
    "leads": gettext_lazy("リード"),
    "companies": gettext_lazy("会社の統合"),
    "outcome": gettext_lazy("商談と受注"),
    "exclusion": gettext_lazy("除外"),
    "privacy": gettext_lazy("個人情報の求め"),
    "source": gettext_lazy("計測タグ"),
    "measuring": gettext_lazy("計測の内訳"),
    "form": gettext_lazy("フォーム"),
    "settings": gettext_lazy("設定"),
}
"""What the first word of an action is called."""


@never_cache
@require_safe
def audit_page(request: HttpRequest) -> HttpResponse:
    """The latest first; GET `by` (a user's number), `area`, `from`, `to` (days, both counted), `page`."""
    entries = _asked(request.GET)
    narrowed = QueryDict(mutable=True)
    for name in ("by", "area", "from", "to"):
        if request.GET.get(name):
            narrowed[name] = request.GET[name]
    context = {
        "page": Paginator(entries, ON_PAGE).get_page(request.GET.get("page")),
        "areas": AREAS,
        "people": queries.everybody(),
        "asked": request.GET,
        "narrowed": narrowed.urlencode(),
        "english": (get_language() or "ja").startswith("en"),
        "menu_key": "audit",
    }
    return render(request, "accounts/audit.html", context)


@require_safe
def audit_file(request: HttpRequest) -> HttpResponseBase:
    """The entries that the page is narrowed to, as a file: `as` is `csv`, `cp932` or `xlsx`."""
    name = f"audit-{timezone.localdate():%Y%m%d}"
    return list_answer(_frames(_asked(request.GET)), name, request.GET.get("as", "csv"))


def _asked(given: QueryDict) -> QuerySet[AuditEntry]:
    entries = AuditEntry.objects.order_by("-pk")
    if (by := given.get("by", "")).isdecimal() and len(by) < 19:
        entries = entries.filter(by_number=int(by))
    if (area := given.get("area", "")) in AREAS:
        entries = entries.filter(action__startswith=f"{area}.")
    if first := _day(given.get("from", "")):
        entries = entries.filter(at__gte=_midnight(first))
    if last := _day(given.get("to", "")):
        entries = entries.filter(at__lt=_midnight(last + timedelta(days=1)))
    return entries


def _day(text: str) -> date | None:
    try:
        read = date.fromisoformat(text)
    except ValueError:
        return None
    return read if 2000 <= read.year <= 2999 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _frames(entries: QuerySet[AuditEntry]) -> Iterator[pl.DataFrame]:
    words = "words_en" if (get_language() or "ja").startswith("en") else "words_ja"
    heads = [_("いつ"), _("だれが"), _("したこと"), _("種類"), _("対象")]
    pieces = entries.values_list("at", "by_name", words, "action", "target")
    held: list[tuple[str, ...]] = []
    for at, *rest in pieces.iterator(PIECE):
        held.append((timezone.localtime(at).isoformat(timespec="seconds"), *rest))
        if len(held) == PIECE:
            yield pl.DataFrame(held, schema=dict.fromkeys(heads, pl.String), orient="row")
            held = []
    yield pl.DataFrame(held, schema=dict.fromkeys(heads, pl.String), orient="row")
