"""Shares and medians with intervals, and how sure several claims at once may be.

Wilson's interval: E. B. Wilson, JASA 22 (1927). Product limit: E. L. Kaplan and P. Meier, JASA 53 (1958), its
variance after Greenwood. Holm: S. Holm, Scand. J. Statist. 6 (1979).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

SURE = 0.95
"""How often an interval shown covers what is true."""


def z_of(sure: float = SURE) -> float:
    """How many standard errors an interval reaches to both sides, to cover with probability `sure`."""
    return NormalDist().inv_cdf(0.5 + sure / 2)


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole` people."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None of nobody."""
        return self.part / self.whole if self.whole else None

    def interval(self, sure: float = SURE) -> tuple[float, float]:
        """Wilson's interval; 0 to 1 where there is nobody."""
        if not self.whole:
            return 0.0, 1.0
        z, n = z_of(sure), self.whole
        p = self.part / n
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        reach = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
        return max(0.0, middle - reach), min(1.0, middle + reach)


@dataclass(frozen=True, slots=True)
class Durations:
    """How long stays lasted, in whole days: `left[t]` ended after t days, `still[t]` had lasted t days and
    go on.

    Both arrays have one entry a day, from 0.
    """

    left: npt.NDArray[np.int64]
    still: npt.NDArray[np.int64]

    @staticmethod
    def of(days: npt.NDArray[np.int64], ended: npt.NDArray[np.bool_]) -> Durations:
        """`days`: how long each stay lasted or has lasted (0 or more), `ended`: whether it is over."""
        size = int(days.max(initial=0)) + 1
        return Durations(np.bincount(days[ended], minlength=size), np.bincount(days[~ended], minlength=size))

    @property
    def stays(self) -> int:
        """How many."""
        return int(self.left.sum() + self.still.sum())

    @property
    def open(self) -> int:
        """How many go on."""
        return int(self.still.sum())

    def _survival(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        gone = np.cumsum(self.left + self.still)
        risk = (self.stays - np.concatenate(([0], gone[:-1]))).astype(np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            stay = np.where(risk > 0, 1 - self.left / risk, 1.0)
            terms = np.where(
                (self.left > 0) & (risk > self.left), self.left / (risk * (risk - self.left)), 0.0
            )
        return np.cumprod(stay), np.cumsum(terms)

    def median(self) -> int | None:
        """Kaplan-Meier median in days; None while not yet half have left."""
        survival, _ = self._survival()
        below = np.flatnonzero(survival <= 0.5)
        return int(below[0]) if len(below) else None

    def interval(self, sure: float = SURE) -> tuple[int, int | None]:
        """The days that the median may be (R. Brookmeyer and J. Crowley, Biometrics 38, 1982; log-log scale).

        None at the upper end: it may be beyond all that was seen.
        """
        survival, variance = self._survival()
        z = z_of(sure)
        with np.errstate(divide="ignore", invalid="ignore"):
            log = np.log(survival)
            spread = z * np.sqrt(variance) / np.abs(log)
            low = survival ** np.exp(spread)
            high = survival ** np.exp(-spread)
        low, high = np.where(survival >= 1, 1.0, low), np.where(survival >= 1, 1.0, high)
        low, high = np.where(survival <= 0, 0.0, low), np.where(survival <= 0, 0.0, high)
        first = np.flatnonzero(low <= 0.5)
        last = np.flatnonzero(high <= 0.5)
        return (int(first[0]) if len(first) else len(survival) - 1, int(last[0]) if len(last) else None)


def holm(p: Sequence[float] | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The p values of several tests made together, adjusted so that all claims below a level hold at once."""
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    factors = len(values) - np.arange(len(values))
    adjusted = np.minimum(1.0, np.maximum.accumulate(values[order] * factors))
    back = np.empty_like(adjusted)
    back[order] = adjusted
    return back
