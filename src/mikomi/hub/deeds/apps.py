from __future__ import annotations

from django.apps import AppConfig


class DeedsConfig(AppConfig):
    name = "mikomi.hub.deeds"
    label = "deeds"
