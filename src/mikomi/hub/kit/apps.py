from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class KitConfig(AppConfig):
    name = "mikomi.hub.kit"
    label = "kit"

    def ready(self) -> None:
        autodiscover_modules("jobs", "maintenance", "lights")
