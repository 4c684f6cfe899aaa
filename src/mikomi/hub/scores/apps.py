from __future__ import annotations

from django.apps import AppConfig


class ScoresConfig(AppConfig):
    name = "mikomi.hub.scores"
    label = "scores"
