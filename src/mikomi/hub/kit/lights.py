"""The kit's own light at the foot of the menu: does the worker run?"""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import get_language

from mikomi.core.words import Words
from mikomi.hub.kit.health import worker_runs
from mikomi.hub.kit.menu import Light, register_health

RUNS = Words("正常に動いています", "All is well")
STOPPED = Words(
    "ワーカーが止まっています。mikomi serve を起動してください", "The worker stands still: start mikomi serve"
)


def worker_light(request: HttpRequest) -> Light:
    """Good while a worker shows life; without one scores grow old."""
    runs = worker_runs()
    words = RUNS if runs else STOPPED
    return Light("good" if runs else "bad", words.text(get_language() or "ja"))


register_health(worker_light)
