from __future__ import annotations

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mikomi.hub.accounts.allowing import allowed
from mikomi.hub.kit.menu import MenuEntry, register, register_guard


class AccountsConfig(AppConfig):
    name = "mikomi.hub.accounts"
    label = "accounts"

    def ready(self) -> None:
        register_guard(_may_open)
        register(
            MenuEntry("people", "tools", 70, _("使う人"), "users", "accounts_people"),
            MenuEntry("audit", "tools", 80, _("操作の記録"), "history", "accounts_audit"),
        )


def _may_open(request: HttpRequest, url_name: str) -> bool:
    return allowed(getattr(request, "user", None), url_name)
