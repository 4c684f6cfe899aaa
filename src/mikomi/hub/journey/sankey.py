"""Geometry of the picture of ways: sources, then a column a stage; bands as thick as people are many.

Lengths are in units of the drawing's own view box. Steps back are told in words, not drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 980.0
HEIGHT = 280.0
TOP = 22.0
NODE = 10.0
GAP = 18.0
LABEL_ROOM = 130.0
LEAST = 1.0


@dataclass(frozen=True, slots=True)
class Flow:
    """People going from one node to another; nodes are places in the order given."""

    start: int
    end: int
    people: int
    skips: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """`column` 0 for sources, 1 and up for stages."""

    label: str
    people: int
    column: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A node as it is drawn."""

    label: str
    people: int
    x: float
    y: float
    height: float
    text_x: float
    text_y: float


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A flow as it is drawn: `thick` from the height `y0` at `x0` to `y1` at `x1`, and what it says."""

    x0: float
    y0: float
    x1: float
    y1: float
    thick: float
    start: str
    end: str
    people: int
    skips: bool

    @property
    def path(self) -> str:
        """The closed path of an SVG."""
        mid, under0, under1 = _r((self.x0 + self.x1) / 2), _r(self.y0 + self.thick), _r(self.y1 + self.thick)
        return (
            f"M{self.x0} {self.y0}C{mid} {self.y0} {mid} {self.y1} {self.x1} {self.y1}"
            f"V{under1}C{mid} {under1} {mid} {under0} {self.x0} {under0}Z"
        )


@dataclass(frozen=True, slots=True)
class Sankey:
    """The picture."""

    bars: tuple[Bar, ...]
    ribbons: tuple[Ribbon, ...]
    width: float = WIDTH
    height: float = HEIGHT


def draw(nodes: Sequence[Node], flows: Sequence[Flow]) -> Sankey:
    """Places `nodes` column by column and ribbons between them."""
    columns = sorted({node.column for node in nodes})
    most = max((_column_people(nodes, flows, column) for column in columns), default=0)
    fullest = max((sum(n.column == column for n in nodes) for column in columns), default=1)
    scale = (HEIGHT - 2 * TOP - GAP * (fullest - 1)) / max(most, 1)
    step = (WIDTH - LABEL_ROOM) / max(len(columns) - 1, 1)
    heights = [max(_through(flows, i, node.people) * scale, LEAST) for i, node in enumerate(nodes)]
    bars: list[Bar] = []
    for i, node in enumerate(nodes):
        above = [j for j in range(i) if nodes[j].column == node.column]
        whole = [h for j, h in enumerate(heights) if nodes[j].column == node.column]
        begin = (HEIGHT - sum(whole) - GAP * (len(whole) - 1)) / 2
        y = begin + sum(heights[j] for j in above) + GAP * len(above)
        x = columns.index(node.column) * step
        bars.append(
            Bar(
                node.label,
                node.people,
                _r(x),
                _r(y),
                _r(heights[i]),
                _r(x + NODE + 6),
                _r(y + heights[i] / 2),
            )
        )
    return Sankey(tuple(bars), tuple(_ribbons(bars, flows, scale)))


def _ribbons(bars: Sequence[Bar], flows: Sequence[Flow], scale: float) -> list[Ribbon]:
    leaving = [bar.y for bar in bars]
    coming = [bar.y for bar in bars]
    starts: dict[Flow, float] = {}
    for flow in sorted(flows, key=lambda flow: (flow.start, bars[flow.end].y + bars[flow.end].x / 1000)):
        starts[flow] = leaving[flow.start]
        leaving[flow.start] += flow.people * scale
    ribbons = []
    for flow in sorted(flows, key=lambda flow: (flow.end, starts[flow])):
        thick = max(flow.people * scale, LEAST)
        a, b = bars[flow.start], bars[flow.end]
        x0, x1, y0, y1 = a.x + NODE, b.x, starts[flow], coming[flow.end]
        coming[flow.end] += flow.people * scale
        ribbons.append(
            Ribbon(_r(x0), _r(y0), _r(x1), _r(y1), _r(thick), a.label, b.label, flow.people, flow.skips)
        )
    return ribbons


def _through(flows: Sequence[Flow], place: int, people: int) -> int:
    """How thick a node is: its people, or what flows through it where somebody came more than once."""
    return max(
        people,
        sum(flow.people for flow in flows if flow.start == place),
        sum(flow.people for flow in flows if flow.end == place),
    )


def _column_people(nodes: Sequence[Node], flows: Sequence[Flow], column: int) -> int:
    return sum(_through(flows, i, n.people) for i, n in enumerate(nodes) if n.column == column)


def _r(value: float) -> float:
    return round(value, 1)
