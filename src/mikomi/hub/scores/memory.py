"""Results that are slow to compute and hold as long as the facts they come from.

They are kept in the shared cache, so that all web processes have them, under the number of the
latest change: any new fact makes them anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from typing import cast

from django.core.cache import cache
from django.utils import timezone

from mikomi.core.scoring.model import Model
from mikomi.core.scoring.model_file import dump_model
from mikomi.hub.activity.queries import last_change

KEPT_SECONDS = 60 * 60
STALE_SECONDS = 15 * 60
MANY_LEADS = 50_000
"""From so many leads on, what can be picked may be a quarter of an hour old."""


def remembered[T](name: str, models: tuple[Model | None, ...], compute: Callable[[], T]) -> T:
    """What `compute` gives for these models on today's facts; computed once."""
    texts = [dump_model(model) if model else "" for model in models]
    told = hashlib.sha256("\0".join([str(timezone.localdate()), *texts]).encode()).hexdigest()[:32]
    key = f"scores.{name}.{last_change()}.{told}"
    found = cache.get(key)
    if found is None:
        found = (compute(),)
        cache.set(key, found, KEPT_SECONDS)
    return cast(tuple[T], found)[0]


def refreshed[T](name: str, compute: Callable[[], T], leads: Callable[[], int], *, now: bool = False) -> T:
    """What `compute` gives, as of the latest change; with many leads, at most a while ago.

    `now` computes it in any case, so that nobody has to wait for it later.
    """
    key, change, today = f"scores.{name}", last_change(), timezone.localdate()
    found: tuple[int, float, date, T] | None = cache.get(key)
    at = timezone.now().timestamp()
    if found is not None and not now and found[2] == today:
        fresh = found[0] == change
        if fresh or (at - found[1] < STALE_SECONDS and leads() >= MANY_LEADS):
            return found[3]
    value = compute()
    cache.set(key, (change, at, today, value), KEPT_SECONDS)
    return value
