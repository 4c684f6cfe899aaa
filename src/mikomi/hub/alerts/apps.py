from __future__ import annotations

import polars as pl
from django.apps import AppConfig
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mikomi.hub.kit.environment import MAIL_BOX
from mikomi.hub.kit.menu import MenuEntry, register
from mikomi.hub.kit.setwise import fetch


class AlertsConfig(AppConfig):
    name = "mikomi.hub.alerts"
    label = "alerts"

    def ready(self) -> None:
        register(
            MenuEntry("alerts", "sales", 90, _("お知らせ"), "bell", "alerts:mine", count=_unread),
            MenuEntry("channels", "tools", 65, _("連携先"), "plug-connected", "alerts:channels"),
        )
        if settings.MAILERS["default"]["BACKEND"] == MAIL_BOX:
            register(MenuEntry("mailbox", "tools", 66, _("メール箱"), "mail", "alerts:mailbox"))


def _unread(request: HttpRequest) -> int | None:
    if not request.user.is_authenticated:
        return None
    sql = "select count(*) from alerts_alert where user_id = %s and in_app and read_at is null"
    return fetch(sql, {"n": pl.Int64}, [request.user.pk])["n"][0] or None
