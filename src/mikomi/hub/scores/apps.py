from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from mikomi.hub.kit.menu import MenuEntry, register


class ScoresConfig(AppConfig):
    name = "mikomi.hub.scores"
    label = "scores"

    def ready(self) -> None:
        register(MenuEntry("scores", "nurture", 20, _("スコア"), "adjustments-horizontal", "scores:edit"))
