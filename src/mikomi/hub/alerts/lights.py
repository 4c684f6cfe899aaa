"""A light at the foot of the menu: do alerts arrive?"""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from mikomi.hub.alerts.health import trouble
from mikomi.hub.kit.menu import Light, register_health


def alerts_light(request: HttpRequest) -> Light | None:
    """Red while a channel takes nothing or somebody must look; it leads to the fix."""
    words = trouble()
    return Light("bad", words.text(get_language() or "ja"), reverse("alerts:channels")) if words else None


register_health(alerts_light)
