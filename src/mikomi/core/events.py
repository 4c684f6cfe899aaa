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

from mikomi.core.folding import EventFrames, code_events, count_events, touches_in

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


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Touches:
    """The touch dictionary: touch number i is (kind[i], content[i]). Numbers are never reused.

    `frame` has the columns `kind` and `content`, both text, one row a touch, in number order. Two
    dictionaries are the same where they are one object: what was worked out for it is kept with it.
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


def fold_events(events: EventFrames, timezone: str) -> pl.DataFrame:
    """Events by the day: lead, day (Int32, days since 1970-01-01 in `timezone`), kind, content, n (Int32).

    `events`: a frame of lead, at (Datetime us UTC), kind, content and, if there, automated; or several
    frames, one a file; or what `read_events` gives. Rows of machines are left out; the nth identical
    row of another file is the same event. Sorted by lead, day, kind, content.
    """
    coded, lexicon = code_events(events)
    touches = touches_in(coded, lexicon).with_row_index("number")
    order = lexicon.leads.arg_sort().to_numpy()
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    folded = count_events(coded, lexicon, rank, touches, timezone)
    return pl.DataFrame(
        {
            "lead": lexicon.leads.gather(order).gather(folded.lead),
            "day": folded.day,
            "kind": touches["kind"].gather(folded.touch),
            "content": touches["content"].gather(folded.touch),
            "n": folded.n,
        }
    )


def gather_activity(
    events: EventFrames, leads: pl.Series, timezone: str, touches: Touches | None = None
) -> tuple[Touches, Activity]:
    """Events straight to activity: lead numbers are the rows of `leads` (text, unique).

    As `activity_of(fold_events(...))`, without the texts in between. Events of leads that are not in
    `leads` are left out.
    """
    coded, lexicon = code_events(events)
    known = pl.DataFrame({"lead": leads.cast(pl.String)}).with_row_index("number")
    found = lexicon.leads.alias("lead").to_frame().join(known, "lead", "left", maintain_order="left")
    rank = found["number"].cast(pl.Int64).fill_null(-1).to_numpy()
    seen = touches_in(coded, lexicon)
    touches = add_touches(touches or Touches.empty(), seen)
    numbered = seen.join(touches.frame.with_row_index("number"), ["kind", "content"], "left")
    folded = count_events(coded, lexicon, rank, numbered, timezone)
    return touches, Activity(folded.lead, folded.day, folded.touch, folded.n)


def add_touches(touches: Touches, seen: pl.DataFrame) -> Touches:
    """The dictionary with the touches of `seen` (kind, content) added; numbers given stay as they are."""
    pairs = seen.select(pl.col("kind").cast(pl.String), pl.col("content").cast(pl.String)).unique()
    new = pairs.join(touches.frame, ["kind", "content"], "anti").sort("kind", "content")
    return Touches(pl.concat([touches.frame, new])) if new.height else touches


def activity_of(
    folded: pl.DataFrame, leads: pl.Series, touches: Touches | None = None
) -> tuple[Touches, Activity]:
    """A folded frame as activity; lead numbers are the rows of `leads` (text, unique).

    Returns the dictionary, `touches` with the new ones added, and the activity sorted by lead, day,
    touch. Rows of leads that are not in `leads` are left out.
    """
    touches = add_touches(touches or Touches.empty(), folded)
    known = pl.DataFrame({"lead": leads.cast(pl.String)}).with_row_index("number")
    numbers = touches.frame.with_row_index("touch")
    rows = (
        folded.join(known, "lead", "inner")
        .join(numbers, ["kind", "content"], "inner")
        .select(pl.col("number", "day", "touch", "n").cast(pl.Int32))
        .sort("number", "day", "touch")
    )
    return touches, Activity(*(rows[name].to_numpy() for name in ("number", "day", "touch", "n")))
