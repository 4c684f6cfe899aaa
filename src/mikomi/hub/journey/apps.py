from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from mikomi.hub.kit.menu import MenuEntry, register


class JourneyConfig(AppConfig):
    name = "mikomi.hub.journey"
    label = "journey"

    def ready(self) -> None:
        register(MenuEntry("journey", "nurture", 10, _("ジャーニー"), "route", "journey:map"))
