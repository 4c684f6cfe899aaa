"""Content that really comes before a step forward, and content that does not.

A landmark design, so that nobody counts as a reader for having stayed long enough to read: whoever is
still in the stage `LANDMARK` days after coming to it is one observation; who touched a content in those
days is set against who did not; both are followed for `FOLLOW` days from the landmark.

Busy people touch everything and go on, so only people as busy are compared (Mantel-Haenszel over strata),
in two ways. Among those who touched as many contents in all: how many says all that the contents say of
being busy (the number right in G. Rasch's model, 1960), so being busy alone makes no content look good;
but beside a content that works, others look bad. Among those who touched as many other contents: fair
beside a content that works, but busy people look good. That a content comes before a step is claimed by
the first way, that it shows no effect only where both ways leave no room for one. The test is exact, given
how many touched and how many went on, and adjusted after Holm for all contents and stages tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import erfc, exp, log, sqrt

import numpy as np
import numpy.typing as npt

from mikomi.core.journey.estimates import Share, holm, z_of
from mikomi.core.journey.stays import Flags, Stays
from mikomi.core.journey.touching import Candidates, Touched, Windows

LANDMARK = 14
FOLLOW = 60
LEAST_PEOPLE = 20
"""Observations there must be on both sides."""
LEAST_STEPS = 10
"""Steps forward there must be on both sides together."""
LEVEL = 0.05
"""How often, at most, any claim at all is made where no content matters."""
WORTH = 1.25
"""A content whose whole interval lies below this many times shows no effect."""
STRATA = (0, 1, 2, 3, 4, 5, 6, 8, 11, 16)
"""Compared are those whose number of contents lies between the same two of these."""
_EXACT_UP_TO = 400
"""The variance up to which chances are convolved; wider ones are normal enough."""


class Verdict(StrEnum):
    """What may be said of a content in a stage."""

    BEFORE = "before"  # comes before a step forward more often than chance explains
    NONE = "none"  # shows no effect worth speaking of
    UNSURE = "unsure"  # not sure yet


@dataclass(frozen=True, slots=True)
class Lift:
    """One content in one stage. `touched`, `others`: of all who touched it, and of all others, those who
    went on. `ratio`: how many times as often those who touched it went on, among people who touched as
    many contents; `low` to `high`: where that may lie, by both ways of comparing; `sure`: the p value
    adjusted for all that was tested."""

    stage: int
    content: str
    touched: Share
    others: Share
    ratio: float
    low: float
    high: float
    sure: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Observations:
    """Stays long enough to be observed, by the stays they are. `windows` are the days up to the landmark."""

    stay: npt.NDArray[np.int64]
    stage: npt.NDArray[np.int64]
    windows: Windows
    stepped: Flags


def observe(stays: Stays, numbers: npt.NDArray[np.int64]) -> Observations:
    """One observation a stay that began before the eyes, lasted to its landmark, and could be followed
    from there."""
    days = stays.days.astype(np.int64)
    began = stays.began()
    landmark = np.searchsorted(days, began + LANDMARK)
    last = len(days) - 1
    at = days[np.minimum(landmark, last)]
    chosen = (
        stays.known
        & (stays.stage < stays.stages)
        & (landmark <= last)
        & (stays.end > landmark)
        & (at + FOLLOW <= stays.today)
    )
    stepped = (stays.onward <= last) & (days[np.minimum(stays.onward, last)] <= at + FOLLOW)
    stay = np.flatnonzero(chosen)
    return Observations(
        stay,
        stays.stage[stay].astype(np.int64),
        Windows(
            numbers[stays.row[stay]].astype(np.int32),
            (began[stay] + 1).astype(np.int32),
            (began[stay] + LANDMARK).astype(np.int32),
        ),
        stepped[stay],
    )


@dataclass(frozen=True, slots=True)
class Lifts:
    """What was tested, surest first, and how many observations there were by stage (place 0 is empty)."""

    tested: tuple[Lift, ...]
    observed: tuple[Share, ...]


def lifts_of(
    observations: Observations,
    touched: Touched,
    candidates: Candidates,
    stages: int,
    defined: Mapping[int, Flags] | None = None,
) -> Lifts:
    """Tests every content and group in every stage.

    `defined[stage]`: the candidates that count for the condition of a later stage; touching them is part
    of the step itself, so they are not tested there.
    """
    stepped = observations.stepped.astype(np.int64)
    everyone = np.bincount(observations.stage, minlength=stages + 1)
    going = np.bincount(observations.stage, stepped, minlength=stages + 1).astype(np.int64)
    observed = tuple(Share(int(k), int(n)) for k, n in zip(going, everyone, strict=True))
    tests = _tables(observations, touched, len(candidates), stages, defined or {})
    if not len(tests.stage):
        return Lifts((), observed)
    sure = holm([_exact(tests.as_busy.of(i)) for i in range(len(tests.stage))])
    found = []
    for i in range(len(tests.stage)):
        table, other = tests.as_busy.of(i), tests.beside.of(i)
        ratio, low, high = _ratio(table)
        if other.comparable:
            _, other_low, other_high = _ratio(other)
            low, high = min(low, other_low), max(high, other_high)
        found.append(
            Lift(
                stage=int(tests.stage[i]),
                content=candidates.key(int(tests.candidate[i])),
                touched=Share(*(int(part) for part in tests.touched[i])),
                others=Share(*(int(part) for part in tests.others[i])),
                ratio=ratio,
                low=low,
                high=high,
                sure=float(sure[i]),
                verdict=_verdict(float(sure[i]), ratio, high),
            )
        )
    return Lifts(tuple(sorted(found, key=lambda lift: (lift.sure, -lift.ratio, lift.content))), observed)


def _verdict(sure: float, ratio: float, high: float) -> Verdict:
    if sure <= LEVEL and ratio > 1:
        return Verdict.BEFORE
    return Verdict.NONE if high < WORTH else Verdict.UNSURE


type _Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Table:
    """`a` of `n` who touched went on, `b` of `m` others; (strata) or (tests, strata). Strata that lack one
    of the two are empty."""

    a: _Counts
    n: _Counts
    b: _Counts
    m: _Counts

    @staticmethod
    def comparing(a: _Counts, n: _Counts, b: _Counts, m: _Counts) -> _Table:
        both = (n > 0) & (m > 0)
        return _Table(*(np.where(both, part, 0) for part in (a, n, b, m)))

    def of(self, test: int | Flags) -> _Table:
        return _Table(self.a[test], self.n[test], self.b[test], self.m[test])

    @property
    def comparable(self) -> bool:
        return bool(self.n.sum() >= LEAST_PEOPLE and self.m.sum() >= LEAST_PEOPLE)


@dataclass(frozen=True, slots=True)
class _Tests:
    """`as_busy`: among those who touched as many contents; `beside`: as many other contents. `touched`,
    `others`: how many went on and how many there were in all, comparable or not; (tests, 2)."""

    stage: _Counts
    candidate: _Counts
    touched: _Counts
    others: _Counts
    as_busy: _Table
    beside: _Table


def _tables(
    observations: Observations, touched: Touched, width: int, stages: int, defined: Mapping[int, Flags]
) -> _Tests:
    strata = len(STRATA)
    stage, stepped = observations.stage, observations.stepped
    layer = _layer(touched.distinct)
    place = stage * strata + layer
    every = np.bincount(place, minlength=(stages + 1) * strata).reshape(-1, strata)
    steps = np.bincount(place[stepped], minlength=(stages + 1) * strata).reshape(-1, strata)
    pair = stage[touched.window] * width + touched.candidate
    often = np.bincount(pair, minlength=(stages + 1) * width)
    for at, flags in defined.items():
        often[at * width : (at + 1) * width][flags] = 0
    chosen = np.flatnonzero(often >= LEAST_PEOPLE)
    number = np.full(len(often), -1, dtype=np.int64)
    number[chosen] = np.arange(len(chosen))
    test = number[pair]
    kept = test >= 0
    test, window = test[kept], touched.window[kept]
    stepping = stepped[window]

    def count(layers: _Counts) -> tuple[_Counts, _Counts]:
        key, size = test * strata + layers, len(chosen) * strata
        counts = np.bincount(key[stepping], minlength=size), np.bincount(key, minlength=size)
        return counts[0].reshape(-1, strata), counts[1].reshape(-1, strata)

    where = chosen // width
    a, n = count(layer[window])
    b, m = steps[where] - a, every[where] - n
    as_busy = _Table.comparing(a, n, b, m)
    beside = _Table.comparing(*count(_layer(touched.distinct[window] - touched.members[kept])), b, m)
    steps_of = (as_busy.a + as_busy.b).sum(1)
    enough = (
        (as_busy.n.sum(1) >= LEAST_PEOPLE)
        & (as_busy.m.sum(1) >= LEAST_PEOPLE)
        & (steps_of >= LEAST_STEPS)
        & ((as_busy.n + as_busy.m).sum(1) - steps_of >= LEAST_STEPS)
    )
    return _Tests(
        where[enough],
        (chosen % width)[enough],
        np.stack([a.sum(1), n.sum(1)], axis=1)[enough],
        np.stack([b.sum(1), m.sum(1)], axis=1)[enough],
        as_busy.of(enough),
        beside.of(enough),
    )


def _layer(contents: _Counts) -> _Counts:
    return np.searchsorted(STRATA, contents, "right") - 1


def _ratio(table: _Table) -> tuple[float, float, float]:
    """Mantel-Haenszel risk ratio and its interval (S. Greenland and J. Robins, Biometrics 41, 1985).

    Where one side has no step at all, half a step is added to both.
    """
    a, n, b, m = table.a, table.n, table.b, table.m
    total = np.maximum(n + m, 1)
    over, under = float(np.sum(a * m / total)), float(np.sum(b * n / total))
    spread = float(np.sum(((n * m * (a + b)) - a * b * total) / total.astype(float) ** 2))
    if over == 0 or under == 0:
        half = 0.5 * float(np.sum(n * m / total))
        over, under = over + half / max(float(n.sum()), 1), under + half / max(float(m.sum()), 1)
    error = sqrt(max(spread, 0.0) / (over * under))
    reach = min(z_of() * error, 50.0)
    ratio = over / under
    return ratio, exp(log(ratio) - reach), exp(log(ratio) + reach)


def _exact(table: _Table) -> float:
    """Two-sided p value: how often chance alone gives so many (or so few) steps among those who touched.

    Given the margins of every stratum, steps among the touched are hypergeometric; their sum is convolved
    exactly, or taken as normal where it is wide.
    """
    low, mean, variance = 0, 0.0, 0.0
    strata = []
    for n, m, k in zip(table.n.tolist(), table.m.tolist(), (table.a + table.b).tolist(), strict=True):
        total = n + m
        if total < 2:
            continue
        strata.append((n, m, k))
        low += max(0, k - m)
        mean += n * k / total
        variance += n * m * k * (total - k) / (total * total * (total - 1.0))
    if variance == 0:
        return 1.0
    seen = int(table.a.sum())
    if variance > _EXACT_UP_TO:
        return erfc(max(0.0, abs(seen - mean) - 0.5) / sqrt(2 * variance))
    chance = np.ones(1)
    for n, m, k in strata:
        chance = np.convolve(chance, _hypergeometric(n, m, k))
    at = seen - low
    return float(min(1.0, 2 * min(chance[: at + 1].sum(), chance[at:].sum())))


def _hypergeometric(n: int, m: int, steps: int) -> npt.NDArray[np.float64]:
    """The chances of each number of steps among `n`, from the least possible, where `n + m` made `steps`."""
    least, most = max(0, steps - m), min(n, steps)
    k = np.arange(least, most, dtype=np.float64)
    growth = np.log(n - k) + np.log(steps - k) - np.log(k + 1) - np.log(m - steps + k + 1)
    logs = np.concatenate(([0.0], np.cumsum(growth)))
    chances = np.exp(logs - logs.max())
    return chances / chances.sum()
