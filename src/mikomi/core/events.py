"""What happened, folded by the day: kinds, touches, activity.

Events fold into `activity(lead, day, touch) -> n`; a *touch* is a kind and a content. Everything
that a score reads is that table, sorted by lead, day, touch, in pieces of whole leads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

KINDS = (
    "page_view",
    "download",
    "form_submit",
    "seminar_apply",
    "seminar_attend",
    "mail_open",
    "mail_click",
    "mail_unsubscribe",
    "call",
    "card_exchange",
)
"""The kinds that come with the product. Others are allowed where `KIND_PATTERN` matches."""

KIND_PATTERN = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""Lower snake case, 1 to 40 characters; used with `fullmatch`."""

type Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Touches:
    """The touch dictionary: touch number i is (kind[i], content[i]). Numbers are never reused.

    `frame` has the columns `kind` and `content`, both text, one row a touch, in number order.
    """

    frame: pl.DataFrame

    def __len__(self) -> int:
        return self.frame.height

    @staticmethod
    def empty() -> Touches:
        """A dictionary without touches."""
        return Touches(pl.DataFrame(schema={"kind": pl.String, "content": pl.String}))


@dataclass(frozen=True, slots=True)
class Activity:
    """Counted events of whole leads, sorted by lead, day, touch; four arrays of one length.

    `lead`: lead number. `day`: days since 1970-01-01 in the model's time zone. `touch`: touch
    number. `n`: how many events, 1 or more. A (lead, day, touch) may stand in several rows.
    """

    lead: Ints
    day: Ints
    touch: Ints
    n: Ints

    def __len__(self) -> int:
        return len(self.lead)


class Piece(Protocol):
    """A run of leads whose activity can be loaded at once."""

    @property
    def first(self) -> int: ...  # lowest lead number that may stand in the piece

    @property
    def last(self) -> int: ...  # highest lead number that may stand in the piece

    def load(self) -> Activity: ...


class ActivitySource(Protocol):
    """Where activity is read from: a history folder, a database, arrays in memory.

    Pieces are disjoint in leads and come in the order of lead numbers. `load` may be called from
    several threads.
    """

    @property
    def touches(self) -> Touches: ...

    @property
    def pieces(self) -> Sequence[Piece]: ...


@dataclass(frozen=True, slots=True)
class LoadedPiece:
    """A piece that is already in memory."""

    first: int
    last: int
    activity: Activity

    def load(self) -> Activity:
        """The activity itself."""
        return self.activity


@dataclass(frozen=True, slots=True)
class LoadedActivity:
    """An `ActivitySource` in memory."""

    touches: Touches
    pieces: Sequence[LoadedPiece]

    @staticmethod
    def of(touches: Touches, activity: Activity, parts: int = 4) -> LoadedActivity:
        """Cuts sorted `activity` into about `parts` pieces of whole leads."""
        total = len(activity)
        if total == 0:
            return LoadedActivity(touches, ())
        marks = [total * i // parts for i in range(parts)]
        starts = sorted({int(np.searchsorted(activity.lead, activity.lead[m], "left")) for m in marks})
        pieces = []
        for start, stop in zip(starts, [*starts[1:], total], strict=True):
            rows = slice(start, stop)
            part = Activity(activity.lead[rows], activity.day[rows], activity.touch[rows], activity.n[rows])
            pieces.append(LoadedPiece(int(part.lead[0]), int(part.lead[-1]), part))
        return LoadedActivity(touches, tuple(pieces))
