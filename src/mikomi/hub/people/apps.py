from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from mikomi.hub.kit.menu import MenuEntry, register


class PeopleConfig(AppConfig):
    name = "mikomi.hub.people"
    label = "people"

    def ready(self) -> None:
        register(MenuEntry("import", "tools", 10, _("取り込み"), "database-import", "people:imports"))
