"""Temperatures of many leads at once, and the number that puts the hottest first.

The levels and their bounds are `kit.temperature`'s; this is the same over arrays.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mikomi.core.scoring.model import Model
from mikomi.hub.kit import temperature as levels

_HOT_FIRST = 4 * 10**18
_LARGEST = 10**18
_MICRO = 1_000_000

COLDEST_HOT_RANK = -_HOT_FIRST + _LARGEST
"""No hot lead has a higher rank than this."""

type Floats = npt.NDArray[np.float64]
type Flags = npt.NDArray[np.bool_]


def hot_at(model: Model) -> float:
    """The total that temperatures are measured by, 0 where nobody can be hot."""
    parts = (("fit", model.hot.fit), ("engagement", model.hot.engagement), ("total", model.hot.total))
    threshold = levels.threshold_of({name: least for name, least in parts if least is not None})
    return threshold if threshold is not None and threshold > 0 else 0.0


def heat_of(total: Floats, hot: Flags, threshold: float) -> npt.NDArray[np.int16]:
    """The level of each total, 0 to 4; only hot leads have 4. Like `kit.temperature.level`."""
    if threshold <= 0:
        return np.where(hot, levels.HOT, 0).astype(np.int16)
    reached = np.searchsorted(np.array(levels.bounds(threshold)), total, side="right")
    return np.where(hot, levels.HOT, np.minimum(reached, levels.HOT - 1)).astype(np.int16)


def rank_of(total: Floats, hot: Flags) -> npt.NDArray[np.int64]:
    """Numbers that sort hot leads first, then higher totals; totals to six decimals."""
    micro = np.clip(np.rint(total * _MICRO), -_LARGEST, _LARGEST).astype(np.int64)
    return -(micro + np.where(hot, _HOT_FIRST, 0))


def rank_without_heat(total: float) -> int:
    """The rank of a lead that is not hot and has this total."""
    return int(rank_of(np.array([total]), np.array([False]))[0])
