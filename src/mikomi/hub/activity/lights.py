"""A light at the foot of the menu: can the history files be used?"""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import get_language

from mikomi.hub.activity.cache import trouble
from mikomi.hub.kit.menu import Light, register_health


def history_light(request: HttpRequest) -> Light | None:
    """Yellow while scoring has to do without the history files, with the reason."""
    words = trouble()
    return Light("warn", words.text(get_language() or "ja")) if words else None


register_health(history_light)
