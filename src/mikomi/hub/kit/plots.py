"""Geometry of the small plots; the templates draw it, the style sheet colours it.

All lengths are in units of the drawing's own view box.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from mikomi.hub.kit.temperature import bounds, level

WIDTH = 720.0
HEIGHT = 232.0
LEFT = 34.0
RIGHT = 672.0
TOP = 14.0
FLOOR = 196.0
FLAG_GAP = 16.0
SPARK_WIDTH = 92.0
SPARK_HEIGHT = 30.0
MOST_MARKS = 9
MARK_SIZE = 17.0
NAME_HEIGHT = 12.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened: it gets a number on the curve and a line in the legend.

    `text` is one short sentence, in the reader's language.
    """

    day: date
    text: str


@dataclass(frozen=True, slots=True)
class TemperaturePlot:
    """What the plot of one lead's temperature shows.

    `scores[i]` is the score at the end of `first + i` days; the last one is today's. `cursor` is the
    day being looked at. `threshold` is the published one, None where nobody is ever hot. `address`
    gives the link that shows the page as of a day. `machine_days` are days on which machines were
    told apart; they lie on the floor and never count.
    """

    first: date
    scores: Sequence[float]
    threshold: float | None
    cursor: date
    address: Callable[[date], str]
    marks: Sequence[Mark] = ()
    machine_days: Sequence[date] = ()
    machine_events: int = 0

    @property
    def today(self) -> date:
        """The last day of the curve."""
        return self.first + timedelta(days=len(self.scores) - 1)


@dataclass(frozen=True, slots=True)
class Band:
    level: int
    y: float
    height: float
    text_y: float


@dataclass(frozen=True, slots=True)
class PlacedMark:
    number: int
    x: float
    y: float
    day: date
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Month:
    x: float
    first: date


@dataclass(frozen=True, slots=True)
class Hit:
    x: float
    width: float
    day: date
    score: float
    url: str


@dataclass(frozen=True, slots=True)
class TemperatureDrawing:
    """The plot, placed in a box of 720 by 232."""

    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]
    months: tuple[Month, ...]
    curve: str
    threshold_y: float | None
    marks: tuple[PlacedMark, ...]
    machines: tuple[float, ...]
    hits: tuple[Hit, ...]
    cursor_x: float
    cursor_y: float
    cursor_score: float
    cursor_level: int
    flag_x: float
    today: date
    low: float
    high: float
    width: float = field(default=WIDTH)
    height: float = field(default=HEIGHT)


def draw_temperature(plot: TemperaturePlot) -> TemperatureDrawing:
    """Places everything of `plot`; marks beyond the first nine and outside its days are left out."""
    scores = np.asarray(plot.scores, dtype=np.float64)
    last_index = max(len(scores) - 1, 1)
    threshold = plot.threshold if plot.threshold and plot.threshold > 0 else None
    ceiling = _ceiling(max(float(scores.max(initial=0.0)), threshold or 0.0))
    bottom = min(0.0, float(np.floor(scores.min(initial=0.0) / 10) * 10))

    def x_of(index: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * index / last_index, 1)

    def y_of(score: float) -> float:
        return round(FLOOR - (FLOOR - TOP) * (score - bottom) / (ceiling - bottom), 1)

    def index_of(on: date) -> int:
        return (on - plot.first).days

    at_cursor = min(max(index_of(plot.cursor), 0), len(scores) - 1)
    cursor_score = float(scores[at_cursor])
    inside = [mark for mark in plot.marks if 0 <= index_of(mark.day) < len(scores)]
    inside = sorted(inside, key=lambda mark: mark.day)[-MOST_MARKS:]
    return TemperatureDrawing(
        bands=_bands(threshold, ceiling, y_of),
        ticks=_ticks(threshold, ceiling, bottom, y_of),
        months=_months(plot, x_of),
        curve=_path(
            [x_of(index) for index in range(len(scores))], [y_of(score) for score in scores.tolist()]
        ),
        threshold_y=y_of(threshold) if threshold else None,
        marks=_marks(inside, plot, x_of, [y_of(float(scores[index_of(mark.day)])) for mark in inside]),
        machines=tuple(
            x_of(index_of(on)) for on in sorted(set(plot.machine_days)) if 0 <= index_of(on) < len(scores)
        ),
        hits=_hits(plot, scores, x_of),
        cursor_x=x_of(at_cursor),
        cursor_y=y_of(cursor_score),
        cursor_score=cursor_score,
        cursor_level=level(cursor_score, threshold),
        flag_x=min(x_of(at_cursor) + 11, WIDTH - 40),
        today=plot.today,
        low=float(scores.min(initial=0.0)),
        high=float(scores.max(initial=0.0)),
    )


def _marks(
    inside: Sequence[Mark], plot: TemperaturePlot, x_of: Callable[[float], float], heights: Sequence[float]
) -> tuple[PlacedMark, ...]:
    """Marks on the curve; one that would lie on another moves up, or down where there is no room."""
    placed: list[PlacedMark] = []
    for number, (mark, y) in enumerate(zip(inside, heights, strict=True), start=1):
        x = x_of((mark.day - plot.first).days)
        near = [other.y for other in placed if abs(other.x - x) < MARK_SIZE]
        tries = [y + step * MARK_SIZE for step in (0, -1, -2, 1, 2, -3, 3, -4, 4)]
        free = [
            at
            for at in tries
            if TOP <= at <= FLOOR and all(abs(at - other) >= MARK_SIZE - 0.5 for other in near)
        ]
        height = round(free[0], 1) if free else y
        placed.append(PlacedMark(number, x, height, mark.day, mark.text, plot.address(mark.day)))
    return tuple(placed)


def _ceiling(highest: float) -> float:
    step = 50 if highest > 200 else 20
    return max(100.0, float(np.ceil((highest + 1) / step) * step))


def _bands(threshold: float | None, ceiling: float, y_of: Callable[[float], float]) -> tuple[Band, ...]:
    edges = (0.0, *bounds(threshold), ceiling) if threshold else (0.0, ceiling)
    bands: list[Band] = []
    for index, (low, top) in enumerate(itertools.pairwise(edges)):
        # Names of thin bands keep apart: each stands at least one line above the one below it.
        middle = round((y_of(low) + y_of(top)) / 2 + 4, 1)
        text_y = min(middle, bands[-1].text_y - NAME_HEIGHT) if bands else min(middle, FLOOR - 2)
        bands.append(Band(index, y_of(top), round(y_of(low) - y_of(top), 1), text_y))
    return tuple(bands)


def _ticks(
    threshold: float | None, ceiling: float, bottom: float, y_of: Callable[[float], float]
) -> tuple[Tick, ...]:
    values = {0.0, ceiling, bottom, *(bounds(threshold) if threshold else (ceiling / 2,))}
    placed: list[Tick] = []
    for value in sorted(values):
        # The names of two ticks closer than this would lie on each other.
        if not placed or abs(y_of(value) - placed[-1].at) >= 12:
            placed.append(Tick(y_of(value), value))
    return tuple(placed)


def _months(plot: TemperaturePlot, x_of: Callable[[float], float]) -> tuple[Month, ...]:
    firsts = [
        on for on in (plot.first + timedelta(days=index) for index in range(len(plot.scores))) if on.day == 1
    ]
    step = -(-len(firsts) // 12) or 1
    return tuple(Month(x_of((on - plot.first).days), on) for on in firsts[::step])


def _hits(
    plot: TemperaturePlot, scores: np.typing.NDArray[np.float64], x_of: Callable[[float], float]
) -> tuple[Hit, ...]:
    width = (RIGHT - LEFT) / max(len(scores) - 1, 1)
    days = [plot.first + timedelta(days=index) for index in range(len(scores))]
    return tuple(
        Hit(round(x_of(index) - width / 2, 1), round(width, 2), on, score, plot.address(on))
        for index, (on, score) in enumerate(zip(days, scores.tolist(), strict=True))
    )


@dataclass(frozen=True, slots=True)
class SparkDrawing:
    """A small curve, placed in a box of 92 by 30."""

    curve: str
    threshold_y: float | None
    end_x: float
    end_y: float
    hot: bool


def draw_spark(values: Sequence[float], threshold: float | None) -> SparkDrawing | None:
    """Places a small curve; None without values. One value is a flat line."""
    if not values:
        return None
    series = [float(value) for value in values]
    if len(series) == 1:
        series = series * 2
    high = max(*series, threshold or 0.0) or 1.0
    low = min(0.0, *series)
    xs = [round(3 + (SPARK_WIDTH - 8) * index / (len(series) - 1), 1) for index in range(len(series))]

    def y_of(value: float) -> float:
        return round(SPARK_HEIGHT - 3 - (SPARK_HEIGHT - 7) * (value - low) / (high - low), 1)

    ys = [y_of(value) for value in series]
    return SparkDrawing(
        curve=_path(xs, ys),
        threshold_y=y_of(threshold) if threshold and threshold > 0 else None,
        end_x=xs[-1],
        end_y=ys[-1],
        hot=threshold is not None and threshold > 0 and series[-1] >= threshold,
    )


def _path(xs: Sequence[float], ys: Sequence[float]) -> str:
    """An SVG path through the points; runs of equal height are one stroke."""
    kept = [
        index
        for index in range(len(xs))
        if index in (0, len(xs) - 1) or not (ys[index - 1] == ys[index] == ys[index + 1])
    ]
    return "M" + "L".join(f"{xs[index]:g} {ys[index]:g}" for index in kept)
