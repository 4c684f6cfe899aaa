"""The five levels of temperature: quiet, cool, mild, warm, hot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Level = Literal[0, 1, 2, 3, 4]

LEVELS: tuple[str | Promise, ...] = (_("静か"), _("低め"), _("ふつう"), _("高め"), _("ホット"))
HOT: Level = 4
SHARES = (0.25, 0.5, 0.75, 1.0)
"""The lower bounds of cool, mild, warm and hot as shares of the threshold."""


def bounds(threshold: float) -> tuple[float, ...]:
    """The lower bounds of cool, mild, warm and hot, in points."""
    return tuple(threshold * share for share in SHARES)


def level(score: float, threshold: float | None, hot: bool | None = None) -> Level:
    """The level of a score under the published threshold.

    `hot` is the model's own verdict where it is known: it alone decides about the hottest level,
    since a model may ask for more than the total. Without a threshold (None, or not above 0)
    everybody who is not hot is quiet.
    """
    if hot:
        return 4
    if threshold is None or threshold <= 0:
        return 0
    reached = sum(score >= bound for bound in bounds(threshold))
    if reached == 4 and hot is False:
        return 3
    return (0, 1, 2, 3, 4)[reached]


def threshold_of(hot: Mapping[str, float]) -> float | None:
    """The total at which the model's `hot` becomes possible: its total, else the sum of its parts."""
    if "total" in hot:
        return hot["total"]
    return sum(hot.values()) if hot else None
