"""The menu's first page, with how many are left to call. Here, since the count needs the apps' tables."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mikomi.hub.kit.menu import MenuEntry, register
from mikomi.hub.site.today.day import left_today

_LEFT = "_mikomi_left"


def know_left(request: HttpRequest, left: int) -> None:
    """Tells the menu of this page what the page has counted already."""
    setattr(request, _LEFT, left)


def left_count(request: HttpRequest) -> int | None:
    """How many cards of Today are left for whoever asks."""
    known: int | None = getattr(request, _LEFT, None)
    if known is not None:
        return known
    user = request.user
    return left_today(timezone.localdate(), user.pk) if user.is_authenticated and user.pk else None


register(
    MenuEntry(
        "today",
        "sales",
        10,
        _("今日連絡する人"),
        "sun",
        "site:today",
        count=left_count,
        phone=True,
        phone_label=pgettext_lazy("phone", "今日"),
    )
)
