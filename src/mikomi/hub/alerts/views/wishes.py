"""What I want to be told, and where."""

from __future__ import annotations

from datetime import time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mikomi.core.words import MikomiError, Words
from mikomi.hub.alerts import wishes as kept
from mikomi.hub.alerts.models import Channel
from mikomi.hub.alerts.types import APP, KINDS, MAIL, Kind, Wishes

LABELS: dict[Kind, tuple[str | Promise, str | Promise]] = {
    "urgent": (gettext_lazy("即時対応"), gettext_lazy("問い合わせ・見積・デモの申し込み")),
    "hot": (gettext_lazy("自分のホットリード"), gettext_lazy("担当するリードがホットになったとき")),
    "given": (gettext_lazy("そのほかの引き渡し"), gettext_lazy("再検討、手動、引き継ぎ、育成に戻ったとき")),
    "deadline": (gettext_lazy("期限"), gettext_lazy("もうすぐ期限、期限を過ぎたとき")),
    "proposal": (gettext_lazy("提案"), gettext_lazy("1日の件数に合わせて、しきい値を変えるとき")),
    "digest": (gettext_lazy("朝のまとめ"), gettext_lazy("今日の件数と、静かにした時間のお知らせ")),
}


@require_http_methods(["GET", "POST"])
def wishes(request: HttpRequest) -> HttpResponse:
    """The table of what and where, the limit a day, the quiet time and the digest."""
    user = int(request.user.pk or 0)
    refused: Words | None = None
    held = kept.wishes_of(user)
    if request.method == "POST":
        try:
            held = _typed(request)
            kept.set_wishes(user, held)
        except MikomiError as error:
            refused = error.words
        else:
            messages.success(request, _("保存しました"))
            return redirect("alerts:wishes")
    columns = [(APP, _("画面")), (MAIL, _("メール"))]
    team = Channel.objects.filter(is_active=True).exclude(kind=Channel.Kind.MAIL).order_by("name", "pk")
    columns += [(str(one.pk), one.name) for one in team]
    rows = [
        {
            "kind": kind,
            "label": label,
            "help": said,
            "boxes": [(key, name, key in held.channels[kind]) for key, name in columns],
        }
        for kind, (label, said) in LABELS.items()
    ]
    context = {"rows": rows, "columns": columns, "held": held, "refused": refused, "most": kept.MOST_A_DAY}
    return render(request, "alerts/wishes.html", context, status=422 if refused else 200)


def _typed(request: HttpRequest) -> Wishes:
    most = request.POST.get("most_a_day", "").strip()
    return Wishes(
        {kind: frozenset(request.POST.getlist(kind)) for kind in KINDS},
        int(most) if most.isascii() and most.isdigit() and len(most) < 5 else 0,
        kept.read_time(request.POST.get("quiet_from", "")),
        kept.read_time(request.POST.get("quiet_until", "")),
        bool(request.POST.get("digest")),
        kept.read_time(request.POST.get("digest_at", "")) or time(8, 30),
    )
