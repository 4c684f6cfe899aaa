from __future__ import annotations

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "mikomi.hub.site"
    label = "site"
