"""Results that are slow to compute and hold as long as the facts they come from.

They are kept in the shared cache, so that all web processes have them, with the number of the latest
change: any new fact makes them anew. Where there are many leads, something changes all the time and
computing takes a while: there they may be some minutes old.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.core.cache import cache
from django.utils import timezone

from mikomi.core.scoring.model import Model
from mikomi.core.scoring.model_file import dump_model
from mikomi.hub.activity.queries import last_change
from mikomi.hub.people.queries import lead_count

KEPT_SECONDS = 60 * 60
STALE_SECONDS = 20 * 60
"""Longer than what is read ahead for people takes to come round and to be read."""
MANY_LEADS = 50_000
"""From so many leads on, results may be `STALE_SECONDS` old."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A result, the change and the local day it is of, when it was begun, and how many leads there were."""

    value: Any
    change: int
    day: date
    at: float
    leads: int


def remembered[T](
    name: str,
    models: tuple[Model | None, ...],
    compute: Callable[[], T],
    *,
    now: bool = False,
    also: str = "",
) -> T:
    """What `compute` gives for these models on today's facts; with many leads, at most a while ago.

    `now` computes it in any case, so that nobody has to wait for it later. `also`: what else it stands on.
    """
    texts = "\0".join((*(dump_model(model) if model else "" for model in models), *([also] if also else [])))
    key = f"scores.{name}.{hashlib.sha256(texts.encode()).hexdigest()[:32]}"
    change, today, at = last_change(), timezone.localdate(), timezone.now().timestamp()
    found: _Kept | None = None if now else cache.get(key)
    if found is not None:
        fresh = (found.change, found.day) == (change, today)
        if fresh or (found.leads >= MANY_LEADS and at - found.at < STALE_SECONDS):
            return cast(T, found.value)
    # Counted with the result: counting a million leads at each look would be slow itself.
    kept = _Kept(compute(), change, today, at, lead_count())
    cache.set(key, kept, KEPT_SECONDS)
    return kept.value
