from __future__ import annotations

from django.apps import AppConfig


class CaptureConfig(AppConfig):
    name = "mikomi.hub.capture"
    label = "capture"
