"""A light at the foot of the menu: has anybody looked at the map lately?"""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mikomi.hub.journey.queries import forgotten_since
from mikomi.hub.kit.menu import Light, register_health


def forgotten_light(request: HttpRequest) -> Light | None:
    """Yellow where nobody has looked at the map for a month; it leads there."""
    if forgotten_since(timezone.now()) is None:
        return None
    return Light("warn", _("ジャーニーをひと月見ていません"), reverse("journey:map"))


register_health(forgotten_light)
