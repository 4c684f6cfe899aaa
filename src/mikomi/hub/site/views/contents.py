"""コンテンツ: what was really seen, and the groups that the rules of the score speak of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mikomi.core.scoring.model import Model
from mikomi.core.words import Language, MikomiError
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.scores import queries as scores
from mikomi.hub.scores import services
from mikomi.hub.scores.answers import AnswerError, read_name
from mikomi.hub.scores.drafting import change_draft, standing_model
from mikomi.hub.scores.edits import glob_literal, with_contents, without_contents
from mikomi.hub.scores.ground import RECENT_DAYS
from mikomi.hub.scores.proposals import Proposal, propose
from mikomi.hub.site import contents as seen

SIZE = 50
PROPOSALS_SHOWN = 6
NEW = "+"
"""What the list of groups says for one that is to be made."""


@require_safe
def contents(request: PageRequest) -> HttpResponse:
    """Everything that was seen: search, filters, groups, and what seems to belong together."""
    model, every = standing_model(_language()), seen.merged(seen.all_contents())
    groups = seen.group_counts(every, model)
    kind, group = request.GET.get("kind", ""), request.GET.get("group", "")
    kind = kind if kind in seen.KINDS else ""
    group = group if group == seen.UNGROUPED or group in dict(model.groups) else ""
    text = request.GET.get("q", "").strip()
    found = seen.narrowed(every, model, text=text, kind=kind, group=group)
    page = Paginator(range(found.height), SIZE).get_page(request.GET.get("page"))
    shown = found.slice(max(page.start_index() - 1, 0), SIZE)
    there = set(every["what"].unique())
    draft, published = scores.draft(), scores.published()
    context: dict[str, Any] = {
        "page": page,
        "rows": seen.content_rows(shown, model),
        "total": every.height,
        "content_groups": groups,
        "kinds": [(key, words) for key, words in seen.KINDS.items() if key in there],
        "kind": kind,
        "group": group,
        "q": text,
        "asked": bool(kind or group or text),
        "proposals": _proposals(every, model)[:PROPOSALS_SHOWN],
        "days": RECENT_DAYS,
        "ungrouped": seen.UNGROUPED,
        "new": NEW,
        "waiting": draft is not None and (published is None or published.model.groups != model.groups),
        "published": published,
        "menu_key": "contents",
    }
    return render(request, "site/contents.html", context)


@require_POST
def group(request: PageRequest) -> HttpResponse:
    """Puts the chosen contents into a group of the draft, or takes them out of all groups."""
    picked = list(dict.fromkeys(request.POST.getlist("content")))
    if not picked:
        messages.warning(request, _("コンテンツを選んでから押してください"))
        return _back(request)
    if request.POST.get("do") == "move":
        if len(picked) > 1:
            messages.warning(request, _("移転先は1件ずつ選びます。コンテンツを1つだけ選んでください"))
            return _back(request)
        return redirect(f"{reverse('site:move_content')}?{urlencode({'content': picked[0]})}")
    chosen = seen.with_olds(picked)
    if request.POST.get("do") == "out":
        return _take_out(request, chosen, len(picked))
    try:
        name = _name(request)
    except AnswerError as error:
        messages.warning(request, error.message)
        return _back(request)
    n = len(picked)
    said = ngettext(
        "%(n)d件を「%(name)s」に入れました。公開するとスコアに使います",
        "%(n)d件を「%(name)s」に入れました。公開するとスコアに使います",
        n,
    ) % {"n": n, "name": name}
    return _change(request, lambda model: with_contents(model, name, map(glob_literal, chosen)), said)


@require_POST
def take_proposal(request: PageRequest) -> HttpResponse:
    """Puts together what seems to belong together."""
    wanted = request.POST.get("key", "")
    told = _proposals(seen.all_contents(), standing_model(_language()))
    found = next((one for one in told if one.key == wanted), None)
    if found is None:
        messages.warning(request, _("この提案は、もうグループに入っています"))
        return _back(request)
    said = ngettext(
        "%(n)d件を「%(name)s」に入れました。公開するとスコアに使います",
        "%(n)d件を「%(name)s」に入れました。公開するとスコアに使います",
        found.n,
    ) % {"n": found.n, "name": found.name}
    return _change(request, lambda model: with_contents(model, found.name, found.globs), said)


@require_POST
def undo(request: PageRequest) -> HttpResponse:
    """元に戻す of a toast: the draft as it was before."""
    if services.bring_back(cast(Any, request.user)):
        messages.success(request, _("元に戻しました"))
    else:
        messages.warning(request, _("その後に変えたところがあるため、元に戻せません"))
    return _back(request)


def _take_out(request: PageRequest, chosen: list[str], most: int) -> HttpResponse:
    model = standing_model(_language())
    every = seen.all_contents()
    rows = seen.content_rows(every.filter(every["content"].is_in(chosen)).unique("content"), model)
    held = {glob for _name, globs in model.groups for glob in globs}
    alone = [content for content in chosen if glob_literal(content) in held]
    patterns = sorted({member.glob for row in rows for member in row.groups if member.glob})
    if not alone:
        if patterns:
            said = _(
                "「%(glob)s」という書き方が当てはまるため、1件ずつは外せません。スコアの画面のグループで変えてください"
            )
            messages.warning(request, said % {"glob": patterns[0]})
        else:
            messages.warning(request, _("選んだコンテンツは、どのグループにも入っていません"))
        return _back(request)
    n = min(len(alone), most)
    said = ngettext("%(n)d件をグループから外しました", "%(n)d件をグループから外しました", n) % {"n": n}
    if patterns:
        said += _("。「%(glob)s」が当てはまるものは残っています") % {"glob": patterns[0]}
    return _change(request, lambda model: without_contents(model, alone), said)


def _change(request: PageRequest, edit: Callable[[Model], Model], said: str) -> HttpResponse:
    try:
        change_draft(edit, cast(Any, request.user), _language())
    except MikomiError as error:
        messages.warning(request, error.words.text(_language()))
    else:
        messages.success(request, said, extra_tags=reverse("site:undo_contents"))
    return _back(request)


def _proposals(every: Any, model: Model) -> list[Proposal]:
    names = [name for name, _globs in model.groups]
    free = every.filter(~seen.covered(every, model, names) & (every["what"] != "other"))
    return propose(free.unique("content", maintain_order=True).select("content", "title"), model, _language())


def _name(request: PageRequest) -> str:
    """The name that was typed for a new group, or the group that was chosen. Raises `AnswerError`."""
    typed = request.POST.get("name", "").strip()
    chosen = request.POST.get("group", NEW)
    return read_name(request.POST, "name") if typed or chosen == NEW else read_name(request.POST, "group")


def _language() -> Language:
    return "ja" if (get_language() or "ja").startswith("ja") else "en"


def _back(request: PageRequest) -> HttpResponse:
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return redirect(back)
    return redirect("site:contents")
