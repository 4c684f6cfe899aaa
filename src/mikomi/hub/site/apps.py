from __future__ import annotations

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mikomi.hub.kit.menu import MenuEntry, register, register_search
from mikomi.hub.kit.temperature import HOT
from mikomi.hub.site.rows.cells import counted_heats


class SiteConfig(AppConfig):
    name = "mikomi.hub.site"
    label = "site"

    def ready(self) -> None:
        register_search("site:leads")
        register(
            MenuEntry("hot", "sales", 20, _("ホット"), "flame", "site:hot", count=_hot_count, phone=True),
            MenuEntry(
                "reconsidering",
                "sales",
                30,
                _("再検討"),
                "rotate-clockwise",
                "site:reconsidering",
                phone=True,
            ),
            MenuEntry(
                "handoffs", "sales", 40, _("引き渡し"), "arrow-forward-up", "site:handoffs", phone=True
            ),
            MenuEntry("handoff_rules", "tools", 35, _("引き渡しの決まり"), "settings", "site:handoff_rules"),
            MenuEntry("leads", "leads", 10, _("リード"), "users", "site:leads"),
            MenuEntry("companies", "leads", 20, pgettext_lazy("list", "会社"), "building", "site:companies"),
            MenuEntry("segments", "leads", 25, _("セグメント"), "filter", "site:segments"),
            MenuEntry("visiting", "leads", 30, _("来訪企業"), "world", "site:visiting"),
            MenuEntry("duplicates", "leads", 40, _("重複"), "copy", "site:duplicates"),
            MenuEntry("flow", "learn", 10, _("月ごとの流れ"), "trending-up", "site:flow"),
            MenuEntry("contents", "tools", 25, _("コンテンツ"), "columns", "site:contents"),
            MenuEntry("measuring", "tools", 30, _("計測の内訳"), "robot", "site:measuring"),
            MenuEntry("exclusions", "tools", 50, _("除外"), "ban", "site:exclusions"),
            MenuEntry("fields", "tools", 40, _("項目の設定"), "forms", "site:fields"),
        )


def _hot_count(request: HttpRequest) -> int | None:
    return counted_heats()[HOT]
