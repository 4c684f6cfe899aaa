"""再検討: a page of who came back."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mikomi.hub.handoff import calendar
from mikomi.hub.handoff.types import Cause
from mikomi.hub.handoff.whose import sees_all
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.site import reconsidering as pages
from mikomi.hub.site.standing import standing

if TYPE_CHECKING:
    from mikomi.hub.accounts.models import User

PAGE = 20


@require_safe
def reconsidering(request: PageRequest) -> HttpResponse:
    """Who came back lately: one's own, or with `?who=all` everybody's."""
    me = cast("User", request.user)
    may_all = sees_all(me)
    everybody = request.GET.get("who") == "all" and may_all
    held = pages.found(timezone.now(), me.pk, me.name, everybody=everybody)
    page = Paginator(held.held, PAGE).get_page(request.GET.get("page"))
    scored = standing()
    context = {
        "lines": pages.lines_of(list(page.object_list), scored),
        "page": page,
        "count": len(held.held),
        "everybody": everybody,
        "others": held.all - held.mine if may_all and not everybody else 0,
        "days": pages.DAYS,
        "off": not calendar.team().rules[Cause.RECONSIDER],
        "scored": scored,
        "who_options": [
            {"label": _("自分の担当"), "url": ".", "current": not everybody},
            {"label": _("全員"), "url": "?who=all", "current": everybody},
        ]
        if may_all
        else [],
        "menu_key": "reconsidering",
    }
    return render(request, "site/reconsidering.html", context)
