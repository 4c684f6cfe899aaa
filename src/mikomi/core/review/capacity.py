"""The threshold that gives a team as much work as it can follow, from what past weeks would have brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mikomi.core.scoring.score import Flags, Floats

CANDIDATES = 60
"""So many thresholds are tried at the most."""


@dataclass(frozen=True, slots=True)
class WeeksAt:
    """How many companies would have become hot in each week, oldest first, under a threshold."""

    threshold: float
    weeks: tuple[int, ...]

    @property
    def mean(self) -> float:
        """A week's number on average."""
        return sum(self.weeks) / len(self.weeks) if self.weeks else 0.0


def newly_hot(
    values: Sequence[Floats], open_to: Sequence[Flags], companies: npt.NDArray[np.int64], threshold: float
) -> WeeksAt:
    """What `threshold` would have brought in each week between the days of `values`.

    `values`: what the threshold is compared with, by lead, on ascending days a week apart; `open_to`: who
    meets all else that being hot asks for. A company counts once a week, if one of its people
    (`companies`: a code by lead, below 0 for none) is hot at the week's end and was not at its beginning.
    """
    hot = [may & (value >= threshold) for value, may in zip(values, open_to, strict=True)]
    counts = []
    for before, after in pairwise(hot):
        fresh = companies[after & ~before]
        counts.append(int(len(np.unique(fresh[fresh >= 0])) + np.count_nonzero(fresh < 0)))
    return WeeksAt(threshold, tuple(counts))


def threshold_for(
    values: Sequence[Floats],
    open_to: Sequence[Flags],
    companies: npt.NDArray[np.int64],
    a_week: float,
    step: float = 1.0,
    least: float = 0.0,
) -> WeeksAt | None:
    """The lowest threshold above `least`, in steps of `step`, that would have brought at most `a_week`
    companies a week on average; None where nobody scored above 0.

    A lower threshold may bring fewer new ones, as who is hot already is not new; so from the top down the
    search ends with the first that brings too many.
    """
    most = max(
        (float(value[may].max()) for value, may in zip(values, open_to, strict=True) if may.any()), default=0
    )
    if most <= 0:
        return None
    top = np.floor(most / step) * step
    wide = max(step, np.ceil(top / step / CANDIDATES) * step)
    found = WeeksAt(float(top + step), (0,) * (len(values) - 1))
    for width in dict.fromkeys((wide, step)):
        at = found.threshold - width
        while at > least:
            tried = newly_hot(values, open_to, companies, float(at))
            if tried.mean > a_week:
                break
            found = tried
            at -= width
    return found
