"""How many leads have how many points, drawn: the draft beside the published model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mikomi.core.scoring.model import Hot
from mikomi.hub.scores.effects import BIN, Bar

WIDTH, HEIGHT, FLOOR, TOP = 300, 130, 108, 14
SLOT = 30
THICK = 12


@dataclass(frozen=True, slots=True)
class Column:
    """Two bars of one range of points; places in units of the drawing."""

    low: int
    x: float
    x_draft: float
    label_x: float
    y: float
    height: float
    y_draft: float
    height_draft: float
    published: int
    draft: int
    hot: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole drawing. `hot_x` is where hot begins, None without a condition on the total."""

    width: int
    height: int
    columns: tuple[Column, ...]
    hot_x: float | None


def draw(bars: Sequence[Bar], hot: Hot) -> Drawing:
    """Heights by the logarithm, so that a handful of hot leads is seen beside thousands of quiet ones."""
    most = max((max(bar.published, bar.draft) for bar in bars), default=0)
    full = math.log1p(most) or 1.0

    def height(count: int) -> float:
        return round(math.log1p(count) / full * (FLOOR - TOP), 1)

    start = None if hot.total is None else min(max(hot.total / BIN, 0.0), len(bars)) * SLOT
    columns = []
    for place, bar in enumerate(bars):
        before, after = height(bar.published), height(bar.draft)
        columns.append(
            Column(
                low=bar.low,
                x=place * SLOT + 2,
                x_draft=place * SLOT + 2 + THICK + 1,
                label_x=place * SLOT + 2,
                y=FLOOR - before,
                height=before,
                y_draft=FLOOR - after,
                height_draft=after,
                published=bar.published,
                draft=bar.draft,
                hot=hot.total is not None and bar.low >= hot.total,
            )
        )
    return Drawing(WIDTH, HEIGHT, tuple(columns), start)
