"""移転先を選ぶ: a content that is found under another address by now, and taking that back."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mikomi.core.words import Language, MikomiError, Words
from mikomi.hub.activity import queries as activity
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.site import contents as seen
from mikomi.hub.site.actions.move_content import Added, move_content, take_back

OFFERED = 300


@require_http_methods(["GET", "POST"])
def move(request: PageRequest) -> HttpResponse:
    """Where a content is found now: chosen from what was seen, or typed."""
    old = request.GET.get("content", "")
    every = seen.merged(seen.all_contents())
    if old not in set(every["content"]):
        raise Http404
    typed, refused = request.POST.get("new", ""), None
    if request.method == "POST":
        try:
            moved, added = move_content(old, typed, cast(Any, request.user), _language())
        except MikomiError as error:
            refused = error.words
        else:
            undo = reverse("site:undo_content_move", args=[moved.number])
            messages.success(request, _said(moved.old, moved.new, added), extra_tags=undo)
            return redirect("site:contents")
    context: dict[str, Any] = {
        "old": old,
        "title": activity.titles([old]).get(old, ""),
        "typed": typed,
        "refused": refused,
        "offered": [
            row
            for row in every.unique("content", maintain_order=True).head(OFFERED).iter_rows(named=True)
            if row["content"] != old
        ],
        "menu_key": "contents",
    }
    return render(request, "site/content_move.html", context, status=422 if refused else 200)


@require_POST
def undo(request: PageRequest, number: int) -> HttpResponse:
    """取り消す: the two addresses are two contents again."""
    try:
        left = take_back(number, cast(Any, request.user), _language())
    except MikomiError as error:
        messages.warning(request, error.words.text(_language()))
        return redirect("site:contents")
    if left is None:
        messages.warning(request, _("この移転は、もう取り消されています"))
    elif left:
        said = _("移転を取り消しました。その後に変えた%(n)sか所は、そのままにしてあります")
        messages.success(request, said % {"n": left})
    else:
        messages.success(request, _("移転を取り消しました"))
    return redirect("site:contents")


def _said(old: str, new: str, added: Added) -> str:
    n = len(added.groups) + len(added.rules) + len(added.segments) + len(added.stages)
    said = _("「%(old)s」を「%(new)s」に移しました。") % {"old": old, "new": new}
    if not n:
        return said + _("「%(old)s」を名指しする条件はありませんでした") % {"old": old}
    parts = [
        (len(added.groups), Words("グループ", "groups")),
        (len(added.rules), Words("スコアの決まり", "scoring rules")),
        (len(added.segments), Words("セグメント", "segments")),
        (len(added.stages), Words("ジャーニーの下書き", "places of the journey's draft")),
    ]
    told = ", ".join(f"{words.text(_language())} {count}" for count, words in parts if count)
    return said + _("両方を見るようにしたところ：%(parts)s") % {"parts": told}


def _language() -> Language:
    return "ja" if (get_language() or "ja").startswith("ja") else "en"
