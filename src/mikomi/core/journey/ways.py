"""The ways people really take: from what they first came by, through the stages, as links and as whole
ways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from mikomi.core.journey.stays import Stays

LONGEST_WAY = 10
"""Stages of a whole way that are told; longer ways are told by their beginning."""
MOST_WAYS = 8
_BASE = 64


@dataclass(frozen=True, slots=True)
class Link:
    """How many people went from one node to another. A node is ("source", number) or ("stage", place)."""

    from_source: int | None
    from_stage: int | None
    to_stage: int
    people: int

    @property
    def back(self) -> bool:
        """Whether it leads to an earlier stage."""
        return self.from_stage is not None and self.from_stage > self.to_stage


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of the people who came to stage `target`, up to there; of everybody seen where it is 0.

    `sources`, `stages`: people by their source and by the stages they stood in. `common`: the most frequent
    whole ways, each a run of stages (going back included) and its people; `others`: people on other ways.
    """

    target: int
    people: int
    sources: tuple[int, ...]
    stages: tuple[int, ...]
    links: tuple[Link, ...]
    common: tuple[tuple[tuple[int, ...], int], ...]
    others: int

    @property
    def back(self) -> int:
        """How many steps back, each person counted once a pair of stages."""
        return sum(link.people for link in self.links if link.back)


def ways_to(stays: Stays, target: int, sources: npt.NDArray[np.int16], count: int) -> Ways:
    """The ways to stage `target` (0: all ways) of those who were seen to come to it.

    `sources`: a number 0 to `count` - 1 for each row of the matrix: what the lead first came by. Time
    spent in no stage is passed over, and so is coming back to the stage one was in last.
    """
    width = stays.stages + 1
    links = np.zeros((count + width, width), dtype=np.int64)
    nodes = np.zeros(count + width, dtype=np.int64)
    codes = np.zeros(stays.leads if len(stays) else 0, dtype=np.uint64)
    people = _walk(
        stays.row,
        stays.stage,
        stays.start,
        target,
        sources.astype(np.int64),
        count,
        width,
        links,
        nodes,
        codes,
    )
    told, often = np.unique(codes[codes != 0], return_counts=True)
    order = np.lexsort((told, -often))[:MOST_WAYS]
    common = tuple((_stages_of(int(told[i])), int(often[i])) for i in order)
    return Ways(
        target=target,
        people=int(people),
        sources=tuple(int(n) for n in nodes[:count]),
        stages=tuple(int(n) for n in nodes[count + 1 :]),
        links=tuple(
            Link(
                int(a) if a < count else None,
                int(a) - count if a >= count else None,
                int(b),
                int(links[a, b]),
            )
            for a, b in np.argwhere(links > 0)
        ),
        common=common,
        others=int(people) - sum(n for _, n in common),
    )


def _stages_of(code: int) -> tuple[int, ...]:
    stages = []
    while code:
        code, stage = divmod(code, _BASE)
        stages.append(stage)
    return tuple(reversed(stages))


@njit(cache=True, nogil=True)
def _walk(row, stage, start, target, sources, count, width, links, nodes, codes):
    people = 0
    linked = np.full(links.shape, -1, np.int64)
    visited = np.full(len(nodes), -1, np.int64)
    i = 0
    total = len(row)
    while i < total:
        j = i
        who = row[i]
        stop = -1
        while j < total and row[j] == who:
            if stop < 0 and target != 0 and stage[j] == target:
                stop = j
            j += 1
        if target == 0:
            stop = j - 1
        # Whoever was there when the grid begins came on a way that was not seen.
        if stop < 0 or (target != 0 and start[stop] == 0) or (target == 0 and stop == i and start[i] == 0):
            i = j
            continue
        people += 1
        source = sources[who]
        nodes[source] += 1
        last = source
        code = np.uint64(0)
        steps = 0
        for k in range(i, stop + 1):
            node = count + int(stage[k])
            if node == last:
                continue
            here = int(stage[k])
            if visited[node] != who:
                visited[node] = who
                nodes[node] += 1
            if linked[last, here] != who:
                linked[last, here] = who
                links[last, here] += 1
            if steps < LONGEST_WAY:
                code = code * np.uint64(_BASE) + np.uint64(here)
                steps += 1
            last = node
        codes[who] = code
        i = j
    return people
